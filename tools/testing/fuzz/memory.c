// SPDX-License-Identifier: GPL-2.0
/* The oracle's memory: objects, dynptrs and slices, and what calls do to them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

static const char * const obj_kinds[] = {
	"map value", "skb", "record", "node", "iterator", "iterator", "iterator", "task", "file",
	"file dynptr", "vma"
};

int new_obj(struct state *s, int kind)
{
	if (s->nobj == OBJS) {
		O.overflow = true;
		return OBJS - 1;
	}
	s->obj[s->nobj] = (struct obj){ .kind = kind, .alive = 1, .owned = 1, .level = 255 };
	note("%s %d is made", obj_kinds[kind], s->nobj);
	return s->nobj++;
}

void kill_obj(struct state *s, int o)
{
	s->obj[o].alive = 0;
	note("%s %d is gone", obj_kinds[s->obj[o].kind], o);
}

/* A map has it from now on; where it can be read until the end of an RCU section. */
static void give(struct state *s, int o)
{
	kill_obj(s, o);
	if (s->obj[o].kind == O_NODE && s->rcu)
		s->obj[o].gen = s->section + 1;
}

/* What aux of a pointer becomes when that is moved by so much. */
static unsigned char offset(int bytes)
{
	return -bytes / 8;
}

/* An object is handed to something that needs it alive and the program's own. */
void use_obj(struct state *s, int o)
{
	if (!s->obj[o].alive)
		event(s, UNSAFE, "use of a released object");
	else if (s->obj[o].node)
		event(s, UNSAFE, s->obj[o].node == IN_LIST ?
				 "use of a node that was moved into a list or tree" :
				 "use of an skb that was moved into a node");
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
int global_frame(struct state *s)
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
void write_word(struct state *s, int f, int w, struct val v)
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
		if ((o->kind == O_RECORD || o->kind == O_FILE_DYN) && o->alive &&
		    !has_clone(s, dyn))
			event(s, POLICY, "overwrites the last dynptr of a record or file");
		note("dynptr %d is overwritten", dyn->aux);
		s->gone[dyn->aux] = OVERWRITTEN;
		dyn[0] = dyn[-1] = num(UNKNOWN);
	}
	word[w] = v;
}

void new_dyn(struct state *s, struct val dst, int obj, bool any)
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

/* The dynptr that is there, or NULL after an event. */
struct val *find_dyn(struct state *s, struct val p)
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
				 s->obj[v->obj].kind == O_RECORD ?
				 "use of a dynptr of a released record" :
				 "use of a clone of a file's dynptr that was discarded");
		return NULL;
	}
	if (s->obj[v->obj].node)
		event(s, POLICY, "use of a dynptr whose skb was moved into a node");
	return v;
}

/* The dynptr whose memory is used, or NULL after an event. */
struct val *use_dyn(struct state *s, struct val p)
{
	struct val *v = find_dyn(s, p);

	/*
	 * The verifier lets a sleepable program read a file in an RCU section, where that
	 * may sleep. That is a fault of its own, so there are no such programs.
	 */
	if (v && s->obj[v->obj].kind == O_FILE_DYN && s->rcu)
		O.overflow = true;
	if (v && !there(s, v->obj)) {
		event(s, UNSAFE, "use of a dynptr of a file that is gone");
		return NULL;
	}
	return v;
}

/* A slice that can be read, by all rules. */
bool usable(struct state *s, struct val v)
{
	struct obj *o = &s->obj[v.obj];

	return v.kind == SLICE && live(o) && o->gen == v.gen && s->gone[v.aux] != OVERWRITTEN &&
	       ((o->kind != O_SKB && !v.any) || v.epoch == s->epoch);
}

/* A node that was given away in this RCU section lives until its end. */
static bool lent(struct state *s, struct val v)
{
	return v.kind == NODE && !s->obj[v.obj].alive && s->rcu &&
	       s->obj[v.obj].gen == (unsigned char)(s->section + 1);
}

void deref(struct state *s, struct val v)
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

	if (deref_lent(s, v))
		return;
	if (v.kind == NODE && P.type == SYSCALL && !v.aux) {
		if (o->alive)
			note("node %d", v.obj);
		else if (lent(s, v))
			event(s, POLICY, "use of a node that was given away in this RCU section");
		else
			event(s, UNSAFE, "use of a node that is gone");
		return;
	}
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
	if (v.kind != kind || (kind == NODE && v.aux)) {
		event(s, UNSAFE, "release of something else");
		return;
	}
	use_obj(s, v.obj);
	if (kind == NODE)
		empty_node(s, v.obj);
	if (s->obj[v.obj].alive)
		kill_obj(s, v.obj);
}

struct val slice(struct state *s, int obj, int dyn, bool any, bool rdonly)
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

struct val *iterator(struct state *s, struct val p)
{
	struct val *v = p.kind == STACK ? &s->f[p.obj].word[p.aux] : NULL;

	return v && v->kind == ITER ? v : NULL;
}

