// SPDX-License-Identifier: GPL-2.0
/* The oracle: a machine that runs a program, and knows what memory lives. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

struct prog P;
struct oracle O;
const char * const verdicts[] = { "safe", "policy", "leak", "unsafe" };

void note(const char *fmt, ...)
{
	va_list ap;

	if (!O.trace)
		return;
	va_start(ap, fmt);
	printf("        ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
}

void event(struct state *s, enum verdict v, const char *why)
{
	O.events++;
	note("%s: %s", verdicts[v], why);
	if (v <= O.verdict)
		return;
	O.verdict = v;
	O.why = why;
	if (!O.replay) {
		O.path = s->path;
		O.npath = s->npath;
	}
}

/*
 * One of two outcomes; the state in which the other comes true starts again at
 * this instruction, so this comes before the instruction has done anything.
 */
bool choose(struct state *s)
{
	bool outcome = s->forced;

	if (O.replay) {
		outcome = s->npath < O.npath && (O.path >> s->npath & 1);
		s->npath++;
		return outcome;
	}
	if (s->npath >= 64) {
		O.overflow = true;
	} else if (!s->forced) {
		if (O.nwork < MAX_STATES) {
			O.work[O.nwork] = *s;
			O.work[O.nwork++].forced = true;
		} else {
			O.overflow = true;
		}
	}
	s->forced = false;
	s->path |= (unsigned long)outcome << s->npath++;
	return outcome;
}

static void exit_main(struct state *s)
{
	int o;

	if (s->rcu)
		event(s, LEAK, "an RCU section was not left");
	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].owned && live(&s->obj[o]))
			event(s, LEAK, s->obj[o].kind == O_RECORD ? "a record was not released" :
				       s->obj[o].kind == O_SKB ? "an skb was not released" :
				       s->obj[o].kind == O_NODE ? "a node was not released" :
				       s->obj[o].kind == O_FILE ? "a file was not put" :
				       s->obj[o].kind == O_FILE_DYN ? "a file's dynptr was not discarded" :
				       s->obj[o].kind == O_TASK ? "a task was not released" :
				       "an iterator was not destroyed");
}

/*
 * Those of a call of a global function: the context, a dynptr, and two of memory.
 * Whether one of these is a packet's.
 */
static bool check_args(struct state *s, struct val *r)
{
	bool packet = false;
	int i;

	if (r[1].kind != CTX)
		event(s, POLICY, "a global function gets no context");
	use_dyn(s, r[2]);
	for (i = 3; i < 5; i++) {
		if (r[i].kind == NUM && r[i].obj == ZERO)
			continue;
		if (r[i].kind == SLICE && usable(s, r[i]) && !r[i].rdonly) {
			packet |= s->obj[r[i].obj].kind == O_SKB || r[i].any;
			continue;
		}
		event(s, POLICY, "a global function gets no slice, or one that is dead or read-only");
	}
	return packet;
}

/* Whether a call of it may move a packet, for all that is known without its arguments. */
static bool moves_packet(const struct fn *fn)
{
	const struct bpf_insn *i;
	enum callee c;

	for (i = fn->insn; i < fn->insn + fn->n; i++) {
		if (i->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			i++;
			continue;
		}
		if (i->code != (BPF_JMP | BPF_CALL))
			continue;
		if (i->src_reg == BPF_PSEUDO_CALL) {
			if (moves_packet(&P.fn[i->imm]))
				return true;
			continue;
		}
		c = callee_of(i);
		if (c == C_WRITE || (c >= C_PULL && c <= C_PROBE_USER_STR))
			return true;
	}
	return false;
}

static void exit_global(struct state *s, struct frame *f, struct val ret)
{
	int o;

	if (f->packet && moves_packet(&P.fn[f->fn]))
		event(s, POLICY, "a global function that may move packets gets memory of one");
	if (ret.kind != NUM)
		event(s, POLICY, "a global function returns a pointer");
	for (o = f->nobj; o < s->nobj; o++)
		if (s->obj[o].owned && live(&s->obj[o]))
			event(s, POLICY, "a global function returns and has not released an object");
	if (moves_packet(&P.fn[f->fn]))
		s->epoch++;
}

/* The state moves on, or stays behind for a label that is not there yet. */
static bool jump(struct state *s, short off)
{
	if (off < UNBOUND) {
		s->f[s->cur].pc += off;
		return true;
	}
	s->label = off - UNBOUND;
	if (O.nparked < 2 * MAX_STATES)
		O.parked[O.nparked++] = *s;
	else
		O.overflow = true;
	return false;
}

