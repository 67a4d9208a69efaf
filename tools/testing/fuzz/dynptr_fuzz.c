// SPDX-License-Identifier: GPL-2.0
/*
 * dynptr_fuzz: random programs over dynptrs, their clones and slices, and the
 * skbs and ring buffer records below them, against the verifier.
 *
 * Three parts. The oracle runs a program's instructions as the kernel would,
 * with every outcome of each branch and of each call that may return NULL: it
 * knows nothing of the verifier's ids, only memory that lives and dies. The
 * generator appends one step after the other and lets the oracle say whether a
 * step is sound in all the states that reach it. The driver loads the programs
 * and compares.
 *
 * Program i of seed S depends on S and i alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void __attribute__((noreturn)) die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fprintf(stderr, "dynptr_fuzz: ");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

/* Programs */

enum { TC, QDISC };

#define MAX_FNS		6
#define MAX_INSNS	512

struct fn {
	struct bpf_insn insn[MAX_INSNS];
	int n;
};

/* A call to another function has the function's number as imm until link(). */
static struct prog {
	int type;
	struct fn fn[MAX_FNS];
	int nfns;
	unsigned int ops;	/* the operations in it, one bit each */
} P;

/* The offset of a jump whose target is not there yet: the label's number. */
#define UNBOUND		0x7000

enum callee {
	C_RAND, C_FROM_MEM, C_RESERVE, C_DATA, C_READ, C_WRITE, C_SUBMIT, C_DISCARD, C_XCHG,
	C_PULL,
	C_FROM_SKB, C_CLONE, C_SLICE, C_SLICE_RDWR, C_DROP, C_KFREE, C_OBJ_NEW, C_OBJ_DROP,
	NR_CALLEES
};

static struct {
	const char *name;
	int helper;		/* 0: a kfunc */
	int btf_id;
} callees[NR_CALLEES] = {
	[C_RAND] = { "bpf_get_prandom_u32", BPF_FUNC_get_prandom_u32 },
	[C_FROM_MEM] = { "bpf_dynptr_from_mem", BPF_FUNC_dynptr_from_mem },
	[C_RESERVE] = { "bpf_ringbuf_reserve_dynptr", BPF_FUNC_ringbuf_reserve_dynptr },
	[C_DATA] = { "bpf_dynptr_data", BPF_FUNC_dynptr_data },
	[C_READ] = { "bpf_dynptr_read", BPF_FUNC_dynptr_read },
	[C_WRITE] = { "bpf_dynptr_write", BPF_FUNC_dynptr_write },
	[C_SUBMIT] = { "bpf_ringbuf_submit_dynptr", BPF_FUNC_ringbuf_submit_dynptr },
	[C_DISCARD] = { "bpf_ringbuf_discard_dynptr", BPF_FUNC_ringbuf_discard_dynptr },
	[C_XCHG] = { "bpf_kptr_xchg", BPF_FUNC_kptr_xchg },
	[C_PULL] = { "bpf_skb_pull_data", BPF_FUNC_skb_pull_data },
	[C_FROM_SKB] = { "bpf_dynptr_from_skb" },
	[C_CLONE] = { "bpf_dynptr_clone" },
	[C_SLICE] = { "bpf_dynptr_slice" },
	[C_SLICE_RDWR] = { "bpf_dynptr_slice_rdwr" },
	[C_DROP] = { "bpf_qdisc_skb_drop" },
	[C_KFREE] = { "bpf_kfree_skb" },
	[C_OBJ_NEW] = { "bpf_obj_new_impl" },
	[C_OBJ_DROP] = { "bpf_obj_drop_impl" },
};

static enum callee callee_of(const struct bpf_insn *insn)
{
	enum callee c;

	for (c = 0; c < NR_CALLEES; c++)
		if (insn->src_reg == BPF_PSEUDO_KFUNC_CALL ? callees[c].btf_id == insn->imm :
							     callees[c].helper == insn->imm)
			return c;
	die("a call of unknown function %d", insn->imm);
}

static int ringbuf_fd, mem_fd, kptr_fd, prog_btf_fd, func_id, node_id, enqueue_idx, qdisc_ops_id;

/* The oracle: a machine */

enum verdict { SAFE, POLICY, LEAK, UNSAFE, NR_VERDICTS };
static const char * const verdicts[] = { "safe", "policy", "leak", "unsafe" };

enum kind {
	NONE, NUM, STACK, CTX, TO_FREE, SKB, NODE, RINGBUF, MEM, KPTR, SLICE, DYN_LO, DYN_HI, NULLED
};

enum { ZERO, UNKNOWN };

/* What is in a register or in a word of the stack. */
struct val {
	unsigned char kind;
	unsigned char obj;	/* STACK: the frame; NUM: ZERO or UNKNOWN */
	unsigned char aux;	/* STACK: the word; DYN_LO, SLICE: the dynptr's number */
	unsigned char gen;	/* SLICE: how often the memory had moved */
	unsigned char epoch;	/* SLICE of an skb: how often any packet may have moved */
};

enum { STAYS, OVERWRITTEN, RETURNED };		/* RETURNED: its function did */

enum { O_MEM, O_SKB, O_RECORD, O_NODE };
static const char * const obj_kinds[] = { "map value", "skb", "record", "node" };

struct obj {
	unsigned char kind;
	unsigned char alive;
	unsigned char owned;	/* the program has to release it */
	unsigned char node;	/* an skb in this node; 0: in none */
	unsigned char gen;
	unsigned char level;	/* for the generator: G.level when it was acquired */
};

/* It can be used, and is nobody else's. */
static bool live(const struct obj *o)
{
	return o->alive && !o->node;
}

#define WORDS		16	/* word w of a frame is at r10 - 8 * w */
#define FRAMES		3
#define OBJS		24
#define DYNS		40

struct frame {
	struct val reg[11];
	struct val word[WORDS];
	short fn, pc;
};

struct state {
	struct frame f[FRAMES];
	struct obj obj[OBJS];
	unsigned char gone[DYNS];	/* of the dynptrs: how they went */
	unsigned char cur, nobj, ndyn, epoch;
	short label;
	/* from here on not part of what the machine is */
	bool forced;
	unsigned char npath;
	unsigned long path;
};

#define MAX_STATES	96

static struct {
	/* all states of the program, each at the end of what there is of it */
	struct state *active, buffer[2][MAX_STATES];
	struct state parked[2 * MAX_STATES], work[MAX_STATES];
	int nactive, nparked, nwork;
	bool overflow;
	/* the worst that was seen, and the outcomes that lead to it */
	enum verdict verdict;
	unsigned long path;
	int npath;
	const char *why;
	int events;
	/* a replay takes the outcomes of path, and tells what it does */
	bool replay, trace;
} O;

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
static bool has_clone(struct state *s, struct val *dyn)
{
	int f, w;

	for (f = 0; f <= s->cur; f++)
		for (w = 0; w < WORDS; w++)
			if (&s->f[f].word[w] != dyn && s->f[f].word[w].kind == DYN_LO &&
			    s->f[f].word[w].obj == dyn->obj)
				return true;
	return false;
}

