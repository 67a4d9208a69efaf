// SPDX-License-Identifier: GPL-2.0
/* The steps of a program: their instructions, and what in a state they can use. */
#include "steps.h"

struct generator G;
#define NAME(name) #name,
const char * const op_names[] = { OPS(NAME) };

/* How often each is tried. */
static const unsigned char weights[][OP_call] = {
	[TC] = {
		[OP_from_skb] = 8, [OP_from_mem] = 5, [OP_reserve] = 7, [OP_clone] = 9,
		[OP_slice] = 11, [OP_slice_rdwr] = 5, [OP_data] = 9, [OP_read] = 3,
		[OP_write] = 2, [OP_memset] = 1, [OP_copy] = 1, [OP_probe] = 1, [OP_packet] = 4,
		[OP_pull] = 1, [OP_store] = 1, [OP_tail] = 1, [OP_head] = 1, [OP_overwrite] = 5,
		[OP_submit] = 3, [OP_discard] = 3, [OP_iter_new] = 3, [OP_iter_next] = 5,
		[OP_iter_destroy] = 1, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 12,
		[OP_update] = 3, [OP_delete] = 1, [OP_lookup] = 3,
	},
	[XDP] = {
		[OP_from_skb] = 8, [OP_from_mem] = 4, [OP_reserve] = 5, [OP_clone] = 9,
		[OP_slice] = 12, [OP_slice_rdwr] = 5, [OP_data] = 6, [OP_read] = 3,
		[OP_write] = 2, [OP_memset] = 1, [OP_copy] = 1, [OP_probe] = 1, [OP_packet] = 6,
		[OP_pull] = 1, [OP_tail] = 1, [OP_head] = 1, [OP_overwrite] = 5, [OP_submit] = 2,
		[OP_discard] = 2, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 12,
		[OP_update] = 3, [OP_delete] = 1, [OP_lookup] = 3,
	},
	[QDISC] = {
		[OP_from_skb] = 12, [OP_from_mem] = 3, [OP_reserve] = 4, [OP_clone] = 10,
		[OP_slice] = 16, [OP_data] = 4, [OP_read] = 3, [OP_write] = 1, [OP_memset] = 1,
		[OP_copy] = 1, [OP_probe] = 1,
		[OP_overwrite] = 5, [OP_submit] = 2, [OP_discard] = 2, [OP_drop] = 3,
		[OP_kfree] = 2, [OP_xchg_map] = 3, [OP_xchg_node] = 4, [OP_obj_new] = 4,
		[OP_obj_drop] = 3, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 12,
		[OP_reload] = 1, [OP_update] = 2, [OP_delete] = 1, [OP_lookup] = 2,
	},
	[SYSCALL] = {
		[OP_from_mem] = 5, [OP_reserve] = 5, [OP_clone] = 6, [OP_slice] = 6, [OP_data] = 6,
		[OP_read] = 2, [OP_write] = 2, [OP_memset] = 1, [OP_copy] = 1, [OP_probe] = 1,
		[OP_overwrite] = 3, [OP_submit] = 2, [OP_discard] = 2, [OP_xchg_map] = 6,
		[OP_obj_new] = 6, [OP_obj_drop] = 4, [OP_node_read] = 4, [OP_push] = 5,
		[OP_pop] = 4, [OP_tree_add] = 5, [OP_tree_first] = 2, [OP_tree_remove] = 4,
		[OP_rcu] = 6, [OP_rcu_load] = 10,
		[OP_acquire] = 8, [OP_iter_new] = 3, [OP_iter_next] = 5, [OP_iter_destroy] = 1,
		[OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 8, [OP_update] = 3, [OP_delete] = 1,
		[OP_lookup] = 3,
	},
	[LSM] = {
		[OP_from_mem] = 2, [OP_reserve] = 3, [OP_clone] = 8, [OP_slice] = 3, [OP_data] = 3,
		[OP_read] = 7, [OP_write] = 1, [OP_memset] = 1, [OP_copy] = 2, [OP_probe] = 1,
		[OP_overwrite] = 4, [OP_submit] = 2, [OP_discard] = 2, [OP_exe_file] = 7,
		[OP_put_file] = 3, [OP_from_file] = 10, [OP_discard_file] = 4,
		[OP_lender_new] = 8, [OP_lender_next] = 14, [OP_lender_destroy] = 2,
		[OP_vm_file] = 14, [OP_lent_read] = 7, [OP_task_acquire] = 4,
		[OP_task_release] = 2, [OP_rcu] = 5, [OP_iter_new] = 1, [OP_iter_next] = 2,
		[OP_iter_destroy] = 1, [OP_spill] = 6, [OP_fill] = 5, [OP_deref] = 4,
		[OP_update] = 2, [OP_delete] = 1, [OP_lookup] = 2,
	},
};

unsigned long mix(unsigned long x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

unsigned int rnd(unsigned int n)
{
	G.rng += 0x9e3779b97f4a7c15;
	return (mix(G.rng) >> 32) % n;
}

bool chance(unsigned int percent)
{
	return rnd(100) < percent;
}

/* The function that grows, and its frame in one of the states. */
struct fn *cur_fn(void)
{
	return &P.fn[O.active[0].f[O.active[0].cur].fn];
}

void emit(struct bpf_insn insn)
{
	struct fn *f = cur_fn();

	if (f->n == MAX_INSNS)
		die("a function has become too long");
	f->insn[f->n++] = insn;
}

void emit_call(enum callee c)
{
	emit(BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, callees[c].helper ? 0 : BPF_PSEUDO_KFUNC_CALL, 0,
			  callees[c].helper ?: callees[c].btf_id));
}

void emit_ld(int reg, int pseudo, int fd)
{
	struct bpf_insn ld[] = { BPF_LD_IMM64_RAW(reg, pseudo, fd) };

	emit(ld[0]);
	emit(ld[1]);
}

void emit_word(int reg, int w)
{
	emit(BPF_MOV64_REG(reg, BPF_REG_10));
	emit(BPF_ALU64_IMM(BPF_ADD, reg, -8 * w));
}

void get(int reg, int h)
{
	if (h >= 4)
		emit(BPF_LDX_MEM(BPF_DW, reg, BPF_REG_10, -8 * (W_SPILL + h - 4)));
	else
		emit(BPF_MOV64_REG(reg, BPF_REG_6 + h));
}

void put(int h, int reg)
{
	if (h >= 4)
		emit(BPF_STX_MEM(BPF_DW, BPF_REG_10, reg, -8 * (W_SPILL + h - 4)));
	else
		emit(BPF_MOV64_REG(BPF_REG_6 + h, reg));
}

void put_null(int h)
{
	if (h >= 4)
		emit(BPF_ST_MEM(BPF_DW, BPF_REG_10, -8 * (W_SPILL + h - 4), 0));
	else
		emit(BPF_MOV64_IMM(BPF_REG_6 + h, 0));
}

/* 'if reg == 0', over all that is emitted up to skip_end(). */
int skip_if_null(int reg)
{
	emit(BPF_JMP_IMM(BPF_JEQ, reg, 0, 0));
	return cur_fn()->n;
}

void skip_end(int from)
{
	cur_fn()->insn[from - 1].off = cur_fn()->n - from;
}

struct val *held(struct state *s, int h)
{
	struct frame *f = &s->f[s->cur];

	return h < 4 ? &f->reg[BPF_REG_6 + h] : &f->word[W_SPILL + h - 4];
}

/* In any state. */
bool may_hold(int h, int kind)
{
	int i;

	for (i = 0; i < O.nactive; i++)
		if (held(&O.active[i], h)->kind == kind)
			return true;
	return false;
}

/* What the program has to release, or what a dynptr that it has to is below. */
static bool is_owned(struct state *s, struct val *v)
{
	int o;

	if ((v->kind != SKB && v->kind != NODE && v->kind != FILE_PTR && v->kind != TASK) ||
	    !live(&s->obj[v->obj]))
		return false;
	if (s->obj[v->obj].owned)
		return true;
	for (o = 0; o < s->nobj; o++)
		if (s->obj[o].alive && v->obj && s->obj[o].below == v->obj)
			return true;
	return false;
}

static bool may_hold_owned(int h)
{
	struct state *s;

	for (s = O.active; s < O.active + O.nactive; s++)
		if (is_owned(s, held(s, h)))
			return true;
	return false;
}

/*
 * Where branches meet again, all of them own the same: what was acquired before
 * the branch (at a lower level) stays.
 */
bool no_release(struct state *s, int obj)
{
	return s->obj[obj].level < G.own_level;
}

/* A holder of a live object of that kind, or with bad of any that was one. */
int pick_obj(struct state *s, int kind, bool bad)
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

int pick_slice(struct state *s, bool rdonly)
{
	int h, n = 0, got = -1;

	for (h = 0; h < HOLDERS; h++)
		if (held(s, h)->kind == SLICE && (rdonly || !held(s, h)->rdonly) && !rnd(++n))
			got = h;
	return got;
}

int pick_dst(bool bad)
{
	int h, n = 0, got = -1;

	for (h = 0; h < HOLDERS; h++)
		if ((bad || !may_hold_owned(h)) && !may_hold(h, STACK) && !rnd(++n))
			got = h;
	return got;
}

struct val *place(struct state *s, int p)
{
	struct val *v;

	if (p < HELD)
		return &s->f[s->cur].word[p];
	v = held(s, p - HELD);
	if (v->kind != STACK || v->aux <= W_DYN || v->aux >= W_DYN_END)
		return NULL;
	return &s->f[v->obj].word[v->aux];
}

static bool is_dyn(struct state *s, struct val *v, int kind, bool bad)
{
	if (!v)
		return false;
	if (bad)
		return v->kind == NULLED || v->kind == NUM ||
		       (v->kind == DYN_LO && !there(s, v->obj));
	return v->kind == DYN_LO && s->obj[v->obj].alive &&
	       (kind < 0 || s->obj[v->obj].kind == kind);
}

int pick_dyn(struct state *s, int kind, bool bad)
{
	int p, n = 0, got = -1;

	for (p = W_DYN + 1; p < W_DYN_END; p++)
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

int pick_empty(struct state *s)
{
	int p, n = 0, got = -1;

	for (p = W_DYN + 1; p < W_DYN_END; p++)
		if (empty(place(s, p)) && !rnd(++n))
			got = p;
	for (p = HELD; p < HELD + HOLDERS; p++)
		if (empty(place(s, p)) && !rnd(++n))
			got = p;
	return got >= 0 && chance(80) ? got : W_DYN + 1 + rnd(W_DYN_END - W_DYN - 1);
}

void emit_place(int reg, int p)
{
	if (p < HELD)
		emit_word(reg, p);
	else
		get(reg, p - HELD);
}

/* The object in the holder is released, or nothing is done. */
bool op_give_back(struct state *s, int h, enum callee c)
{
	int skip;

	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	if (c == C_DROP)
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8 * W_ARG));
	else if (c == C_OBJ_DROP)
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit_call(c);
	if (no_release(s, held(s, h)->obj) || chance(50))
		put_null(h);
	skip_end(skip);
	return true;
}

