// SPDX-License-Identifier: GPL-2.0
/*
 * The oracle's files, tasks and vmas. A program owns what it acquires. A vma goes when
 * its iterator moves on, with the file that was found in it; a task of an iterator stays
 * until the end of the RCU section.
 */
#include "oracle.h"

/* It is alive, and so is what it goes with. */
bool there(struct state *s, int o)
{
	while (s->obj[o].alive && s->obj[o].below)
		o = s->obj[o].below;
	return s->obj[o].alive;
}

static bool is_below(struct state *s, int o, int top)
{
	while (o && o != top)
		o = s->obj[o].below;
	return o == top;
}

/* What is below @top goes; a file's dynptr has to be discarded before. */
static void end_below(struct state *s, int top)
{
	int o;

	for (o = s->nobj - 1; o > 0; o--) {
		if (o == top || !s->obj[o].alive || !is_below(s, o, top))
			continue;
		if (s->obj[o].kind == O_FILE_DYN)
			event(s, POLICY, "a file goes before its dynptr is discarded");
		else
			kill_obj(s, o);
	}
}

static int new_below(struct state *s, int kind, int top, bool owned)
{
	int o = new_obj(s, kind);

	/* Where there are too many objects this may be the same one again. */
	s->obj[o].below = o == top ? 0 : top;
	s->obj[o].owned = owned;
	return o;
}

static bool in_section(struct state *s, int section)
{
	return s->rcu && s->section == section;
}

/* A task that a call may be given: that of the iterator only in its RCU section. */
static bool use_task(struct state *s, struct val v, bool rcu)
{
	if (v.kind == TASK)
		use_obj(s, v.obj);
	else if (!rcu || v.kind != RCU_TASK)
		event(s, UNSAFE, "use of what is no task");
	else if (!in_section(s, v.gen))
		event(s, UNSAFE, "use of a task after its RCU section");
	else
		return true;
	return v.kind == TASK && s->obj[v.obj].alive;
}

bool lent_may_be_null(struct state *s, enum callee c)
{
	struct val v = s->f[s->cur].reg[1];

	switch (c) {
	case C_TASK_ACQUIRE:
		return v.kind == TASK || v.kind == RCU_TASK;
	case C_EXE_FILE:
		return v.kind == TASK;
	case C_VMA_NEXT:
	case C_TASK_NEXT:
		return may_go_on(s, v);
	default:
		return false;
	}
}

/* An owned object that a call takes back: 0 where it is none. */
static int taken_back(struct state *s, struct val v, int kind)
{
	if (v.kind != kind || !s->obj[v.obj].owned) {
		event(s, UNSAFE, "release of something else");
		return 0;
	}
	use_obj(s, v.obj);
	return s->obj[v.obj].alive ? v.obj : 0;
}

static void new_lender(struct state *s, struct val at, int kind)
{
	int o;

	if (iterator(s, at))
		event(s, POLICY, "an iterator is made over another");
	if (kind == O_TASK_ITER && !s->rcu)
		event(s, POLICY, "an iterator over tasks outside of RCU sections");
	o = new_obj(s, kind);
	s->obj[o].gen = s->section;
	write_word(s, at.obj, at.aux, (struct val){ ITER, o });
}

/* The iterator that moves on, or is destroyed */
static struct val *lender(struct state *s, struct val at, int kind)
{
	struct val *it = iterator(s, at);

	if (!it || s->obj[it->obj].kind != kind) {
		event(s, UNSAFE, "use of what is no iterator");
		return NULL;
	}
	if (kind == O_TASK_ITER && !in_section(s, s->obj[it->obj].gen))
		event(s, POLICY, "use of an iterator over tasks after its RCU section");
	end_below(s, it->obj);
	return it;
}

/* What the call returns; null: as far as it is for the call to say, NULL */
struct val exec_lent(struct state *s, enum callee c, bool null)
{
	struct val *r = s->f[s->cur].reg, ret = num(UNKNOWN), *it, *d;
	int o;

	switch (c) {
	case C_CURRENT:
		return (struct val){ TASK };
	case C_TASK_ACQUIRE:
		if (use_task(s, r[1], true) && !null)
			ret = (struct val){ TASK, new_obj(s, O_TASK) };
		break;
	case C_TASK_RELEASE:
		o = taken_back(s, r[1], TASK);
		if (o)
			kill_obj(s, o);
		break;
	case C_EXE_FILE:
		if (use_task(s, r[1], false) && !null)
			ret = (struct val){ FILE_PTR, new_obj(s, O_FILE) };
		break;
	case C_PUT_FILE:
		o = taken_back(s, r[1], FILE_PTR);
		if (o) {
			end_below(s, o);
			kill_obj(s, o);
		}
		break;
	case C_FROM_FILE:
		if (r[1].kind != FILE_PTR || !s->obj[r[1].obj].alive)
			event(s, UNSAFE, "a dynptr of what is no file, or of one that is gone");
		else
			new_dyn(s, r[3], new_below(s, O_FILE_DYN, r[1].obj, true), false);
		break;
	case C_FILE_DISCARD:
		d = find_dyn(s, r[1]);
		if (d && s->obj[d->obj].kind != O_FILE_DYN) {
			event(s, UNSAFE, "release of something else");
		} else if (d) {
			kill_obj(s, d->obj);
			d[0] = d[-1] = (struct val){ NULLED };
		}
		break;
	case C_VMA_NEW:
		use_task(s, r[2], true);
		new_lender(s, r[1], O_VMA_ITER);
		break;
	case C_TASK_NEW:
		new_lender(s, r[1], O_TASK_ITER);
		break;
	case C_VMA_NEXT:
	case C_TASK_NEXT:
		it = lender(s, r[1], c == C_VMA_NEXT ? O_VMA_ITER : O_TASK_ITER);
		if (!it)
			break;
		null |= s->obj[it->obj].drained;
		s->obj[it->obj].drained = null;
		if (!null)
			ret = c == C_TASK_NEXT ?
				(struct val){ RCU_TASK, .gen = s->section } :
				(struct val){ VMA_PTR, new_below(s, O_VMA, it->obj, false) };
		break;
	case C_VMA_DESTROY:
	case C_TASK_DESTROY:
		it = lender(s, r[1], c == C_VMA_DESTROY ? O_VMA_ITER : O_TASK_ITER);
		if (it) {
			kill_obj(s, it->obj);
			*it = num(UNKNOWN);
		}
		break;
	default:
		die("no model of %s", callees[c].name);
	}
	return null ? num(ZERO) : ret;
}

/* The file of a vma */
struct val load_lent(struct state *s, struct val vma, bool null)
{
	if (!s->obj[vma.obj].alive) {
		event(s, UNSAFE, "use of a vma that its iterator lends no longer");
		return num(UNKNOWN);
	}
	return null ? num(ZERO) : (struct val){ FILE_PTR, new_below(s, O_FILE, vma.obj, false) };
}

/* Whether that is what the program reads */
bool deref_lent(struct state *s, struct val v)
{
	switch (v.kind) {
	case VMA_PTR:
	case FILE_PTR:
	case TASK:
		if (!s->obj[v.obj].alive)
			event(s, UNSAFE, "use of a vma, file or task that is gone");
		return true;
	case RCU_TASK:
		if (!in_section(s, v.gen))
			event(s, POLICY, "use of a task after its RCU section");
		return true;
	default:
		return false;
	}
}
