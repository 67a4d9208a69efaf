// SPDX-License-Identifier: GPL-2.0
/* Steps with files, tasks, and iterators that lend them. */
#include "steps.h"

bool op_exe_file(bool bad)
{
	int dst = pick_dst(bad);

	if (dst < 0)
		return false;
	emit_call(C_CURRENT);
	emit(BPF_MOV64_REG(BPF_REG_1, BPF_REG_0));
	emit_call(C_EXE_FILE);
	put(dst, BPF_REG_0);
	return true;
}

/* One that the program owns, or with bad any */
bool op_release_held(struct state *s, int kind, enum callee c, bool bad)
{
	int h = pick_obj(s, kind, bad);

	if (h < 0 || (!bad && (!s->obj[held(s, h)->obj].owned || no_release(s, held(s, h)->obj))))
		return false;
	return op_give_back(s, h, c);
}

/* What takes the file of a dynptr away that is there still */
bool op_end_file(struct state *s)
{
	struct val *it = &s->f[s->cur].word[W_LENDER], *v;
	int h, n = 0, got = -1, o;

	for (o = 0; o < s->nobj; o++) {
		if (s->obj[o].kind != O_FILE_DYN || !s->obj[o].alive)
			continue;
		for (h = 0; h < HOLDERS; h++) {
			v = held(s, h);
			if (v->kind == FILE_PTR && v->obj == s->obj[o].below && !rnd(++n))
				got = h;
		}
	}
	if (got < 0)
		return false;
	if (s->obj[held(s, got)->obj].owned)
		return op_give_back(s, got, C_PUT_FILE);
	return it->kind == ITER && op_lender(s, OP_lender_next + (int)rnd(2), true);
}

bool op_from_file(struct state *s, bool bad)
{
	int h = pick_obj(s, FILE_PTR, bad), p = pick_empty(s);

	return h >= 0 && op_dyn_of(h, p, C_FROM_FILE);
}

/* Where there may have been no file there is no dynptr either. */
bool op_discard_file(struct state *s, int p)
{
	int h, skip = 0;

	for (h = 0; !skip && h < HOLDERS; h++)
		if (held(s, h)->kind == FILE_PTR &&
		    held(s, h)->obj == s->obj[place(s, p)->obj].below) {
			get(BPF_REG_1, h);
			skip = skip_if_null(BPF_REG_1);
		}
	emit_place(BPF_REG_1, p);
	emit_call(C_FILE_DISCARD);
	if (skip)
		skip_end(skip);
	return true;
}

/* Each frame has a place for one iterator that lends: over vmas, or in an RCU section tasks. */
bool op_lender(struct state *s, int op, bool bad)
{
	struct val *it = &s->f[s->cur].word[W_LENDER];
	bool tasks = it->kind == ITER ? s->obj[it->obj].kind == O_TASK_ITER : s->rcu && chance(50);
	enum callee c = tasks ? C_TASK_NEW : C_VMA_NEW;
	int h = pick_dst(bad);

	if (bad ? it->kind != ITER && !chance(25) : (it->kind == ITER) == (op == OP_lender_new))
		return false;
	if (op == OP_lender_next && h < 0)
		return false;
	if (op == OP_lender_destroy && it->kind == ITER && no_release(s, it->obj))
		return false;
	if (op == OP_lender_new) {
		if (!tasks)
			emit_call(C_CURRENT);
		emit(tasks ? BPF_MOV64_IMM(BPF_REG_2, 0) : BPF_MOV64_REG(BPF_REG_2, BPF_REG_0));
		emit(BPF_MOV64_IMM(BPF_REG_3, 0));
	}
	emit_word(BPF_REG_1, W_LENDER);
	emit_call(c + op - OP_lender_new);
	if (op == OP_lender_next)
		put(h, BPF_REG_0);
	return true;
}

bool op_vm_file(struct state *s, bool bad)
{
	int h = pick_obj(s, VMA_PTR, bad), dst = pick_dst(bad), skip;

	if (h < 0 || dst < 0)
		return false;
	get(BPF_REG_0, h);
	skip = skip_if_null(BPF_REG_0);
	emit(BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_0, vm_file_offset));
	skip_end(skip);
	put(dst, BPF_REG_0);
	return true;
}

bool op_lent_read(struct state *s, bool bad)
{
	static const struct {
		int kind, type;
	} reads[] = {
		{ VMA_PTR, VMA }, { FILE_PTR, FILE_STRUCT }, { TASK, TASK_STRUCT },
		{ RCU_TASK, TASK_STRUCT },
	};
	int i = rnd(ARRAY_SIZE(reads)), h = pick_obj(s, reads[i].kind, bad), skip;

	if (h < 0)
		return false;
	get(BPF_REG_1, h);
	skip = skip_if_null(BPF_REG_1);
	emit(BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, member_offset[reads[i].type]));
	skip_end(skip);
	return true;
}

bool op_task_acquire(struct state *s, bool bad)
{
	int h = pick_obj(s, chance(70) ? RCU_TASK : TASK, bad), dst = pick_dst(bad), skip = 0;

	if (dst < 0)
		return false;
	if (h < 0) {
		emit_call(C_CURRENT);
		emit(BPF_MOV64_REG(BPF_REG_1, BPF_REG_0));
	} else {
		get(BPF_REG_1, h);
		skip = skip_if_null(BPF_REG_1);
	}
	emit_call(C_TASK_ACQUIRE);
	put(dst, BPF_REG_0);
	if (skip)
		skip_end(skip);
	return true;
}