/* A write to either word of a dynptr ends it, and by the rules its slices. */
static void write_word(struct state *s, int f, int w, struct val v)
{
	struct val *word = s->f[f].word, *dyn = NULL;
	struct obj *o;

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

static void new_dyn(struct state *s, struct val dst, int obj)
{
	struct val v = { .kind = DYN_LO, .obj = obj, .aux = s->ndyn };

	if (dst.kind != STACK) {
		event(s, UNSAFE, "a dynptr is written to what is no stack");
		return;
	}
	if (s->ndyn == DYNS) {
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
	};
	struct obj *o = &s->obj[v.obj];

	if (v.kind != SLICE)
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
	else if (o->kind == O_SKB && v.epoch != s->epoch)
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

static void exec_call(struct state *s, const struct bpf_insn *insn)
{
	struct frame *f = &s->f[s->cur];
	struct val *r = f->reg, ret = num(UNKNOWN), *d;
	enum callee c = callee_of(insn);
	bool null = false;
	int i;

	if (c == C_DATA || c == C_SLICE || c == C_SLICE_RDWR || c == C_XCHG || c == C_OBJ_NEW)
		null = choose(s);
	if (O.trace)
		printf("    %s%s\n", callees[c].name, null ? " returns NULL" : "");
	switch (c) {
	case C_RAND:
		break;
	case C_FROM_MEM:
		new_dyn(s, r[4], 0);
		break;
	case C_RESERVE:
		new_dyn(s, r[4], new_obj(s, O_RECORD));
		break;
	case C_FROM_SKB:
		i = r[1].kind == CTX ? 1 : r[1].obj;
		if (r[1].kind == SKB)
			use_obj(s, i);
		else if (r[1].kind != CTX)
			event(s, UNSAFE, "a dynptr of what is no skb");
		new_dyn(s, r[3], i);
		break;
	case C_CLONE:
		d = use_dyn(s, r[1]);
		if (r[1].obj == r[2].obj && abs(r[1].aux - r[2].aux) < 2)
			event(s, POLICY, "a dynptr is cloned onto itself");
		else if (d)
			new_dyn(s, r[2], d->obj);
		break;
	case C_DATA:
	case C_SLICE:
	case C_SLICE_RDWR:
		d = use_dyn(s, r[1]);
		/* Whatever the verifier makes of it: there is no such slice. */
		if (d && c == C_DATA && s->obj[d->obj].kind == O_SKB)
			event(s, POLICY, "bpf_dynptr_data() of an skb is always NULL");
		else if (d)
			ret = (struct val){ SLICE, d->obj, d->aux, s->obj[d->obj].gen,
					    s->obj[d->obj].kind == O_SKB ? s->epoch : 0 };
		break;
	case C_READ:
		use_dyn(s, r[3]);
		write_word(s, r[1].obj, r[1].aux, num(UNKNOWN));
		break;
	case C_WRITE:
		d = use_dyn(s, r[1]);
		if (d && s->obj[d->obj].kind == O_SKB) {
			/* A qdisc's skb dynptr is read-only: the write fails. */
			if (P.type == TC)
				s->obj[d->obj].gen++;
			s->epoch++;
		}
		break;
	case C_PULL:
		s->obj[1].gen++;
		s->epoch++;
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
		kill_obj(s, d->obj);
		d[0] = d[-1] = (struct val){ NULLED };
		break;
	case C_DROP:
	case C_KFREE:
		release(s, r[1], SKB);
		break;
	case C_XCHG:
		if ((r[1].kind != NODE && r[1].kind != KPTR) ||
		    (r[2].kind != SKB && (r[2].kind != NUM || r[2].obj != ZERO))) {
			event(s, UNSAFE, "an exchange of something else");
			break;
		}
		if (r[1].kind == NODE)
			use_obj(s, r[1].obj);
		if (r[2].kind == SKB)
			use_obj(s, r[2].obj);
		if (r[1].kind == NODE)
			empty_node(s, r[1].obj);
		if (r[2].kind == SKB && r[1].kind == NODE)
			s->obj[r[2].obj].node = r[1].obj;
		else if (r[2].kind == SKB)
			kill_obj(s, r[2].obj);
		ret = (struct val){ SKB };
		break;
	case C_OBJ_NEW:
		ret = (struct val){ NODE };
		break;
	case C_OBJ_DROP:
		release(s, r[1], NODE);
		break;
	default:
		die("no model of %s", callees[c].name);
	}
	if (null || (c == C_DATA && ret.kind != SLICE))
		ret = num(ZERO);
	else if (c == C_XCHG || c == C_OBJ_NEW)
		ret.obj = new_obj(s, c == C_XCHG ? O_SKB : O_NODE);
	memset(r + 1, 0, 5 * sizeof(*r));
	r[0] = ret;
}

static void exit_main(struct state *s)
{
	int o;

	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].owned && live(&s->obj[o]))
			event(s, LEAK, s->obj[o].kind == O_RECORD ? "a record was not released" :
				       s->obj[o].kind == O_SKB ? "an skb was not released" :
				       "a node was not released");
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
		dst->aux -= i->imm / 8;
		return true;
	case BPF_ALU64 | BPF_ADD | BPF_X:	/* 0 += src */
		*dst = *src;
		return true;
	case BPF_LD | BPF_IMM | BPF_DW:
		f->pc++;
		*dst = (struct val){ i->imm == ringbuf_fd ? RINGBUF :
				     i->imm == kptr_fd ? KPTR : MEM };
		return true;
	case BPF_LDX | BPF_MEM | BPF_DW:
		if (src->kind == CTX) {
			*dst = (struct val){ i->off ? TO_FREE : SKB, 1 };
			if (!i->off && (!s->obj[1].alive || s->obj[1].node))
				event(s, POLICY, "the skb is read from ctx after its release");
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
		to = &s->f[++s->cur];
		memset(to, 0, sizeof(*to));
		memcpy(to->reg + 1, f->reg + 1, 5 * sizeof(*to->reg));
		memset(f->reg, 0, 6 * sizeof(*f->reg));
		to->reg[10] = (struct val){ STACK, s->cur };
		to->fn = i->imm;
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

static void merge(void)
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
 * before stays in the other buffer until the next run().
 */
static void run(void)
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
	merge();
}

static struct state initial(void)
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
static void replay(bool trace)
{
	enum verdict v = O.verdict;
	struct state s = initial();

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

/* The generator */

#define OPS(x) \
	x(from_skb) x(from_mem) x(reserve) x(clone) x(slice) x(slice_rdwr) x(data) x(read) \
	x(write) x(pull) x(overwrite) x(submit) x(discard) x(drop) x(kfree) x(xchg_map) \
	x(xchg_node) x(obj_new) x(obj_drop) x(spill) x(fill) x(deref) x(reload) x(call) \
	x(branch) x(subprog_returns_slice)
#define OP(name) OP_##name,
enum { OPS(OP) NR_OPS };
#define NAME(name) #name,
static const char * const op_names[] = { OPS(NAME) };

/* How often each is tried, for TC and qdisc. */
static const unsigned char weights[][OP_call] = {
	[TC] = {
		[OP_from_skb] = 8, [OP_from_mem] = 5, [OP_reserve] = 7, [OP_clone] = 9,
		[OP_slice] = 11, [OP_slice_rdwr] = 5, [OP_data] = 9, [OP_read] = 3,
		[OP_write] = 3, [OP_pull] = 2, [OP_overwrite] = 5, [OP_submit] = 3,
		[OP_discard] = 3, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 12,
	},
	[QDISC] = {
		[OP_from_skb] = 12, [OP_from_mem] = 3, [OP_reserve] = 4, [OP_clone] = 10,
		[OP_slice] = 16, [OP_data] = 4, [OP_read] = 3, [OP_write] = 2,
		[OP_overwrite] = 5, [OP_submit] = 2, [OP_discard] = 2, [OP_drop] = 3,
		[OP_kfree] = 2, [OP_xchg_map] = 3, [OP_xchg_node] = 4, [OP_obj_new] = 4,
		[OP_obj_drop] = 3, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 12,
		[OP_reload] = 1,
	},
};

/*
 * A frame's words: 1 the context (TC) or to_free (qdisc), 2 the context of a
 * qdisc, 3 for bpf_dynptr_read(), 4 to 7 spills, from 8 on dynptrs.
 * A holder is a place for a pointer: 0 to 3 are R6 to R9, 4 to 7 the spills.
 */
enum { W_ARG = 1, W_CTX, W_BUF, W_SPILL, W_DYN = 8 };
#define HOLDERS		8

static struct {
	unsigned long rng;
	int level, own_level;	/* see no_release() */
	int labels;
	int step, inject_at;	/* at the step of that number something bad is done */
} G;

static unsigned long mix(unsigned long x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static unsigned int rnd(unsigned int n)
{
	G.rng += 0x9e3779b97f4a7c15;
	return (mix(G.rng) >> 32) % n;
}

static bool chance(unsigned int percent)
{
	return rnd(100) < percent;
}

/* The function that grows, and its frame in one of the states. */
static struct fn *cur_fn(void)
{
	return &P.fn[O.active[0].f[O.active[0].cur].fn];
}

static void emit(struct bpf_insn insn)
{
	struct fn *f = cur_fn();

	if (f->n == MAX_INSNS)
		die("a function has become too long");
	f->insn[f->n++] = insn;
}

static void emit_call(enum callee c)
{
	emit(BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, callees[c].helper ? 0 : BPF_PSEUDO_KFUNC_CALL, 0,
			  callees[c].helper ?: callees[c].btf_id));
}

static void emit_ld(int reg, int pseudo, int fd)
{
	struct bpf_insn ld[] = { BPF_LD_IMM64_RAW(reg, pseudo, fd) };

	emit(ld[0]);
	emit(ld[1]);
}

static void emit_word(int reg, int w)
{
	emit(BPF_MOV64_REG(reg, BPF_REG_10));
	emit(BPF_ALU64_IMM(BPF_ADD, reg, -8 * w));
}

static void get(int reg, int h)
{
	if (h >= 4)
		emit(BPF_LDX_MEM(BPF_DW, reg, BPF_REG_10, -8 * (W_SPILL + h - 4)));
	else
		emit(BPF_MOV64_REG(reg, BPF_REG_6 + h));
}

static void put(int h, int reg)
{
	if (h >= 4)
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, reg, -8 * (W_SPILL + h - 4)));
	else
		emit(BPF_MOV64_REG(BPF_REG_6 + h, reg));
}