/* An iterator that has not said that there is no more. */
bool may_go_on(struct state *s, struct val p)
{
	struct val *v = iterator(s, p);

	return v && !s->obj[v->obj].drained;
}

/* The key or value of an element */
static void use_mem(struct state *s, struct val v)
{
	if (v.kind == STACK)
		return;
	deref(s, v);
	if (v.kind == SLICE && (v.rdonly || v.no_key))
		event(s, POLICY, "a key or value in what bpf_dynptr_slice() gave");
}

void exec_call(struct state *s, const struct bpf_insn *insn)
{
	struct frame *f = &s->f[s->cur];
	struct val *r = f->reg, ret = num(UNKNOWN), *d;
	enum callee c = callee_of(insn);
	bool null = false;
	int i, given;

	if (c == C_DATA || c == C_SLICE || c == C_SLICE_RDWR || c == C_XCHG || c == C_OBJ_NEW ||
	    c == C_LOOKUP || lent_may_be_null(s, c) ||
	    (c == C_ACQUIRE && (r[1].kind == RCU_NODE || lent(s, r[1]))) ||
	    c == C_POP_FRONT || c == C_POP_BACK || c == C_TREE_FIRST || c == C_TREE_REMOVE ||
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
		if (d && ((c == C_DATA && s->obj[d->obj].kind == O_SKB) ||
			  s->obj[d->obj].kind == O_FILE_DYN))
			event(s, POLICY, "such a slice of an skb or a file is always NULL");
		else if (d)
			ret = slice(s, d->obj, d->aux, any_dyn(s, r[1]), c == C_SLICE);
		if (ret.kind == SLICE)
			ret.no_key = c != C_DATA;
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
		if (any_dyn(s, r[1]))
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
		else if (r[2].kind == given && s->obj[r[2].obj].alive)
			give(s, r[2].obj);
		ret = (struct val){ given };
		break;
	case C_OBJ_NEW:
		ret = (struct val){ NODE };
		break;
	case C_LOCK:
		s->locked = 1;
		break;
	case C_UNLOCK:
		s->locked = 0;
		for (i = 0; i < s->nobj; i++)
			if (s->obj[i].node == IN_LIST) {
				s->obj[i].node = 0;
				kill_obj(s, i);
			}
		break;
	case C_PUSH_FRONT:
	case C_PUSH_BACK:
	case C_TREE_ADD:
		if (r[2].kind != NODE ||
		    r[2].aux != offset(c == C_TREE_ADD ? NODE_TREE : NODE_LINK)) {
			event(s, UNSAFE, "what is put into a list or tree is no node");
			break;
		}
		use_obj(s, r[2].obj);
		if (live(&s->obj[r[2].obj]))
			s->obj[r[2].obj].node = IN_LIST;
		break;
	case C_POP_FRONT:
	case C_POP_BACK:
		ret = (struct val){ NODE, .aux = offset(NODE_LINK) };
		break;
	case C_TREE_REMOVE:
		if (r[2].kind != NODE || r[2].aux != offset(NODE_TREE))
			event(s, UNSAFE, "what is taken out of a tree is no node");
		else if (!s->obj[r[2].obj].alive)
			event(s, UNSAFE, "what is taken out of a tree is gone");
		/* fallthrough */
	case C_TREE_FIRST:
		ret = (struct val){ NODE, .aux = offset(NODE_TREE) };
		break;
	case C_RCU_LOCK:
		if (s->rcu)
			event(s, POLICY, "an RCU section in another");
		s->rcu = 1;
		break;
	case C_RCU_UNLOCK:
		if (!s->rcu)
			event(s, UNSAFE, "the end of an RCU section that never began");
		for (i = 0; i < s->nobj; i++)
			if (s->obj[i].kind == O_TASK_ITER && s->obj[i].alive)
				event(s, POLICY, "an iterator over tasks outlives its RCU section");
		s->rcu = 0;
		s->section++;
		break;
	case C_ACQUIRE:
		if (lent(s, r[1])) {
			event(s, POLICY, "a reference to a node that was given away");
		} else if (r[1].kind == NODE) {
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
	case C_UPDATE:
		use_mem(s, r[3]);
		/* fallthrough */
	case C_DELETE:
		use_mem(s, r[2]);
		break;
	case C_LOOKUP:
		use_mem(s, r[2]);
		ret = slice(s, 0, DIRECT, false, false);
		break;
	default:
		ret = exec_lent(s, c, null);
		break;
	}
	if (null || (c == C_DATA && ret.kind != SLICE))
		ret = num(ZERO);
	else if (ret.kind == SKB || ret.kind == NODE)
		ret.obj = new_obj(s, ret.kind == SKB ? O_SKB : O_NODE);
	if (c == C_TREE_FIRST && ret.kind == NODE)
		s->obj[ret.obj].node = IN_LIST;
	memset(r + 1, 0, 5 * sizeof(*r));
	r[0] = ret;
}
