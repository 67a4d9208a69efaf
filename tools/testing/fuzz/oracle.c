// SPDX-License-Identifier: GPL-2.0
/* The oracle: a machine that runs a program, and knows what memory lives. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

struct prog P;
struct oracle O;
const char * const verdicts[] = { "safe", "policy", "leak", "unsafe" };
static const char * const obj_kinds[] = { "map value", "skb", "record", "node", "iterator" };

static void note(const char *fmt, ...)
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

static void event(struct state *s, enum verdict v, const char *why)
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
static bool choose(struct state *s)
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

static struct val num(int what)
{
	return (struct val){ .kind = NUM, .obj = what };
}

static int new_obj(struct state *s, int kind)
{
	if (s->nobj == OBJS) {
		O.overflow = true;
		return OBJS - 1;
	}
	s->obj[s->nobj] = (struct obj){ .kind = kind, .alive = 1, .owned = 1, .level = 255 };
	note("%s %d is made", obj_kinds[kind], s->nobj);
	return s->nobj++;
}

static void kill_obj(struct state *s, int o)
{
	s->obj[o].alive = 0;
	note("%s %d is gone", obj_kinds[s->obj[o].kind], o);
}

/* An object is handed to something that needs it alive and the program's own. */
static void use_obj(struct state *s, int o)
{
	if (!s->obj[o].alive)
		event(s, UNSAFE, "use of a released object");
	else if (s->obj[o].node)
		event(s, UNSAFE, "use of an skb that was moved into a node");
}

/* Other dynptrs, in any frame, of the record that this one is of. */
bool has_clone(struct state *s, struct val *dyn)
{
	int f, w;

	for (f = 0; f <= s->cur; f++)
		for (w = 0; w < WORDS; w++)
			if (&s->f[f].word[w] != dyn && s->f[f].word[w].kind == DYN_LO &&
			    s->f[f].word[w].obj == dyn->obj)
				return true;
	return false;
}

/* The frame of the innermost global function, 0 if there is none. */
static int global_frame(struct state *s)
{
	int f;

	for (f = s->cur; f > 0 && !P.fn[s->f[f].fn].global; f--)
		;
	return f;
}

/* A global function's argument is a dynptr of any kind, and so are its clones. */
static bool any_dyn(struct state *s, struct val p)
{
	return p.obj < global_frame(s) || s->f[p.obj].word[p.aux].any;
}

/* A write to either word of a dynptr ends it, and by the rules its slices. */
static void write_word(struct state *s, int f, int w, struct val v)
{
	struct val *word = s->f[f].word, *dyn = NULL;
	struct obj *o;

	if (f < global_frame(s))
		event(s, POLICY, "a global function writes to its caller's frame");
	if (word[w].kind == DYN_LO)
		dyn = &word[w];
	else if (word[w].kind == DYN_HI)
		dyn = &word[w + 1];
	if (dyn) {
		o = &s->obj[dyn->obj];
		if (o->kind == O_RECORD && o->alive && !has_clone(s, dyn))
			event(s, POLICY, "overwrites the last dynptr of a record");
		note("dynptr %d is overwritten", dyn->aux);
		s->gone[dyn->aux] = OVERWRITTEN;
		dyn[0] = dyn[-1] = num(UNKNOWN);
	}
	word[w] = v;
}

static void new_dyn(struct state *s, struct val dst, int obj, bool any)
{
	struct val v = { .kind = DYN_LO, .obj = obj, .aux = s->ndyn, .any = any };

	if (dst.kind != STACK) {
		event(s, UNSAFE, "a dynptr is written to what is no stack");
		return;
	}
	if (s->ndyn == DIRECT) {
		O.overflow = true;
		return;
	}
	write_word(s, dst.obj, dst.aux, v);
	v.kind = DYN_HI;
	write_word(s, dst.obj, dst.aux - 1, v);
	note("dynptr %d of %s %d", s->ndyn, obj_kinds[s->obj[obj].kind], obj);
	s->ndyn++;
}

/* The dynptr that is used, or NULL after an event. */
static struct val *use_dyn(struct state *s, struct val p)
{
	struct val *v;