static void put_null(int h)
{
	if (h >= 4)
		emit(BPF_ST_MEM(BPF_DW, BPF_REG_10, -8 * (W_SPILL + h - 4), 0));
	else
		emit(BPF_MOV64_IMM(BPF_REG_6 + h, 0));
}

/* 'if reg == 0', over all that is emitted up to skip_end(). */
static int skip_if_null(int reg)
{
	emit(BPF_JMP_IMM(BPF_JEQ, reg, 0, 0));
	return cur_fn()->n;
}

static void skip_end(int from)
{
	cur_fn()->insn[from - 1].off = cur_fn()->n - from;
}

static struct val *held(struct state *s, int h)
{
	struct frame *f = &s->f[s->cur];

	return h < 4 ? &f->reg[BPF_REG_6 + h] : &f->word[W_SPILL + h - 4];
}

/* In any state. */
static bool may_hold(int h, int kind)
{
	int i;

	for (i = 0; i < O.nactive; i++)
		if (held(&O.active[i], h)->kind == kind)
			return true;
	return false;
}

static bool may_hold_owned(int h)
{
	struct state *s;
	struct val *v;

	for (s = O.active; s < O.active + O.nactive; s++) {
		v = held(s, h);
		if ((v->kind == SKB || v->kind == NODE) && live(&s->obj[v->obj]))
			return true;
	}
	return false;
}

/*
 * Where branches meet again, all of them own the same: what was acquired before
 * the branch (at a lower level) stays.
 */
static bool no_release(struct state *s, int obj)
{
	return s->obj[obj].level < G.own_level;
}

/* A holder of a live object of that kind, or with bad of any that was one. */
static int pick_obj(struct state *s, int kind, bool bad)
{
	int h, n = 0, got = -1;
	struct val *v;

	for (h = 0; h < HOLDERS; h++) {
		v = held(s, h);
		if (v->kind == kind && (bad || live(&s->obj[v->obj])) && !rnd(++n))
			got = h;
	}
	return got;
}

static int pick_slice(struct state *s)
{
	int h, n = 0, got = -1;

	for (h = 0; h < HOLDERS; h++)
		if (held(s, h)->kind == SLICE && !rnd(++n))
			got = h;
	return got;
}

static int pick_dst(bool bad)
{
	int h, n = 0, got = -1;

	for (h = 0; h < HOLDERS; h++)
		if ((bad || !may_hold_owned(h)) && !may_hold(h, STACK) && !rnd(++n))
			got = h;
	return got;
}

/*
 * A dynptr's place: a word of this frame, or HELD + h: the word to which h
 * points. Filled: it holds one; with bad one that is dead, or a slot that
 * bpf_ringbuf_submit_dynptr() has nulled.
 */
#define HELD	100

static struct val *place(struct state *s, int p)
{
	struct val *v;

	if (p < HELD)
		return &s->f[s->cur].word[p];
	v = held(s, p - HELD);
	return v->kind == STACK && v->aux > W_DYN ? &s->f[v->obj].word[v->aux] : NULL;
}

static bool is_dyn(struct state *s, struct val *v, int kind, bool bad)
{
	if (!v)
		return false;
	if (bad)
		return v->kind == NULLED || v->kind == NUM ||
		       (v->kind == DYN_LO && !s->obj[v->obj].alive);
	return v->kind == DYN_LO && s->obj[v->obj].alive &&
	       (kind < 0 || s->obj[v->obj].kind == kind);
}

static int pick_dyn(struct state *s, int kind, bool bad)
{
	int p, n = 0, got = -1;

	for (p = W_DYN + 1; p < WORDS; p++)
		if (is_dyn(s, place(s, p), kind, bad) && !rnd(++n))
			got = p;
	for (p = HELD; p < HELD + HOLDERS; p++)
		if (is_dyn(s, place(s, p), kind, bad) && !rnd(++n))
			got = p;
	return got;
}

static bool empty(struct val *v)
{
	return v && v->kind != DYN_LO && v->kind != DYN_HI &&
	       v[-1].kind != DYN_LO && v[-1].kind != DYN_HI;
}

static int pick_empty(struct state *s)
{
	int p, n = 0, got = -1;

	for (p = W_DYN + 1; p < WORDS; p++)
		if (empty(place(s, p)) && !rnd(++n))
			got = p;
	for (p = HELD; p < HELD + HOLDERS; p++)
		if (empty(place(s, p)) && !rnd(++n))
			got = p;
	return got >= 0 && chance(80) ? got : W_DYN + 1 + rnd(WORDS - W_DYN - 1);
}

static void emit_place(int reg, int p)
{
	if (p < HELD)
		emit_word(reg, p);
	else
		get(reg, p - HELD);
}

