// SPDX-License-Identifier: GPL-2.0
/* Steps with objects that a program or a map owns, and with iterators. */
#include "steps.h"

bool op_release_node(struct state *s, int h)
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

bool op_xchg(struct state *s, int op, bool bad)
{
	int skb = chance(80) ? pick_obj(s, P.type == SYSCALL ? NODE : SKB, bad) : -1;
	int dst = pick_dst(bad);
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
		emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, kptr_fd[P.type]);
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

/* A pointer to the node in the map, good for as long as the RCU section lasts. */
bool op_rcu_load(bool bad)
{
	int h = pick_dst(bad);

	if (h < 0)
		return false;
	emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, kptr_fd[P.type]);
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0));
	put(h, BPF_REG_0);
	look_sometimes();
	return true;
}

bool op_acquire(struct state *s, bool bad)
{
	int h = pick_obj(s, chance(70) ? RCU_NODE : NODE, bad), dst = pick_dst(bad), skip;

	if (h < 0 || dst < 0)
		return false;
	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	emit(BPF_MOV64_IMM(BPF_REG_2, 0));
	emit_call(C_ACQUIRE);
	put(dst, BPF_REG_0);
	skip_end(skip);
	return true;
}

bool op_node_read(struct state *s, bool bad)
{
	int h = pick_obj(s, NODE, bad), skip;

	if (h < 0)
		return false;
	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, 0));
	skip_end(skip);
	return true;
}

static void lock_list(enum callee c)
{
	emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, list_fd);
	emit_call(c);
}

static void emit_head(void)
{
	emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, list_fd);
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, LIST_HEAD));
}

/* A node into the list: under the lock it can be read even then. */
bool op_push(struct state *s, bool bad)
{
	int h = pick_obj(s, NODE, bad), skip;

	if (h < 0)
		return false;
	get(BPF_REG_2, h);
	skip = skip_if_null(BPF_REG_2);
	lock_list(C_LOCK);
	emit_head();
	get(BPF_REG_2, h);
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, NODE_LINK));
	emit(BPF_MOV64_IMM(BPF_REG_3, 0));
	emit(BPF_MOV64_IMM(BPF_REG_4, 0));
	emit_call(C_PUSH_FRONT + rnd(2));
	if (chance(40)) {
		get(BPF_REG_1, h);
		emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, 0));
	}
	lock_list(C_UNLOCK);
	if (no_release(s, held(s, h)->obj) || chance(50))
		put_null(h);
	skip_end(skip);
	return true;
}

bool op_pop(bool bad)
{
	int dst = pick_dst(bad), skip;

	if (dst < 0)
		return false;
	lock_list(C_LOCK);
	emit_head();
	emit_call(C_POP_FRONT + rnd(2));
	put(dst, BPF_REG_0);
	lock_list(C_UNLOCK);
	get(BPF_REG_0, dst);
	skip = skip_if_null(BPF_REG_0);
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, -NODE_LINK));
	put(dst, BPF_REG_0);
	skip_end(skip);
	return true;
}

/* Each frame has a place for one iterator: over two numbers. */
bool op_iter(struct state *s, int op, bool bad)
{
	static const enum callee calls[] = {
		[OP_iter_new] = C_ITER_NEW,
		[OP_iter_next] = C_ITER_NEXT,
		[OP_iter_destroy] = C_ITER_DESTROY,
	};
	struct val *it = &s->f[s->cur].word[W_ITER];
	int h = pick_dst(bad);

	if (bad ? !chance(15) : (it->kind == ITER) == (op == OP_iter_new))
		return false;
	if (op == OP_iter_next && h < 0)
		return false;
	if (op == OP_iter_destroy && it->kind == ITER && no_release(s, it->obj))
		return false;
	emit_word(BPF_REG_1, W_ITER);
	if (op == OP_iter_new) {
		emit(BPF_MOV64_IMM(BPF_REG_2, 0));
		emit(BPF_MOV64_IMM(BPF_REG_3, 2));
	}
	emit_call(calls[op]);
	if (op == OP_iter_next)
		put(h, BPF_REG_0);
	return true;
}