	if (p.kind != STACK) {
		event(s, UNSAFE, "use of what is no dynptr");
		return NULL;
	}
	v = &s->f[p.obj].word[p.aux];
	if (v->kind == NULLED) {
		event(s, POLICY, "use of a dynptr that was submitted or discarded");
		return NULL;
	}
	if (v->kind != DYN_LO) {
		event(s, UNSAFE, "use of what is no dynptr");
		return NULL;
	}
	if (!s->obj[v->obj].alive) {
		event(s, UNSAFE, s->obj[v->obj].kind == O_SKB ?
				 "use of a dynptr of a released skb" :
				 "use of a dynptr of a released record");
		return NULL;
	}
	if (s->obj[v->obj].node)
		event(s, POLICY, "use of a dynptr whose skb was moved into a node");
	return v;
}

/* A slice that can be read, by all rules. */
static bool usable(struct state *s, struct val v)
{
	struct obj *o = &s->obj[v.obj];

	return v.kind == SLICE && live(o) && o->gen == v.gen && s->gone[v.aux] != OVERWRITTEN &&
	       ((o->kind != O_SKB && !v.any) || v.epoch == s->epoch);
}

static void deref(struct state *s, struct val v)
{
	static const char * const dead[][3] = {
		[O_SKB] = {
			"use of a slice of a released skb",
			"use of a slice of a released skb, the dynptr overwritten",
			"use of a slice of a released skb, the dynptr's function over",
		},
		[O_RECORD] = {
			"use of a slice of a released record",
			"use of a slice of a released record, the dynptr overwritten",
			"use of a slice of a released record, the dynptr's function over",
		},
		[O_ITER] = { "use of what an iterator gave that is destroyed" },
	};
	struct obj *o = &s->obj[v.obj];

	if (v.kind == RCU_NODE && s->rcu && v.gen == s->section)
		note("a node");
	else if (v.kind != SLICE)
		event(s, v.kind == NUM && v.obj == ZERO ? UNSAFE : POLICY,
		      "dereference of what is no slice");
	else if (!o->alive)
		event(s, UNSAFE, dead[o->kind][s->gone[v.aux]]);
	else if (o->gen != v.gen)
		event(s, UNSAFE, "use of a slice whose packet may have moved");
	else if (o->node)
		event(s, POLICY, "use of a slice whose skb was moved into a node");
	else if (s->gone[v.aux] == OVERWRITTEN)
		event(s, POLICY, "use of a slice whose dynptr was overwritten");
	else if ((o->kind == O_SKB || v.any) && v.epoch != s->epoch)
		event(s, POLICY, "use of a slice after a write to another packet");
	else
		note("slice of %s %d", obj_kinds[o->kind], v.obj);
}

/* What was in the node leaves it, to be freed or for another owner. */
static void empty_node(struct state *s, int node)
{
	int o;

	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].alive && s->obj[o].node == node) {
			s->obj[o].node = 0;
			kill_obj(s, o);
		}
}

static void release(struct state *s, struct val v, int kind)
{
	if (v.kind != kind) {
		event(s, UNSAFE, "release of something else");
		return;
	}
	use_obj(s, v.obj);
	if (kind == NODE)
		empty_node(s, v.obj);
	if (s->obj[v.obj].alive)
		kill_obj(s, v.obj);
}

static struct val slice(struct state *s, int obj, int dyn, bool any, bool rdonly)
{
	return (struct val){ SLICE, obj, dyn, s->obj[obj].gen,
			     s->obj[obj].kind == O_SKB || any ? s->epoch : 0, any, rdonly };
}

/* The packet of the context may be somewhere else now. */
static void move_packet(struct state *s)
{
	s->obj[1].gen++;
	s->epoch++;
}

/*
 * A write by way of a dynptr may move the skb's data; a qdisc's skb dynptr is
 * read-only, the write fails. That of an xdp dynptr moves nothing, but the verifier may
 * take it for one that does, other than bpf_dynptr_write().
 */
static void write_dyn(struct state *s, struct val p, bool kfunc)
{
	struct val *d = use_dyn(s, p);
	bool skb = d && s->obj[d->obj].kind == O_SKB;

	if (skb && P.type == TC)
		move_packet(s);
	else if (d && (any_dyn(s, p) || (skb && (P.type == QDISC || kfunc))))
		s->epoch++;
}

static struct val *iterator(struct state *s, struct val p)
{
	struct val *v = p.kind == STACK ? &s->f[p.obj].word[p.aux] : NULL;