/* R1 is an skb, or nothing is done. */
static bool op_release_skb(struct state *s, int op, int h)
{
	int skip;

	if (op != OP_drop && op != OP_kfree)
		return false;
	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	if (op == OP_drop)
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8 * W_ARG));
	emit_call(op == OP_drop ? C_DROP : C_KFREE);
	if (no_release(s, held(s, h)->obj) || chance(50))
		put_null(h);
	skip_end(skip);
	return true;
}

static bool op_release_node(struct state *s, int h)
{
	int skip;

	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit_call(C_OBJ_DROP);
	if (no_release(s, held(s, h)->obj) || chance(50))
		put_null(h);
	skip_end(skip);
	return true;
}

static bool op_release_record(struct state *s, int op, int p)
{
	emit_place(BPF_REG_1, p);
	emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit_call(op == OP_submit ? C_SUBMIT : C_DISCARD);
	return true;
}

static bool op_slice(struct state *s, int op, bool bad)
{
	enum callee c = op == OP_data ? C_DATA : op == OP_slice ? C_SLICE : C_SLICE_RDWR;
	int p = pick_dyn(s, -1, bad), h = pick_dst(bad), skip;

	/* bpf_dynptr_data() of an skb is always NULL. */
	if (p < 0 || h < 0 || (op == OP_data && !bad && s->obj[place(s, p)->obj].kind == O_SKB))
		return false;
	emit_place(BPF_REG_1, p);
	emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit(BPF_MOV64_IMM(BPF_REG_3, op == OP_data ? 8 : 0));
	if (op != OP_data)
		emit(BPF_MOV64_IMM(BPF_REG_4, 8));
	emit_call(c);
	put(h, BPF_REG_0);
	if (chance(40)) {
		skip = skip_if_null(BPF_REG_0);
		emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 0));
		skip_end(skip);
	}
	return true;
}

static bool op_move(struct state *s, int op)
{
	int from = op == OP_fill ? 4 + rnd(4) : rnd(4), via = rnd(HOLDERS), to;
	struct val *v = held(s, via);

	/* By way of a pointer to a caller's spill, where there is one. */
	if (v->kind == STACK && v->aux >= W_SPILL && v->aux < W_DYN) {
		if (op == OP_fill) {
			to = pick_dst(false);
			if (to < 0)
				return false;
			get(BPF_REG_1, via);
			emit(BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0));
			put(to, BPF_REG_0);
			return true;
		}
		if (may_hold(from, STACK) || s->f[v->obj].word[v->aux].kind == SKB)
			return false;
		get(BPF_REG_1, via);
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6 + from, 0));
		return true;
	}
	to = op == OP_fill ? rnd(4) : 4 + rnd(4);
	if (may_hold_owned(to) || may_hold(to, STACK) || held(s, from)->kind == NUM)
		return false;
	get(BPF_REG_0, from);
	put(to, BPF_REG_0);
	return true;
}

static bool op_xchg(struct state *s, int op, bool bad)
{
	int skb = chance(80) ? pick_obj(s, SKB, bad) : -1, dst = pick_dst(bad);
	int node = -1, skip = 0, skip2 = 0;

	if (dst < 0)
		return false;
	if (op == OP_xchg_node) {
		node = pick_obj(s, NODE, bad);
		if (node < 0)
			return false;
		get(BPF_REG_1, node);
		skip = skip_if_null(BPF_REG_1);
	} else {
		emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, kptr_fd);
	}
	if (skb < 0) {
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	} else {
		get(BPF_REG_2, skb);
		skip2 = skip_if_null(BPF_REG_2);
	}
	emit_call(C_XCHG);
	if (skb >= 0 && (no_release(s, held(s, skb)->obj) || chance(50)))
		put_null(skb);
	put(dst, BPF_REG_0);
	if (skb >= 0)
		skip_end(skip2);
	if (node >= 0)
		skip_end(skip);
	return true;
}

/* The instructions of one step; false when the state has nothing for it. */
static bool emit_op(struct state *s, int op, bool bad)
{
	int p, q, h, skip;

	switch (op) {
	case OP_from_skb:
		p = pick_empty(s);
		if (P.type == TC) {
			emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
			skip = 0;
		} else {
			h = pick_obj(s, SKB, bad);
			if (h < 0)
				return false;
			get(BPF_REG_1, h);
			skip = skip_if_null(BPF_REG_1);
		}
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_place(BPF_REG_3, p);
		emit_call(C_FROM_SKB);
		if (skip)
			skip_end(skip);
		return true;
	case OP_from_mem:
		emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, mem_fd);
		emit(BPF_MOV64_IMM(BPF_REG_2, 16));
		emit(BPF_MOV64_IMM(BPF_REG_3, 0));
		emit_place(BPF_REG_4, pick_empty(s));
		emit_call(C_FROM_MEM);
		return true;
	case OP_reserve:
		p = pick_empty(s);
		emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_FD, ringbuf_fd);
		emit(BPF_MOV64_IMM(BPF_REG_2, 16));
		emit(BPF_MOV64_IMM(BPF_REG_3, 0));
		emit_place(BPF_REG_4, p);
		emit_call(C_RESERVE);
		return true;
	case OP_clone:
		p = pick_dyn(s, -1, bad);
		q = pick_empty(s);
		if (p < 0)
			return false;
		emit_place(BPF_REG_1, p);
		emit_place(BPF_REG_2, q);
		emit_call(C_CLONE);
		return true;
	case OP_slice:
	case OP_slice_rdwr:
	case OP_data:
		return op_slice(s, op, bad);
	case OP_read:
		p = pick_dyn(s, -1, bad);
		if (p < 0)
			return false;
		emit_place(BPF_REG_3, p);
		emit_word(BPF_REG_1, W_BUF);
		emit(BPF_MOV64_IMM(BPF_REG_2, 8));
		emit(BPF_MOV64_IMM(BPF_REG_4, 0));
		emit(BPF_MOV64_IMM(BPF_REG_5, 0));
		emit_call(C_READ);
		return true;
	case OP_write:
		p = pick_dyn(s, -1, bad);
		if (p < 0)
			return false;
		emit_place(BPF_REG_1, p);
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_word(BPF_REG_3, W_BUF);
		emit(BPF_MOV64_IMM(BPF_REG_4, 8));
		emit(BPF_MOV64_IMM(BPF_REG_5, 0));
		emit_call(C_WRITE);
		return true;
	case OP_pull:
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_call(C_PULL);
		return true;
	case OP_overwrite:
		p = pick_dyn(s, -1, false);
		if (p < 0 || (!bad && s->obj[place(s, p)->obj].kind == O_RECORD &&
			      !has_clone(s, place(s, p))))
			return false;
		emit_place(BPF_REG_1, p);
		h = rnd(2);
		emit(BPF_ST_MEM(BPF_DW, BPF_REG_1, 8 * h, rnd(2)));
		return true;
	case OP_submit:
	case OP_discard:
		p = bad && chance(10) ? pick_dyn(s, O_SKB, false) : pick_dyn(s, O_RECORD, bad);
		if (p < 0 || (!bad && no_release(s, place(s, p)->obj)))
			return false;
		return op_release_record(s, op, p);
	case OP_drop:
	case OP_kfree:
		h = pick_obj(s, SKB, bad);
		return h >= 0 && op_release_skb(s, op, h);
	case OP_obj_drop:
		h = pick_obj(s, NODE, bad);
		return h >= 0 && op_release_node(s, h);
	case OP_xchg_map:
	case OP_xchg_node:
		return op_xchg(s, op, bad);
	case OP_obj_new:
		h = pick_dst(bad);
		if (h < 0)
			return false;
		emit(BPF_MOV64_IMM(BPF_REG_1, node_id));
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_call(C_OBJ_NEW);
		put(h, BPF_REG_0);
		return true;
	case OP_spill:
	case OP_fill:
		return op_move(s, op);
	case OP_deref:
		h = pick_slice(s);
		if (h < 0)
			return false;
		get(BPF_REG_1, h);
		skip = skip_if_null(BPF_REG_1);
		if (chance(20) && !bad) {	/* another way to copy it */
			emit(BPF_MOV64_IMM(BPF_REG_0, 0));
			emit(BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1));
			put(h, BPF_REG_0);
		}
		emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, 0));
		skip_end(skip);
		return true;
	case OP_reload:
		h = pick_dst(bad);
		if (h < 0 || s->cur)
			return false;
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_CTX));
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0));
		put(h, BPF_REG_0);
		return true;
	}
	return false;
}