/* One instruction; false at the end of the program, or of what there is of it. */
static bool exec(struct state *s)
{
	struct frame *f = &s->f[s->cur], *to;
	struct val *dst, *src, v;
	const struct bpf_insn *i;
	bool taken;
	int w;

	if (f->pc == P.fn[f->fn].n) {
		if (O.nactive < MAX_STATES)
			O.active[O.nactive++] = *s;
		else
			O.overflow = true;
		return false;
	}
	i = &P.fn[f->fn].insn[f->pc++];
	dst = &f->reg[i->dst_reg];
	src = &f->reg[i->src_reg];
	switch (i->code) {
	case BPF_ALU64 | BPF_MOV | BPF_K:
		*dst = num(i->imm ? UNKNOWN : ZERO);
		return true;
	case BPF_ALU64 | BPF_MOV | BPF_X:
		*dst = *src;
		return true;
	case BPF_ALU64 | BPF_ADD | BPF_K:
		if (dst->kind != PKT)
			dst->aux -= i->imm / 8;
		return true;
	case BPF_ALU64 | BPF_ADD | BPF_X:	/* 0 += src */
		*dst = *src;
		return true;
	case BPF_LD | BPF_IMM | BPF_DW:
		f->pc++;
		*dst = i->src_reg == BPF_PSEUDO_FUNC ? num(UNKNOWN) :
			(struct val){ i->imm == ringbuf_fd ? RINGBUF : i->imm == list_fd ? LIST :
				     i->imm == hash_fd ? HASH :
				     i->imm == kptr_fd[P.type] ? KPTR : MEM };
		return true;
	case BPF_LDX | BPF_MEM | BPF_DW:
		if (src->kind == CTX) {
			*dst = (struct val){ P.type == LSM ? FILE_PTR : i->off ? TO_FREE : SKB, 1 };
			if (!i->off && (!s->obj[1].alive || s->obj[1].node))
				event(s, POLICY, "the skb is read from ctx after its release");
			return true;
		}
		if (src->kind == KPTR) {
			f->pc--;
			taken = choose(s);
			f->pc++;
			if (!s->rcu)
				event(s, POLICY, "a kptr is read outside of an RCU section");
			*dst = taken ? num(ZERO) : (struct val){ RCU_NODE, .gen = s->section };
			return true;
		}
		if (src->kind == VMA_PTR) {
			f->pc--;
			taken = choose(s);
			f->pc++;
			v = *src;
			*dst = load_lent(s, v, taken);
			return true;
		}
		if (src->kind != STACK) {
			event(s, UNSAFE, "a load from what is no stack");
			*dst = num(UNKNOWN);
			return true;
		}
		v = s->f[src->obj].word[src->aux - i->off / 8];
		if (v.kind == NONE)
			event(s, UNSAFE, "a load of what was never stored");
		if (v.kind >= DYN_LO) {
			event(s, POLICY, "a dynptr is read as a number");
			v = num(UNKNOWN);
		}
		*dst = v;
		return true;
	case BPF_LDX | BPF_MEM | BPF_W:
		if (src->kind == CTX)
			*dst = (struct val){ i->off == ctx_data() ? PKT : PKT_END, 1 };
		else
			event(s, UNSAFE, "a load from what is no context");
		return true;
	case BPF_LDX | BPF_MEM | BPF_B:
		if (O.trace)
			printf("    dereference\n");
		v = *src;
		*dst = num(UNKNOWN);
		deref(s, v);
		return true;
	case BPF_STX | BPF_MEM | BPF_DW:
	case BPF_ST | BPF_MEM | BPF_DW:
		v = BPF_CLASS(i->code) == BPF_ST ? num(i->imm ? UNKNOWN : ZERO) : *src;
		if (dst->kind != STACK) {
			event(s, UNSAFE, "a store to what is no stack");
			return true;
		}
		if (v.kind == STACK && dst->obj != s->cur)
			event(s, POLICY, "a stack pointer is stored in a caller's frame");
		if (v.kind == STACK && v.obj < global_frame(s))
			event(s, POLICY, "a global function spills its argument");
		write_word(s, dst->obj, dst->aux - i->off / 8, v);
		return true;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JNE | BPF_K:
		if (dst->kind == NUM && dst->obj == UNKNOWN) {
			f->pc--;
			taken = choose(s);
			f->pc++;
		} else {
			taken = (dst->kind == NUM) == (BPF_OP(i->code) == BPF_JEQ);
		}
		return taken ? jump(s, i->off) : true;
	case BPF_JMP | BPF_JGT | BPF_X:
		if (dst->kind != PKT || src->kind != PKT_END) {
			event(s, POLICY, "a comparison of other than the packet's ends");
			return true;
		}
		f->pc--;
		taken = choose(s);
		f->pc++;
		if (taken)
			return jump(s, i->off);
		/* What is below the end of the packet can be read. */
		for (w = 0; w < 10; w++)
			if (f->reg[w].kind == PKT)
				f->reg[w] = slice(s, 1, DIRECT, false, false);
		return true;
	case BPF_JMP | BPF_JA:
		return jump(s, i->off);
	case BPF_JMP | BPF_CALL:
		if (i->src_reg != BPF_PSEUDO_CALL) {
			f->pc--;
			exec_call(s, i);
			f->pc++;
			return true;
		}
		if (O.trace)
			printf("    call of function %d\n", i->imm);
		taken = P.fn[i->imm].global && check_args(s, f->reg);
		to = &s->f[++s->cur];
		memset(to, 0, sizeof(*to));
		memcpy(to->reg + 1, f->reg + 1, 5 * sizeof(*to->reg));
		memset(f->reg, 0, 6 * sizeof(*f->reg));
		to->reg[10] = (struct val){ STACK, s->cur };
		to->fn = i->imm;
		to->nobj = s->nobj;
		to->packet = taken;
		return true;
	case BPF_JMP | BPF_EXIT:
		if (O.trace)
			printf("    return\n");
		if (!s->cur) {
			exit_main(s);
			return false;
		}
		v = f->reg[0];
		if (v.kind == STACK) {
			event(s, POLICY, "a function returns a pointer to a stack");
			v = num(UNKNOWN);
		}
		if (P.fn[f->fn].global)
			exit_global(s, f, v);
		for (w = 0; w < WORDS; w++)
			if (f->word[w].kind == DYN_LO)
				s->gone[f->word[w].aux] = RETURNED;
		memset(f, 0, sizeof(*f));
		s->f[--s->cur].reg[0] = v;
		return true;
	default:
		die("instruction of unknown code %#x", i->code);
	}
}