	return v && v->kind == ITER ? v : NULL;
}

/* An iterator that has not said that there is no more. */
static bool may_go_on(struct state *s, struct val p)
{
	struct val *v = iterator(s, p);

	return v && !s->obj[v->obj].drained;
}

static void exec_call(struct state *s, const struct bpf_insn *insn)
{
	struct frame *f = &s->f[s->cur];
	struct val *r = f->reg, ret = num(UNKNOWN), *d;
	enum callee c = callee_of(insn);
	bool null = false;
	int i, given;

	if (c == C_DATA || c == C_SLICE || c == C_SLICE_RDWR || c == C_XCHG || c == C_OBJ_NEW ||
	    (c == C_ACQUIRE && r[1].kind == RCU_NODE) ||
	    (c == C_ITER_NEXT && may_go_on(s, r[1])))
		null = choose(s);
	if (O.trace)
		printf("    %s%s\n", callees[c].name, null ? " returns NULL" : "");
	switch (c) {
	case C_RAND:
		break;
	case C_FROM_MEM:
		new_dyn(s, r[4], 0, false);
		break;
	case C_RESERVE:
		new_dyn(s, r[4], new_obj(s, O_RECORD), false);
		break;
	case C_FROM_XDP:
	case C_FROM_SKB:
		i = r[1].kind == CTX ? 1 : r[1].obj;
		if (r[1].kind == SKB)
			use_obj(s, i);
		else if (r[1].kind != CTX)
			event(s, UNSAFE, "a dynptr of what is no skb");
		new_dyn(s, r[3], i, false);
		break;
	case C_CLONE:
		d = use_dyn(s, r[1]);
		if (r[1].obj == r[2].obj && abs(r[1].aux - r[2].aux) < 2)
			event(s, POLICY, "a dynptr is cloned onto itself");
		else if (d)
			new_dyn(s, r[2], d->obj, any_dyn(s, r[1]));
		break;
	case C_DATA:
	case C_SLICE:
	case C_SLICE_RDWR:
		d = use_dyn(s, r[1]);
		/* Whatever the verifier makes of it: there is no such slice. */
		if (d && c == C_DATA && s->obj[d->obj].kind == O_SKB)
			event(s, POLICY, "bpf_dynptr_data() of an skb is always NULL");
		else if (d)
			ret = slice(s, d->obj, d->aux, any_dyn(s, r[1]), c == C_SLICE);
		break;
	case C_READ:
		use_dyn(s, r[3]);
		write_word(s, r[1].obj, r[1].aux, num(UNKNOWN));
		break;
	case C_WRITE:
		write_dyn(s, r[1], false);
		break;
	case C_COPY:
		use_dyn(s, r[3]);
		write_dyn(s, r[1], true);
		break;
	case C_MEMSET:
	case C_PROBE_KERNEL:
	case C_PROBE_USER:
	case C_PROBE_KERNEL_STR:
	case C_PROBE_USER_STR:
		write_dyn(s, r[1], true);
		break;
	case C_PULL:
	case C_STORE:
	case C_CHANGE_TAIL:
	case C_CHANGE_HEAD:
	case C_ADJUST_TAIL:
	case C_ADJUST_HEAD:
	case C_XDP_PULL:
		move_packet(s);
		break;
	case C_SUBMIT:
	case C_DISCARD:
		d = use_dyn(s, r[1]);
		if (!d)
			break;
		if (s->obj[d->obj].kind != O_RECORD) {
			event(s, UNSAFE, "release of something else");
			break;
		}
		if (r[1].obj < global_frame(s))
			event(s, POLICY, "a global function releases its caller's record");
		kill_obj(s, d->obj);
		d[0] = d[-1] = (struct val){ NULLED };
		break;
	case C_DROP:
	case C_KFREE:
		release(s, r[1], SKB);
		break;
	case C_XCHG:
		given = P.type == SYSCALL ? NODE : SKB;
		if ((r[1].kind != KPTR && (r[1].kind != NODE || P.type == SYSCALL)) ||
		    (r[2].kind != given && (r[2].kind != NUM || r[2].obj != ZERO))) {
			event(s, UNSAFE, "an exchange of something else");
			break;
		}
		if (r[1].kind == NODE)
			use_obj(s, r[1].obj);
		if (r[2].kind == given)
			use_obj(s, r[2].obj);
		if (r[1].kind == NODE)
			empty_node(s, r[1].obj);
		if (r[2].kind == given && r[1].kind == NODE)
			s->obj[r[2].obj].node = r[1].obj;
		else if (r[2].kind == given)
			kill_obj(s, r[2].obj);
		ret = (struct val){ given };
		break;
	case C_OBJ_NEW:
		ret = (struct val){ NODE };
		break;
	case C_RCU_LOCK:
		if (s->rcu)
			event(s, POLICY, "an RCU section in another");
		s->rcu = 1;
		break;
	case C_RCU_UNLOCK:
		if (!s->rcu)
			event(s, UNSAFE, "the end of an RCU section that never began");
		s->rcu = 0;
		s->section++;
		break;
	case C_ACQUIRE:
		if (r[1].kind == NODE) {
			use_obj(s, r[1].obj);
		} else if (r[1].kind != RCU_NODE) {
			event(s, UNSAFE, "bpf_refcount_acquire() of something else");
			break;
		} else if (!s->rcu || r[1].gen != s->section) {
			event(s, UNSAFE, "bpf_refcount_acquire() of a node after its RCU section");
			break;
		}
		ret = (struct val){ NODE };
		break;
	case C_ITER_NEW:
		if (iterator(s, r[1]))
			event(s, POLICY, "an iterator is made over another");
		write_word(s, r[1].obj, r[1].aux, (struct val){ ITER, new_obj(s, O_ITER) });
		break;
	case C_ITER_NEXT:
		d = iterator(s, r[1]);
		if (!d) {
			event(s, UNSAFE, "use of what is no iterator");
			break;
		}
		null |= s->obj[d->obj].drained;
		s->obj[d->obj].drained = null;
		ret = slice(s, d->obj, DIRECT, false, true);
		break;
	case C_ITER_DESTROY:
		d = iterator(s, r[1]);
		if (!d) {
			event(s, UNSAFE, "use of what is no iterator");
			break;
		}
		kill_obj(s, d->obj);
		*d = num(UNKNOWN);
		break;
	case C_OBJ_DROP:
		release(s, r[1], NODE);
		break;
	default:
		die("no model of %s", callees[c].name);
	}
	if (null || (c == C_DATA && ret.kind != SLICE))
		ret = num(ZERO);
	else if (ret.kind == SKB || ret.kind == NODE)
		ret.obj = new_obj(s, ret.kind == SKB ? O_SKB : O_NODE);
	memset(r + 1, 0, 5 * sizeof(*r));
	r[0] = ret;
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
				       s->obj[o].kind == O_ITER ? "an iterator was not destroyed" :
				       "a node was not released");
}