static struct {
	struct state *active;
	int nactive, n, events, npath;
	enum verdict verdict;
	const char *why;
	unsigned long path;
	bool overflow;
} saved;

static struct fn *saved_fn;

static jmp_buf give_up;

/* run() of what is not tried but needed: a program that is too much ends here. */
static void grow(void)
{
	run();
	if (O.overflow)
		longjmp(give_up, 1);
}

static struct state *begin(void)
{
	saved_fn = cur_fn();
	saved.n = saved_fn->n;
	saved.active = O.active;
	saved.nactive = O.nactive;
	saved.events = O.events;
	saved.verdict = O.verdict;
	saved.path = O.path;
	saved.npath = O.npath;
	saved.why = O.why;
	saved.overflow = O.overflow;
	return &O.active[rnd(O.nactive)];
}

/* Keep what was emitted since begin() if it is as sound, or as bad, as wanted. */
static bool commit(bool emitted, bool bad)
{
	struct state *s;
	int o;

	if (emitted)
		run();
	if (emitted && !O.overflow && O.nactive <= MAX_STATES / 2 &&
	    (O.events != saved.events) == bad) {
		for (s = O.active; s < O.active + O.nactive; s++)
			for (o = 0; o < s->nobj; o++)
				if (s->obj[o].level == 255)
					s->obj[o].level = G.level;
		return true;
	}
	saved_fn->n = saved.n;
	O.active = saved.active;
	O.nactive = saved.nactive;
	O.events = saved.events;
	O.verdict = saved.verdict;
	O.path = saved.path;
	O.npath = saved.npath;
	O.why = saved.why;
	O.overflow = saved.overflow;
	return false;
}

static bool step(int op, bool bad)
{
	struct state *s = begin();

	if (!commit(emit_op(s, op, bad), bad))
		return false;
	P.ops |= 1u << op;
	return true;
}

static int pick_op(void)
{
	int op, total = 0, x;

	for (op = 0; op < OP_call; op++)
		total += weights[P.type][op];
	x = rnd(total);
	for (op = 0; x >= weights[P.type][op]; op++)
		x -= weights[P.type][op];
	return op;
}

/* Release one object that is of this level or above, if there is a way. */
static bool release_one(int level, int except)
{
	struct state *s = begin();
	int o, h, p, n = 0, obj = -1, found = 0, at = -1;
	bool emitted = false;
	struct val *v;

	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].owned && live(&s->obj[o]) && s->obj[o].level >= level && !rnd(++n))
			obj = o;
	if (obj < 0)
		return false;
	if (s->obj[obj].kind == O_RECORD) {
		for (p = W_DYN + 1; p < HELD + HOLDERS; p = p == WORDS - 1 ? HELD : p + 1) {
			v = place(s, p);
			if (v && v->kind == DYN_LO && v->obj == obj && !rnd(++found))
				at = p;
		}
		emitted = at >= 0 && op_release_record(s, OP_submit + rnd(2), at);
	} else {
		for (h = 0; h < HOLDERS; h++) {
			v = held(s, h);
			if (h != except && (v->kind == SKB || v->kind == NODE) &&
			    v->obj == obj && !rnd(++found))
				at = h;
		}
		if (at >= 0 && s->obj[obj].kind == O_SKB)
			emitted = op_release_skb(s, OP_drop + rnd(2), at);
		else if (at >= 0)
			emitted = op_release_node(s, at);
	}
	return commit(emitted, false);
}

static void cleanup(int level, int except)
{
	int failed = 0;

	while (failed < 6)
		failed += !release_one(level, except);
}

static void op_call(int depth, bool own);

/* Something that the oracle objects to: most often a use after a slice's end. */
static void inject(void)
{
	static const unsigned char makes[] = {
		OP_slice, OP_slice, OP_slice_rdwr, OP_data, OP_clone, OP_spill
	};
	static const unsigned char ends[] = {
		OP_overwrite, OP_write, OP_pull, OP_xchg_map, OP_xchg_node
	};
	static const unsigned char uses[] = {
		OP_read, OP_slice, OP_clone, OP_data, OP_write, OP_submit, OP_discard, OP_drop,
		OP_kfree, OP_from_skb, OP_overwrite, OP_xchg_map, OP_xchg_node, OP_obj_drop,
		OP_reload
	};
	bool slice = chance(60);
	int i, op;

	G.inject_at = -1;
	for (i = 0; i < 12; i++) {
		op = makes[rnd(ARRAY_SIZE(makes))];
		if (weights[P.type][op])
			step(op, false);
	}
	if (chance(50))
		op_call(1, true);
	for (i = 0; i < 3; i++) {
		op = ends[rnd(ARRAY_SIZE(ends))];
		if (chance(70))
			release_one(0, -1);
		else if (weights[P.type][op])
			step(op, false);
	}
	for (i = 0; i < 60; i++) {
		op = slice && i < 30 ? OP_deref : uses[rnd(ARRAY_SIZE(uses))];
		if (weights[P.type][op] && step(op, true))
			return;
	}
}

static void park(int label, int code)
{
	emit(BPF_JMP_IMM(code, BPF_REG_0, 0, UNBOUND + label));
	grow();
}

/* The states that wait for the label go on here, with those that are here. */
static void bind(int label, struct fn *f)
{
	int i, n = 0;

	for (i = 0; i < f->n; i++)
		if (f->insn[i].off == UNBOUND + label)
			f->insn[i].off = f->n - i - 1;
	for (i = 0; i < O.nparked; i++) {
		struct state *s = &O.parked[i];

		if (s->label != label) {
			O.parked[n++] = *s;
			continue;
		}
		if (O.nactive == MAX_STATES)
			longjmp(give_up, 1);
		s->label = -1;
		s->f[s->cur].pc = f->n;
		O.active[O.nactive++] = *s;
	}
	O.nparked = n;
	merge();
}

static void lower(int level)
{
	struct state *s;
	int o;

	for (s = O.active; s < O.active + O.nactive; s++)
		for (o = 0; o < s->nobj; o++)
			if (s->obj[o].level > level)
				s->obj[o].level = level;
	merge();
}

static void block(int steps, int depth);