/* A dynptr of what R1 is */
static void emit_dyn(int p, enum callee c)
{
	emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit_place(BPF_REG_3, p);
	emit_call(c);
}

bool op_dyn_of(int h, int p, enum callee c)
{
	int skip;

	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	emit_dyn(p, c);
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

/* Of a short packet the second is not there, of others it may be in a fragment. */
static int offset(void)
{
	return 8 * rnd(2);
}

/* Sometimes read what r0 points to, unless it is NULL. */
void look_sometimes(void)
{
	int skip;

	if (!chance(40))
		return;
	skip = skip_if_null(BPF_REG_0);
	emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_0, 0));
	skip_end(skip);
}

static bool op_slice(struct state *s, int op, bool bad)
{
	enum callee c = op == OP_data ? C_DATA : op == OP_slice ? C_SLICE : C_SLICE_RDWR;
	int p = pick_dyn(s, -1, bad), h = pick_dst(bad);

	/* bpf_dynptr_data() of an skb is always NULL, and any slice of a file is. */
	if (p < 0 || h < 0 || (op == OP_data && !bad && s->obj[place(s, p)->obj].kind == O_SKB) ||
	    (!bad && s->obj[place(s, p)->obj].kind == O_FILE_DYN))
		return false;
	emit_place(BPF_REG_1, p);
	emit(BPF_MOV64_IMM(BPF_REG_2, op == OP_data ? 0 : offset()));
	emit(BPF_MOV64_IMM(BPF_REG_3, op == OP_data ? 8 : 0));
	if (op != OP_data)
		emit(BPF_MOV64_IMM(BPF_REG_4, 8));
	emit_call(c);
	put(h, BPF_REG_0);
	look_sometimes();
	return true;
}

