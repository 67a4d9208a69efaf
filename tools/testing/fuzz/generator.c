// SPDX-License-Identifier: GPL-2.0
/* The generator: grows a program, step by step, as the oracle has it. */
#include <setjmp.h>
#include <string.h>
#include "fuzz.h"

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

/* oracle_run() of what is not tried but needed: a program that is too much ends here. */
static void grow(void)
{
	oracle_run();
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
		oracle_run();
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
	struct state *s;

	if (!has_op(op))
		return false;
	s = begin();
	if (!commit(emit_op(s, op, bad), bad))
		return false;
	P.ops |= 1ul << op;
	return true;
}

/* Release one object that is of this level or above, if there is a way. */
static bool release_one(int level, int except)
{
	struct state *s = begin();
	int o, n = 0, obj = -1;

	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].owned && live(&s->obj[o]) && s->obj[o].level >= level && !rnd(++n))
			obj = o;
	if (obj < 0)
		return false;
	return commit(emit_release(s, obj, except), false);
}

static void cleanup(int level, int except)
{
	int failed = 0;

	while (failed < 6)
		failed += !release_one(level, except);
}

static void op_call(int depth, bool own);
static void op_global(int depth, bool bad);

/* One of these that programs of this type have; each list has some for each type. */
static int pick_of(const unsigned char *ops, int n)
{
	int op;

	do {
		op = ops[rnd(n)];
	} while (!has_op(op));
	return op;
}

static void make_slices(void)
{
	static const unsigned char makes[] = {
		OP_from_skb, OP_slice, OP_slice, OP_slice_rdwr, OP_packet, OP_data, OP_clone,
		OP_spill, OP_rcu, OP_rcu_load, OP_rcu_load, OP_iter_new, OP_iter_next,
		OP_obj_new, OP_exe_file, OP_from_file, OP_from_file, OP_lender_new,
		OP_lender_next, OP_lender_next, OP_vm_file, OP_vm_file
	};
	int i;

	for (i = 0; i < 12; i++)
		step(pick_of(makes, ARRAY_SIZE(makes)), false);
}

static void end_slices(void)
{
	static const unsigned char ends[] = {
		OP_overwrite, OP_write, OP_memset, OP_copy, OP_probe, OP_pull, OP_store, OP_tail,
		OP_head, OP_xchg_map, OP_xchg_node, OP_rcu, OP_rcu, OP_iter_destroy,
		OP_push, OP_push, OP_tree_add, OP_tree_first, OP_lender_next, OP_lender_destroy,
		OP_put_file, OP_discard_file
	};
	int i;

	for (i = 0; i < 3; i++) {
		if (chance(P.type == QDISC || P.type == SYSCALL || P.type == LSM ? 60 : 40))
			release_one(0, -1);
		else
			step(pick_of(ends, ARRAY_SIZE(ends)), false);
	}
}

static bool use_dead(void)
{
	static const unsigned char uses[] = {
		OP_read, OP_slice, OP_clone, OP_data, OP_write, OP_memset, OP_copy, OP_submit,
		OP_discard, OP_drop, OP_kfree, OP_from_skb, OP_overwrite, OP_xchg_map,
		OP_xchg_node, OP_obj_drop, OP_reload, OP_acquire, OP_acquire, OP_rcu,
		OP_iter_next, OP_iter_destroy, OP_node_read, OP_node_read, OP_push,
		OP_tree_add, OP_update, OP_lookup, OP_from_file, OP_discard_file, OP_vm_file,
		OP_lent_read, OP_lent_read, OP_lender_next, OP_task_acquire, OP_put_file
	};
	bool slice = P.type != LSM && chance(60);
	int i, op;

	for (i = 0; i < 60; i++) {
		op = slice && i < 30 ? OP_deref : pick_of(uses, ARRAY_SIZE(uses));
		if (step(op, true))
			return true;
	}
	return false;
}