/* if (rand) { ... } [else { ... }], or { ...; return; } in the main function. */
static void op_branch(int depth)
{
	int label = G.labels++, end = G.labels++, own = G.own_level;
	bool leave = !O.active[0].cur && chance(25), otherwise = chance(40);
	struct fn *f = cur_fn();

	emit_call(C_RAND);
	grow();
	park(label, BPF_JEQ);
	if (leave) {
		G.own_level = 0;
		block(1 + rnd(4), depth + 1);
		cleanup(0, -1);
		G.own_level = own;
		emit(BPF_MOV64_IMM(BPF_REG_0, 0));
		emit(BPF_EXIT_INSN());
		grow();
		bind(label, f);
	} else {
		G.own_level = ++G.level;
		block(1 + rnd(3), depth + 1);
		cleanup(G.level, -1);
		lower(G.level - 1);
		if (otherwise) {
			emit(BPF_JMP_A(UNBOUND + end));
			grow();
			bind(label, f);
			block(1 + rnd(3), depth + 1);
			cleanup(G.level, -1);
			lower(G.level - 1);
			label = end;
		}
		bind(label, f);
		G.level--;
		G.own_level = own;
	}
	P.ops |= 1u << OP_branch;
}

static void init_words(void)
{
	int w;

	for (w = W_BUF; w < W_DYN; w++)
		emit(BPF_ST_MEM(BPF_DW, BPF_REG_10, -8 * w, 0));
}

/* A pointer for a function: to a dynptr, to a place for one, to a spill, or what is held. */
static void emit_arg(struct state *s, int reg, unsigned int what)
{
	int p = pick_dyn(s, chance(50) ? O_RECORD : O_SKB, false), h = pick_obj(s, SKB, false);

	if (p < 0 || chance(20))
		p = pick_dyn(s, -1, false);
	if (h < 0 || chance(20))
		h = rnd(HOLDERS);
	switch (what) {
	case 0:
	case 1:
		emit_place(reg, p < 0 ? pick_empty(s) : p);
		break;
	case 2:
		emit_place(reg, pick_empty(s));
		break;
	case 3:
		emit_word(reg, W_SPILL + rnd(4));
		break;
	case 4:
		get(reg, h);
		break;
	}
}

/*
 * A call of a static function, most often of a new one, which is made here, in
 * the states of its first call. With own it makes a dynptr of its own of what it
 * is given, and most often returns a slice of that.
 */
static void op_call(int depth, bool own)
{
	static const unsigned char own_slice[] = {
		OP_from_skb, OP_clone, OP_slice, OP_slice, OP_slice
	};
	bool fresh = P.nfns == 1 || (P.nfns < MAX_FNS && (own || chance(50)));
	int i, to, reg, ret = -1, level = G.level, frame = O.active[0].cur, dst;
	struct state *s = begin();

	/* Only the main function calls one that is there already: no recursion. */
	to = fresh ? P.nfns : 1 + rnd(P.nfns - 1);
	dst = pick_dst(false);
	if (dst < 0 || frame == FRAMES - 1 || (!fresh && frame))
		return;
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
	for (reg = BPF_REG_2; reg <= BPF_REG_4; reg++)
		emit_arg(s, reg, !own ? rnd(5) : reg == BPF_REG_2 ? 0 : 4);
	emit(BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, to));
	if (fresh) {
		P.fn[to].n = 0;
		P.nfns++;
	}
	if (!commit(true, false)) {
		P.nfns -= fresh;
		return;
	}
	P.ops |= 1u << OP_call;
	if (fresh) {
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8 * W_ARG));
		for (reg = BPF_REG_6; reg < BPF_REG_9; reg++)
			emit(BPF_MOV64_REG(reg, reg - BPF_REG_6 + BPF_REG_2));
		emit(BPF_MOV64_IMM(BPF_REG_9, 0));
		init_words();
		grow();
		G.level++;
		block(1 + rnd(6), depth + 1);
		for (i = 0; own && i < (int)ARRAY_SIZE(own_slice); i++)
			step(own_slice[i], false);
		if (chance(own ? 90 : 50)) {
			ret = chance(80) ? pick_slice(O.active) : (int)rnd(HOLDERS);
			if (ret >= 0 && may_hold(ret, STACK))
				ret = -1;
		}
		if (chance(95))
			cleanup(G.level, ret);
		G.level = level;
		lower(level);
		if (ret < 0)
			emit(BPF_MOV64_IMM(BPF_REG_0, 0));
		else
			get(BPF_REG_0, ret);
		if (ret >= 0 && may_hold(ret, SLICE))
			P.ops |= 1u << OP_subprog_returns_slice;
		emit(BPF_EXIT_INSN());
		grow();
	}
	begin();
	put(dst, BPF_REG_0);
	commit(true, false);
}

static void block(int steps, int depth)
{
	int tries, x;

	while (steps-- > 0) {
		if (G.step++ == G.inject_at)
			inject();
		x = rnd(100);
		if (x < 10 && depth < 3 && O.nactive <= MAX_STATES / 4) {
			op_branch(depth);
		} else if (x < 20 && depth < 3) {
			op_call(depth, chance(40));
		} else {
			for (tries = 0; tries < 12 && !step(pick_op(), false); tries++)
				;
		}
	}
}

/* Program i of a seed; false when it has grown out of what the oracle can hold. */
static bool generate(unsigned long seed)
{
	int w, fate;

	O.active = O.buffer[0];
	O.nactive = 1;
	O.nwork = 0;
	O.nparked = 0;
	O.events = 0;
	O.npath = 0;
	O.overflow = false;
	O.verdict = SAFE;
	O.why = "";
	O.path = 0;
	memset(&G, 0, sizeof(G));
	G.rng = seed;
	P.type = rnd(2);
	P.nfns = 1;
	P.fn[0].n = 0;
	P.ops = 0;
	O.active[0] = initial();

	if (setjmp(give_up))
		return false;
	emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8 * (P.type == TC ? W_ARG : W_CTX)));
	emit(BPF_MOV64_IMM(BPF_REG_6, 0));
	if (P.type == QDISC) {
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 16));
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8 * W_ARG));
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_1, 0));
	}
	for (w = BPF_REG_7; w <= BPF_REG_9; w++)
		emit(BPF_MOV64_IMM(w, 0));
	init_words();
	grow();

	fate = rnd(100);
	w = 4 + rnd(14);
	G.inject_at = fate < 25 ? 2 + (int)rnd(w) : -1;
	block(w, 0);
	if (fate < 25 || fate >= 30)
		cleanup(0, -1);
	else
		cleanup(1, -1);
	if (fate >= 30 && fate < 50) {
		inject();
		cleanup(0, -1);
	}
	emit(BPF_MOV64_IMM(BPF_REG_0, 0));
	emit(BPF_EXIT_INSN());
	grow();
	return true;
}

static void program(unsigned long seed, unsigned int i)
{
	unsigned long h = mix(mix(seed) ^ i);

	while (!generate(h))
		h = mix(h);
	if (O.verdict != SAFE)
		replay(false);
}

/* The driver */

static struct bpf_insn linked[MAX_FNS * MAX_INSNS];
static int start[MAX_FNS], nlinked;

static void link_fns(void)
{
	struct bpf_insn *insn;
	int f, i;

	for (f = 0, nlinked = 0; f < P.nfns; f++) {
		start[f] = nlinked;
		memcpy(linked + nlinked, P.fn[f].insn, P.fn[f].n * sizeof(*linked));
		nlinked += P.fn[f].n;
	}
	for (i = 0, insn = linked; i < nlinked; i++, insn++)
		if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL)
			insn->imm = start[insn->imm] - i - 1;
}

