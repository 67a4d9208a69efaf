// SPDX-License-Identifier: GPL-2.0
/* Steps with objects that a program or a map owns, with elements of maps, and iterators. */
#include "steps.h"

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

static void emit_list(int offset)
{
	emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, list_fd);
	if (offset)
		emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, offset));
}

static void lock_list(enum callee c)
{
	emit_list(0);
	emit_call(c);
}

/* A node into the list or tree: under the lock it can be read even then. */
bool op_push(struct state *s, bool tree, bool bad)
{
	int h = pick_obj(s, NODE, bad), skip;

	if (h < 0)
		return false;
	get(BPF_REG_2, h);
	skip = skip_if_null(BPF_REG_2);
	lock_list(C_LOCK);
	emit_list(tree ? TREE_ROOT : LIST_HEAD);
	get(BPF_REG_2, h);
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, tree ? NODE_TREE : NODE_LINK));
	if (tree)
		emit_ld(BPF_REG_3, BPF_PSEUDO_FUNC, 0);
	else
		emit(BPF_MOV64_IMM(BPF_REG_3, 0));
	emit(BPF_MOV64_IMM(BPF_REG_4, 0));
	if (tree)
		emit(BPF_MOV64_IMM(BPF_REG_5, 0));
	emit_call(tree ? C_TREE_ADD : C_PUSH_FRONT + rnd(2));
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

/* From the place in the node that is in the holder to the node */
static void to_node(int h, int offset)
{
	int skip;

	get(BPF_REG_0, h);
	skip = skip_if_null(BPF_REG_0);
	emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, -offset));
	put(h, BPF_REG_0);
	skip_end(skip);
}

bool op_pop(bool bad)
{
	int dst = pick_dst(bad);

	if (dst < 0)
		return false;
	lock_list(C_LOCK);
	emit_list(LIST_HEAD);
	emit_call(C_POP_FRONT + rnd(2));
	put(dst, BPF_REG_0);
	lock_list(C_UNLOCK);
	to_node(dst, NODE_LINK);
	return true;
}

/* The first node of the tree, taken out of it, or looked at: then it is the tree's, and
 * nothing without the lock.
 */
bool op_tree(bool remove, bool bad)
{
	int dst = pick_dst(bad), skip;

	if (dst < 0)
		return false;
	lock_list(C_LOCK);
	emit_list(TREE_ROOT);
	emit_call(C_TREE_FIRST);
	skip = skip_if_null(BPF_REG_0);
	if (remove) {
		emit(BPF_MOV64_REG(BPF_REG_2, BPF_REG_0));
		emit_list(TREE_ROOT);
		emit_call(C_TREE_REMOVE);
	} else {
		emit(BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, -NODE_TREE));
		emit(BPF_LDX_MEM(BPF_B, BPF_REG_1, BPF_REG_0, 0));
	}
	skip_end(skip);
	put(dst, BPF_REG_0);
	lock_list(C_UNLOCK);
	if (remove)
		to_node(dst, NODE_TREE);
	return true;
}

/* A key or value: in a slice, or on the stack; what skip_end() is told, 0 for nothing */
static int emit_mem(struct state *s, int reg, bool bad)
{
	int h = bad || chance(70) ? pick_slice(s, bad) : -1;

	if (h < 0) {
		emit_word(reg, W_BUF);
		return 0;
	}
	get(reg, h);
	return skip_if_null(reg);
}

bool op_map(struct state *s, int op, bool bad)
{
	int dst = pick_dst(bad), key, value = 0;

	if (op == OP_lookup && dst < 0)
		return false;
	key = emit_mem(s, BPF_REG_2, bad);
	if (op == OP_update) {
		value = emit_mem(s, BPF_REG_3, bad);
		emit(BPF_MOV64_IMM(BPF_REG_4, 0));
	}
	emit_ld(BPF_REG_1, BPF_PSEUDO_MAP_FD, hash_fd);
	emit_call(op == OP_update ? C_UPDATE : op == OP_delete ? C_DELETE : C_LOOKUP);
	if (op == OP_lookup) {
		put(dst, BPF_REG_0);
		look_sometimes();
	}
	if (value)
		skip_end(value);
	if (key)
		skip_end(key);
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