/* Something that the oracle objects to: most often a use after a slice's end. */
static void inject(void)
{
	G.inject_at = -1;
	make_slices();
	if (chance(50))
		op_call(1, true);
	if (chance(40)) {
		op_global(1, chance(50));
		if (O.verdict != SAFE || (chance(50) && use_dead()))
			return;
	}
	end_slices();
	/* A file that goes before its dynptr */
	if (P.type == LSM && chance(40))
		step(OP_put_file, true);
	use_dead();
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
	oracle_merge();
}

static void lower(int level)
{
	struct state *s;
	int o;

	for (s = O.active; s < O.active + O.nactive; s++)
		for (o = 0; o < s->nobj; o++)
			if (s->obj[o].level > level)
				s->obj[o].level = level;
	oracle_merge();
}

static void block(int steps, int depth);

/* All states of a place in the program are in an RCU section, or none is. */
static void set_rcu(int rcu)
{
	if (O.active[0].rcu == rcu)
		return;
	emit_call(rcu ? C_RCU_LOCK : C_RCU_UNLOCK);
	grow();
}

/* if (rand) { ... } [else { ... }], or { ...; return; } in the main function. */
static void op_branch(int depth)
{
	int label = G.labels++, end = G.labels++, own = G.own_level;
	bool leave = !O.active[0].cur && chance(25), otherwise = chance(40);
	int rcu = O.active[0].rcu;
	struct fn *f = cur_fn();

	emit_call(C_RAND);
	grow();
	park(label, BPF_JEQ);
	if (leave) {
		G.own_level = 0;
		block(1 + rnd(4), depth + 1);
		cleanup(0, -1);
		set_rcu(0);
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
		set_rcu(rcu);
		if (otherwise) {
			emit(BPF_JMP_A(UNBOUND + end));
			grow();
			bind(label, f);
			block(1 + rnd(3), depth + 1);
			cleanup(G.level, -1);
			lower(G.level - 1);
			set_rcu(rcu);
			label = end;
		}
		bind(label, f);
		G.level--;
		G.own_level = own;
	}
	P.ops |= 1ul << OP_branch;
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

/* A function that is there already, or -1. */
static int pick_fn(bool global)
{
	int f, n = 0, got = -1;

	for (f = 1; f < P.nfns; f++)
		if (P.fn[f].global == global && !rnd(++n))
			got = f;
	return got;
}

/* Call function to, which with fresh is new; false where the oracle cannot hold that. */
static bool call_fn(int to, bool fresh, bool global)
{
	emit(BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, to));
	if (fresh) {
		P.fn[to].n = 0;
		P.fn[to].global = global;
		P.nfns++;
	}
	if (commit(true, false))
		return true;
	P.nfns -= fresh;
	return false;
}

/* The begin of a new function: it keeps its arguments in words and in r6 to r8. */
static void enter_fn(void)
{
	int reg;

	emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8 * W_ARG));
	for (reg = BPF_REG_6; reg < BPF_REG_9; reg++)
		emit(BPF_MOV64_REG(reg, reg - BPF_REG_6 + BPF_REG_2));
	emit(BPF_MOV64_IMM(BPF_REG_9, 0));
	init_words();
	grow();
	G.level++;
}

/*
 * A call of a global function: of a dynptr, and of what slices point to. The verifier
 * knows neither what dynptr that is nor whose memory. With bad its body ends slices, and
 * uses one.
 */