static void print_insn(int i)
{
	const struct bpf_insn *insn = &linked[i];
	int to = i + 1 + insn->off;

	printf("%4d: ", i);
	switch (insn->code) {
	case BPF_ALU64 | BPF_MOV | BPF_K:
		printf("r%d = %d\n", insn->dst_reg, insn->imm);
		break;
	case BPF_ALU64 | BPF_MOV | BPF_X:
		printf("r%d = r%d\n", insn->dst_reg, insn->src_reg);
		break;
	case BPF_ALU64 | BPF_ADD | BPF_K:
		printf("r%d += %d\n", insn->dst_reg, insn->imm);
		break;
	case BPF_ALU64 | BPF_ADD | BPF_X:
		printf("r%d += r%d\n", insn->dst_reg, insn->src_reg);
		break;
	case BPF_LD | BPF_IMM | BPF_DW:
		printf("r%d = %s map\n", insn->dst_reg,
		       insn->imm == ringbuf_fd ? "ring buffer" :
		       insn->imm == kptr_fd ? "value of kptr" : "value of");
		break;
	case BPF_LDX | BPF_MEM | BPF_DW:
	case BPF_LDX | BPF_MEM | BPF_B:
		printf("r%d = *(u%d *)(r%d %+d)\n", insn->dst_reg,
		       BPF_SIZE(insn->code) == BPF_B ? 8 : 64, insn->src_reg, insn->off);
		break;
	case BPF_STX | BPF_MEM | BPF_DW:
		printf("*(u64 *)(r%d %+d) = r%d\n", insn->dst_reg, insn->off, insn->src_reg);
		break;
	case BPF_ST | BPF_MEM | BPF_DW:
		printf("*(u64 *)(r%d %+d) = %d\n", insn->dst_reg, insn->off, insn->imm);
		break;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JNE | BPF_K:
		printf("if r%d %s 0 goto %d\n", insn->dst_reg,
		       BPF_OP(insn->code) == BPF_JEQ ? "==" : "!=", to);
		break;
	case BPF_JMP | BPF_JA:
		printf("goto %d\n", to);
		break;
	case BPF_JMP | BPF_EXIT:
		printf("exit\n");
		break;
	default:
		if (insn->src_reg == BPF_PSEUDO_CALL)
			printf("call %d\n", i + 1 + insn->imm);
		else
			printf("call %s\n", callees[callee_of(insn)].name);
	}
}

static void print_program(void)
{
	int f, i;

	for (f = 0; f < P.nfns; f++) {
		printf("function %d:\n", f);
		for (i = start[f]; i < start[f] + P.fn[f].n; i++) {
			print_insn(i);
			if (linked[i].code == (BPF_LD | BPF_IMM | BPF_DW))
				i++;
		}
	}
}

/* 0, or the error with which the kernel refuses the program that is linked. */
static int load(unsigned int flags, int level, char *log, size_t size)
{
	struct bpf_func_info info[MAX_FNS];
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		.prog_flags = flags, .log_level = level, .log_buf = log, .log_size = size,
		.prog_btf_fd = prog_btf_fd, .func_info = info, .func_info_cnt = P.nfns,
		.func_info_rec_size = sizeof(*info), .attempts = 1);
	int f, fd;

	for (f = 0; f < P.nfns; f++)
		info[f] = (struct bpf_func_info){ start[f], func_id };
	if (P.type == QDISC) {
		opts.attach_btf_id = qdisc_ops_id;
		opts.expected_attach_type = enqueue_idx;
	}
	*log = 0;
	fd = bpf_prog_load(P.type == TC ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_STRUCT_OPS,
			   NULL, "GPL", linked, nlinked, &opts);
	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

struct result {
	bool done, flaw;	/* flaw: of the kernel, a verifier_bug() or a warning */
	unsigned char verdict, type;
	short err;
	unsigned int ops;
	char why[72];		/* the oracle's objection */
	char reason[120];	/* the last line of the verifier's log, without its digits */
};

/* The line before the statistics. */
static void last_line(char *log, char *to, size_t size)
{
	char *end = strstr(log, "\nverification time "), *p;
	size_t n = 0;

	if (end)
		*end = 0;
	p = strrchr(log, '\n');
	for (p = p ? p + 1 : log; *p && n < size - 1; p++)
		if (*p < '0' || *p > '9')
			to[n++] = *p;
	to[n] = 0;
}

static int tainted(void)
{
	static int fd = -1;
	char buf[16] = "";

	if (fd < 0)
		fd = open("/proc/sys/kernel/tainted", O_RDONLY);
	if (fd < 0 || pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		die("cannot read /proc/sys/kernel/tainted");
	return atoi(buf);
}

#define LOG_SIZE	(1 << 20)

static void try(unsigned long seed, unsigned int i, struct result *r, bool show)
{
	static char log[LOG_SIZE];
	unsigned int flags;
	int taint;

	program(seed, i);
	link_fns();
	r->verdict = O.verdict;
	r->type = P.type;
	r->ops = P.ops;
	snprintf(r->why, sizeof(r->why), "%s", O.why);
	flags = chance(50) ? BPF_F_TEST_STATE_FREQ : 0;
	if (show) {
		printf("seed %lu, program %u: %s%s\n", seed, i,
		       P.type == TC ? "tc" : "qdisc enqueue",
		       flags ? ", BPF_F_TEST_STATE_FREQ" : "");
		print_program();
		printf("the oracle: %s%s%s\n", verdicts[O.verdict], *O.why ? ": " : "", O.why);
		if (O.verdict != SAFE)
			replay(true);
	}
	fflush(stdout);
	taint = tainted();
	r->err = load(flags, show ? 2 | 4 : 4, log, LOG_SIZE);
	if (show)
		printf("the verifier: %s\n%s\n", r->err ? strerror(r->err) : "accepted", log);
	snprintf(r->reason, sizeof(r->reason), "accepted");
	if (r->err)
		last_line(log, r->reason, sizeof(r->reason));
	/* A refusal with no reason given is none of the verifier's. */
	if (r->err && !*r->reason)
		die("program %u: cannot be loaded: %s", i, strerror(r->err));
	r->flaw = r->err == EFAULT || tainted() != taint;
	r->done = true;
}

static void make_btf_and_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	int i, skb, proto, ptr, num_id;
	const struct btf_member *m;
	const struct btf_type *t;
	struct btf *vmlinux, *btf;
	enum callee c;

	vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		die("no BTF of the kernel: %s", strerror(errno));
	for (c = 0; c < NR_CALLEES; c++) {
		if (callees[c].helper)
			continue;
		callees[c].btf_id = btf__find_by_name_kind(vmlinux, callees[c].name, BTF_KIND_FUNC);
		if (callees[c].btf_id < 0)
			die("the kernel has no %s", callees[c].name);
	}
	qdisc_ops_id = btf__find_by_name_kind(vmlinux, "Qdisc_ops", BTF_KIND_STRUCT);
	if (qdisc_ops_id < 0)
		die("the kernel has no struct Qdisc_ops");
	t = btf__type_by_id(vmlinux, qdisc_ops_id);
	enqueue_idx = -1;
	for (i = 0, m = btf_members(t); i < btf_vlen(t); i++, m++)
		if (!strcmp(btf__name_by_offset(vmlinux, m->name_off), "enqueue"))
			enqueue_idx = i;
	if (enqueue_idx < 0)
		die("struct Qdisc_ops has no enqueue");

	btf = btf__new_empty();
	num_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	skb = btf__add_struct(btf, "sk_buff", 0);
	ptr = btf__add_ptr(btf, btf__add_type_tag(btf, "kptr", skb));
	node_id = btf__add_struct(btf, "node", 8);
	btf__add_field(btf, "skb", ptr, 0, 0);
	proto = btf__add_func_proto(btf, num_id);
	func_id = btf__add_func(btf, "f", BTF_FUNC_STATIC, proto);
	if (btf__load_into_kernel(btf))
		die("cannot load BTF: %s", strerror(errno));
	prog_btf_fd = btf__fd(btf);

	ringbuf_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ringbuf", 0, 0, 4096, NULL);
	mem_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mem", 4, 64, 1, NULL);
	opts.btf_fd = prog_btf_fd;
	opts.btf_key_type_id = num_id;
	opts.btf_value_type_id = node_id;
	kptr_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "kptr", 4, 8, 1, &opts);
	if (ringbuf_fd < 0 || mem_fd < 0 || kptr_fd < 0)
		die("cannot create a map: %s", strerror(errno));
	btf__free(vmlinux);
}