/* A pointer to the start of the packet, or NULL where that is too short. */
static bool op_packet(bool bad)
{
	int h = pick_dst(bad), skip, past;

	if (h < 0)
		return false;
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
	emit(BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, ctx_data_end()));
	emit(BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_1, ctx_data()));
	emit(BPF_MOV64_REG(BPF_REG_3, BPF_REG_0));
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 8));
	emit(BPF_JMP_REG(BPF_JGT, BPF_REG_3, BPF_REG_2, 0));
	skip = cur_fn()->n;
	put(h, BPF_REG_0);
	emit(BPF_JMP_A(0));
	past = cur_fn()->n;
	skip_end(skip);
	put_null(h);
	skip_end(past);
	return true;
}

/* What may move the packet of the context. */
static bool op_packet_moves(int op)
{
	static const struct {
		enum callee skb, xdp;
		short from, to;
	} moves[] = {
		[OP_pull] = { C_PULL, C_XDP_PULL, 0, 400 },
		[OP_tail] = { C_CHANGE_TAIL, C_ADJUST_TAIL, 20, 300 },
		[OP_head] = { C_CHANGE_HEAD, C_ADJUST_HEAD, 0, 64 },
	};
	int n = moves[op].from + rnd(moves[op].to - moves[op].from);

	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
	/* Of an xdp_buff the ends move by so much, of an skb they are made that. */
	if (P.type == XDP && op != OP_pull)
		n = (int)rnd(64) - 32;
	emit(BPF_MOV64_IMM(BPF_REG_2, n));
	if (op != OP_pull && P.type == TC)
		emit(BPF_MOV64_IMM(BPF_REG_3, 0));
	emit_call(P.type == XDP ? moves[op].xdp : moves[op].skb);
	return true;
}