static bool same(const struct state *a, const struct state *b)
{
	return !memcmp(a, b, offsetof(struct state, forced));
}

void oracle_merge(void)
{
	int i, j, n = 0;

	for (i = 0; i < O.nactive; i++) {
		for (j = 0; j < n && !same(&O.active[j], &O.active[i]); j++)
			;
		if (j == n) {
			if (i != n)
				O.active[n] = O.active[i];
			n++;
		}
	}
	O.nactive = n;
}

/*
 * All active states, to the end of what there is of the program. Where they were
 * before stays in the other buffer until the next oracle_run().
 */
void oracle_run(void)
{
	struct state *from = O.active, s;
	int i, n = O.nactive;

	O.active = from == O.buffer[0] ? O.buffer[1] : O.buffer[0];
	O.nactive = 0;
	for (i = 0; i < n; i++) {
		O.work[0] = from[i];
		O.nwork = 1;
		while (O.nwork && !O.overflow) {
			s = O.work[--O.nwork];
			while (exec(&s))
				;
		}
	}
	oracle_merge();
}

struct state oracle_start(void)
{
	struct state s = { .nobj = 2, .label = -1 };

	s.obj[0] = (struct obj){ .kind = O_MEM, .alive = 1 };
	s.obj[1] = (struct obj){ .kind = P.type == LSM ? O_FILE : O_SKB, .alive = 1,
				 .owned = P.type == QDISC };
	s.f[0].reg[1].kind = CTX;
	s.f[0].reg[10].kind = STACK;
	return s;
}

/*
 * The finished program once more, from its start, along the path that was found
 * to be the worst: it must be that again.
 */
void oracle_replay(bool trace)
{
	enum verdict v = O.verdict;
	struct state s = oracle_start();

	O.verdict = SAFE;
	O.replay = true;
	O.trace = trace;
	while (exec(&s) && O.verdict < v)
		;
	O.replay = O.trace = false;
	if (O.verdict != v)
		die("the oracle found '%s', and '%s' when asked again", verdicts[v],
		    verdicts[O.verdict]);
}