static struct result *results;
static unsigned long seed;
static unsigned int first, count;

static void work(unsigned int worker, unsigned int workers)
{
	unsigned int i;

	for (i = worker; i < count; i += workers)
		try(seed, first + i, &results[i], count == 1);
	exit(0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static unsigned int done(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < count; i++)
		n += results[i].done;
	return n;
}

static void run_workers(void)
{
	unsigned int w, workers = sysconf(_SC_NPROCESSORS_ONLN), tick = 0;
	int status, left = workers;
	double t0 = now();
	pid_t pid;

	results = mmap(NULL, count * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("no memory for %u results", count);
	fflush(stdout);
	for (w = 0; w < workers; w++) {
		pid = fork();
		if (pid < 0)
			die("cannot fork: %s", strerror(errno));
		if (!pid)
			work(w, workers);
	}
	while (left) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			if (status)
				die("a worker ended with status %#x", status);
			left--;
			continue;
		}
		usleep(100000);
		if (++tick % 50 == 0)
			printf("%u of %u programs, %.0f/s\n", done(), count, done() / (now() - t0));
		fflush(stdout);
	}
	if (done() != count)
		die("%u of %u programs have a result", done(), count);
	printf("seed %lu, programs %u to %u: %.1f s, %.0f/s\n", seed, first, first + count - 1,
	       now() - t0, count / (now() - t0));
}

/* How many of some results say the same, and one of them. */
static void tally(const char *title, bool (*is)(struct result *), size_t text)
{
	unsigned int i, j, n, total = 0;
	bool *counted = calloc(count, 1);

	for (i = 0; i < count; i++)
		total += is(&results[i]);
	printf("%s: %u\n", title, total);
	for (i = 0; i < count; i++) {
		if (!is(&results[i]) || counted[i])
			continue;
		for (j = i, n = 0; j < count; j++) {
			if (is(&results[j]) &&
			    !strcmp((char *)&results[i] + text, (char *)&results[j] + text)) {
				counted[j] = true;
				n++;
			}
		}
		printf("  %6u  %s (START=%u)\n", n, (char *)&results[i] + text, first + i);
	}
	free(counted);
}

static bool safe_rejected(struct result *r) { return r->verdict == SAFE && r->err; }
static bool policy_accepted(struct result *r) { return r->verdict == POLICY && !r->err; }
static bool policy_rejected(struct result *r) { return r->verdict == POLICY && r->err; }
static bool bad_accepted(struct result *r) { return r->verdict >= LEAK && !r->err; }
static bool bad_rejected(struct result *r) { return r->verdict >= LEAK && r->err; }
static bool has_flaw(struct result *r) { return r->flaw; }

static int report(void)
{
	unsigned int n[NR_VERDICTS][2] = {}, ops[NR_OPS][2] = {}, types[2][2] = {};
	unsigned int bad = 0, accepted, i, op;
	struct result *r;
	int v, fails = 0;

	for (i = 0, r = results; i < count; i++, r++) {
		n[r->verdict][!!r->err]++;
		types[r->type][!!r->err]++;
		for (op = 0; op < NR_OPS; op++)
			ops[op][!!r->err] += r->ops >> op & 1;
		bad += bad_accepted(r) || r->flaw;
	}
	printf("\n%-24s %9s %9s\n", "the oracle says", "accepted", "rejected");
	for (v = 0; v < NR_VERDICTS; v++)
		printf("%-24s %9u %9u\n", verdicts[v], n[v][0], n[v][1]);
	printf("\n%-24s %9s %9s\n", "programs of, with", "accepted", "rejected");
	printf("%-24s %9u %9u\n", "tc", types[TC][0], types[TC][1]);
	printf("%-24s %9u %9u\n", "qdisc", types[QDISC][0], types[QDISC][1]);
	for (op = 0; op < NR_OPS; op++)
		printf("%-24s %9u %9u\n", op_names[op], ops[op][0], ops[op][1]);
	printf("\n");
	tally("unsafe or leaking, and rejected", bad_rejected, offsetof(struct result, reason));
	tally("against a rule, and rejected", policy_rejected, offsetof(struct result, reason));
	tally("against a rule, and accepted", policy_accepted, offsetof(struct result, why));
	tally("safe, and rejected", safe_rejected, offsetof(struct result, reason));
	tally("UNSAFE OR LEAKING, AND ACCEPTED", bad_accepted, offsetof(struct result, why));
	tally("KERNEL FLAWS (verifier bug, warning)", has_flaw, offsetof(struct result, reason));

	accepted = n[SAFE][0] + n[POLICY][0] + n[LEAK][0] + n[UNSAFE][0];
	printf("\nsafe programs that were rejected: %.1f %%\n",
	       100.0 * n[SAFE][1] / (n[SAFE][0] + n[SAFE][1] ?: 1));
	if (bad) {
		printf("FAIL: %u programs show a hole\n", bad);
		fails++;
	}
	/* What a run of some size must have seen to mean anything. */
	if (count < 1000) {
		printf("%u programs: too few to judge what they cover\n", count);
		return fails;
	}
	if (accepted < count / 10) {
		printf("FAIL: only %u of %u programs were accepted\n", accepted, count);
		fails++;
	}
	if (n[SAFE][0] + n[SAFE][1] < count * 3 / 10 || n[UNSAFE][0] + n[UNSAFE][1] < count / 10) {
		printf("FAIL: too few safe or too few unsafe programs\n");
		fails++;
	}
	for (op = 0; op < NR_OPS; op++) {
		if (ops[op][0] && ops[op][1])
			continue;
		printf("FAIL: no program with '%s' was %s\n", op_names[op],
		       ops[op][0] ? "rejected" : "accepted");
		fails++;
	}
	return fails;
}

static unsigned long number(const char *s)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno || *end || !*s)
		die("'%s' is no number", s);
	return n;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: dynptr_fuzz SEED START N");
	seed = number(argv[1]);
	first = number(argv[2]);
	count = number(argv[3]);
	libbpf_set_print(NULL);
	make_btf_and_maps();
	run_workers();
	if (count == 1)
		return bad_accepted(results) || results->flaw;
	return report() ? 1 : 0;
}