/* A kfunc that writes by way of a dynptr. */
static bool op_kfunc_writes(struct state *s, int op, bool bad)
{
	int p = pick_dyn(s, chance(50) ? O_SKB : -1, bad), from = pick_dyn(s, -1, bad);

	if (p < 0 || (op == OP_copy && from < 0))
		return false;
	emit_place(BPF_REG_1, p);
	emit(BPF_MOV64_IMM(BPF_REG_2, offset()));
	switch (op) {
	case OP_memset:
		emit(BPF_MOV64_IMM(BPF_REG_3, 8));
		emit(BPF_MOV64_IMM(BPF_REG_4, 1));
		emit_call(C_MEMSET);
		break;
	case OP_copy:
		emit_place(BPF_REG_3, from);
		emit(BPF_MOV64_IMM(BPF_REG_4, 0));
		emit(BPF_MOV64_IMM(BPF_REG_5, 8));
		emit_call(C_COPY);
		break;
	case OP_probe:
		emit(BPF_MOV64_IMM(BPF_REG_3, 8));
		emit_word(BPF_REG_4, W_BUF);
		emit_call(C_PROBE_KERNEL + rnd(4));
		break;
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
		if (may_hold(from, STACK) || is_owned(s, &s->f[v->obj].word[v->aux]))
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

/* The instructions of one step; false when the state has nothing for it. */
bool emit_op(struct state *s, int op, bool bad)
{
	int p, q, h, skip;

	switch (op) {
	case OP_from_skb:
		p = pick_empty(s);
		if (P.type == QDISC) {
			h = pick_obj(s, SKB, bad);
			return h >= 0 && op_dyn_of(h, p, C_FROM_SKB);
		}
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
		emit_dyn(p, P.type == XDP ? C_FROM_XDP : C_FROM_SKB);
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
		emit(BPF_MOV64_IMM(BPF_REG_2, offset()));
		emit_word(BPF_REG_3, W_BUF);
		emit(BPF_MOV64_IMM(BPF_REG_4, 8));
		emit(BPF_MOV64_IMM(BPF_REG_5, 0));
		emit_call(C_WRITE);
		return true;
	case OP_memset:
	case OP_copy:
	case OP_probe:
		return op_kfunc_writes(s, op, bad);
	case OP_packet:
		return op_packet(bad);
	case OP_pull:
	case OP_tail:
	case OP_head:
		return op_packet_moves(op);
	case OP_store:
		emit(BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8 * W_ARG));
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_word(BPF_REG_3, W_BUF);
		emit(BPF_MOV64_IMM(BPF_REG_4, 8));
		emit(BPF_MOV64_IMM(BPF_REG_5, 0));
		emit_call(C_STORE);
		return true;
	case OP_overwrite:
		p = pick_dyn(s, -1, false);
		if (p < 0 || (!bad && (s->obj[place(s, p)->obj].kind == O_RECORD ||
				       s->obj[place(s, p)->obj].kind == O_FILE_DYN) &&
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
		return h >= 0 && op_give_back(s, h, op == OP_drop ? C_DROP : C_KFREE);
	case OP_obj_drop:
		h = pick_obj(s, NODE, bad);
		return h >= 0 && op_give_back(s, h, C_OBJ_DROP);
	case OP_xchg_map:
	case OP_xchg_node:
		return op_xchg(s, op, bad);
	case OP_obj_new:
		h = pick_dst(bad);
		if (h < 0)
			return false;
		emit(BPF_MOV64_IMM(BPF_REG_1, node_id[P.type]));
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit_call(C_OBJ_NEW);
		put(h, BPF_REG_0);
		return true;
	case OP_node_read:
		return op_node_read(s, bad);
	case OP_push:
	case OP_tree_add:
		return op_push(s, op == OP_tree_add, bad);
	case OP_pop:
		return op_pop(bad);
	case OP_tree_first:
	case OP_tree_remove:
		return op_tree(op == OP_tree_remove, bad);
	case OP_rcu:
		emit_call(s->rcu ? C_RCU_UNLOCK : C_RCU_LOCK);
		return true;
	case OP_rcu_load:
		return op_rcu_load(bad);
	case OP_acquire:
		return op_acquire(s, bad);
	case OP_update:
	case OP_delete:
	case OP_lookup:
		return op_map(s, op, bad);
	case OP_exe_file:
		return op_exe_file(bad);
	case OP_put_file:
		return bad && chance(70) ? op_end_file(s) :
			op_release_held(s, FILE_PTR, C_PUT_FILE, bad);
	case OP_from_file:
		return op_from_file(s, bad);
	case OP_discard_file:
		p = pick_dyn(s, bad ? -1 : O_FILE_DYN, bad);
		if (p < 0 || (!bad && no_release(s, place(s, p)->obj)))
			return false;
		return op_discard_file(s, p);
	case OP_lender_new:
	case OP_lender_next:
	case OP_lender_destroy:
		return op_lender(s, op, bad);
	case OP_vm_file:
		return op_vm_file(s, bad);
	case OP_lent_read:
		return op_lent_read(s, bad);
	case OP_task_acquire:
		return op_task_acquire(s, bad);
	case OP_task_release:
		return op_release_held(s, TASK, C_TASK_RELEASE, bad);
	case OP_iter_new:
	case OP_iter_next:
	case OP_iter_destroy:
		return op_iter(s, op, bad);
	case OP_spill:
	case OP_fill:
		return op_move(s, op);
	case OP_deref:
		h = pick_slice(s, true);
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

bool has_op(int op)
{
	return weights[P.type][op];
}

int pick_op(void)
{
	int op, total = 0, x;

	for (op = 0; op < OP_call; op++)
		total += weights[P.type][op];
	x = rnd(total);
	for (op = 0; x >= weights[P.type][op]; op++)
		x -= weights[P.type][op];
	return op;
}

/* Release obj, by way of any of the holders but one; false if there is no way. */
bool emit_release(struct state *s, int obj, int except)
{
	int h, p, found = 0, at = -1;
	struct val *v;

	switch (s->obj[obj].kind) {
	case O_RECORD:
	case O_FILE_DYN:
		for (p = W_DYN + 1; p < HELD + HOLDERS; p = p == W_DYN_END - 1 ? HELD : p + 1) {
			v = place(s, p);
			if (v && v->kind == DYN_LO && v->obj == obj && !rnd(++found))
				at = p;
		}
		if (at < 0)
			return false;
		return s->obj[obj].kind == O_FILE_DYN ? op_discard_file(s, at) :
							op_release_record(s, OP_submit + rnd(2), at);
	case O_ITER:
		v = &s->f[s->cur].word[W_ITER];
		return v->kind == ITER && v->obj == obj && op_iter(s, OP_iter_destroy, false);
	case O_VMA_ITER:
	case O_TASK_ITER:
		v = &s->f[s->cur].word[W_LENDER];
		return v->kind == ITER && v->obj == obj && op_lender(s, OP_lender_destroy, false);
	}
	for (h = 0; h < HOLDERS; h++) {
		v = held(s, h);
		if (h != except && v->obj == obj && is_owned(s, v) && !rnd(++found))
			at = h;
	}
	if (at < 0)
		return false;
	switch (s->obj[obj].kind) {
	case O_SKB:
		return op_give_back(s, at, C_DROP + rnd(2));
	case O_FILE:
		return op_give_back(s, at, C_PUT_FILE);
	case O_TASK:
		return op_give_back(s, at, C_TASK_RELEASE);
	}
	return op_give_back(s, at, C_OBJ_DROP);
}