/* Those of a call of a global function: the context, a dynptr, and two of memory. */
static void check_args(struct state *s, struct val *r)
{
	int i;

	if (r[1].kind != CTX)
		event(s, POLICY, "a global function gets no context");
	use_dyn(s, r[2]);
	for (i = 3; i < 5; i++) {
		if (r[i].kind == NUM && r[i].obj == ZERO)
			continue;
		if (r[i].kind == SLICE && usable(s, r[i]) && !r[i].rdonly)
			continue;
		event(s, POLICY, "a global function gets no slice, or one that is dead or read-only");
	}
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
		*dst = (struct val){ i->imm == ringbuf_fd ? RINGBUF :
				     i->imm == kptr_fd[P.type] ? KPTR : MEM };
		return true;
	case BPF_LDX | BPF_MEM | BPF_DW:
		if (src->kind == CTX) {
			*dst = (struct val){ i->off ? TO_FREE : SKB, 1 };
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
		if (P.fn[i->imm].global)
			check_args(s, f->reg);
		to = &s->f[++s->cur];
		memset(to, 0, sizeof(*to));
		memcpy(to->reg + 1, f->reg + 1, 5 * sizeof(*to->reg));
		memset(f->reg, 0, 6 * sizeof(*f->reg));
		to->reg[10] = (struct val){ STACK, s->cur };
		to->fn = i->imm;
		to->nobj = s->nobj;
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
	s.obj[1] = (struct obj){ .kind = O_SKB, .alive = 1, .owned = P.type == QDISC };
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