static void op_global(int depth, bool bad)
{
	int reg, p, h, level = G.level, frame = O.active[0].cur, to = pick_fn(true);
	bool fresh = to < 0 || (P.nfns < MAX_FNS && (bad || chance(50)));
	struct state *s = begin();

	p = pick_dyn(s, chance(60) ? O_SKB : -1, false);
	if ((P.type != TC && P.type != XDP) || p < 0 || frame == FRAMES - 1 || (!fresh && frame) ||
	    (fresh && P.nfns == MAX_FNS))
		return;
	if (fresh)
		to = P.nfns;
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
	emit_place(BPF_REG_2, p);
	for (reg = BPF_REG_3; reg <= BPF_REG_4; reg++) {
		h = pick_slice(s, false);
		if (h < 0 || chance(20))
			emit(BPF_MOV64_IMM(reg, 0));
		else
			get(reg, h);
	}
	if (!call_fn(to, fresh, true))
		return;
	P.ops |= 1ul << OP_global;
	if (!fresh)
		return;
	enter_fn();
	block(1 + rnd(5), depth + 1);
	if (bad) {
		end_slices();
		use_dead();
	}
	cleanup(G.level, -1);
	G.level = level;
	lower(level);
	emit(BPF_MOV64_IMM(BPF_REG_0, 0));
	emit(BPF_EXIT_INSN());
	grow();
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
	int i, to = pick_fn(false), reg, ret = -1, level = G.level, frame = O.active[0].cur, dst;
	bool fresh = to < 0 || (P.nfns < MAX_FNS && (own || chance(50)));
	int rcu = O.active[0].rcu;
	struct state *s = begin();

	/* Only the main function calls one that is there already: no recursion. */
	if (fresh)
		to = P.nfns;
	dst = pick_dst(false);
	if (dst < 0 || frame == FRAMES - 1 || (!fresh && frame) || to == MAX_FNS)
		return;
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
	for (reg = BPF_REG_2; reg <= BPF_REG_4; reg++)
		emit_arg(s, reg, !own ? rnd(5) : reg == BPF_REG_2 ? 0 : 4);
	if (!call_fn(to, fresh, false))
		return;
	P.ops |= 1ul << OP_call;
	if (fresh) {
		enter_fn();
		block(1 + rnd(6), depth + 1);
		for (i = 0; own && i < (int)ARRAY_SIZE(own_slice); i++)
			step(own_slice[i], false);
		if (chance(own ? 90 : 50)) {
			ret = chance(80) ? pick_slice(O.active, true) : (int)rnd(HOLDERS);
			if (ret >= 0 && may_hold(ret, STACK))
				ret = -1;
		}
		if (chance(95))
			cleanup(G.level, ret);
		G.level = level;
		lower(level);
		set_rcu(rcu);
		if (ret < 0)
			emit(BPF_MOV64_IMM(BPF_REG_0, 0));
		else
			get(BPF_REG_0, ret);
		if (ret >= 0 && may_hold(ret, SLICE))
			P.ops |= 1ul << OP_subprog_returns_slice;
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
		} else if (x < 25 && depth < 3) {
			op_global(depth, false);
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
	P.type = rnd(NR_TYPES);
	P.nfns = 1;
	P.fn[0].n = 0;
	P.ops = 0;
	O.active[0] = oracle_start();

	if (setjmp(give_up))
		return false;
	emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8 * (P.type == QDISC ? W_CTX : W_ARG)));
	emit(BPF_MOV64_IMM(BPF_REG_6, 0));
	if (P.type == QDISC) {
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 16));
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8 * W_ARG));
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_1, 0));
	}
	if (P.type == LSM)
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_6, BPF_REG_1, 0));
	for (w = BPF_REG_7; w <= BPF_REG_9; w++)
		emit(BPF_MOV64_IMM(w, 0));
	init_words();
	grow();

	fate = rnd(100);
	w = 4 + rnd(14);
	G.inject_at = fate < 25 ? 2 + (int)rnd(w) : -1;
	block(w, 0);
	if (fate != 29)
		set_rcu(0);
	if (fate < 25 || fate >= 30)
		cleanup(0, -1);
	else
		cleanup(1, -1);
	if (fate >= 30 && fate < 50) {
		inject();
		set_rcu(0);
		cleanup(0, -1);
	}
	emit(BPF_MOV64_IMM(BPF_REG_0, 0));
	emit(BPF_EXIT_INSN());
	grow();
	return true;
}

void program(unsigned long seed, unsigned int i)
{
	unsigned long h = mix(mix(seed) ^ i);

	while (!generate(h))
		h = mix(h);
	if (O.verdict != SAFE)
		oracle_replay(false);
}
