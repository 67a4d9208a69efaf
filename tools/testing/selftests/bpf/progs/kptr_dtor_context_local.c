// SPDX-License-Identifier: GPL-2.0
/* Chains, lists and trees of a program's own objects that go at once, and nodes
 * that outlive the list or the tree that they are in.
 */
#include "kptr_dtor_context.h"

char _license[] SEC("license") = "GPL";

/* Lists and trees, and what is in each of them */
#define ROOTS 4
#define ITEMS 16
#define LEAVES 16

#define SURVIVORS 16

__u32 roots = ROOTS, kptrs_of_root = ITEMS * LEAVES;
__u32 survivors = SURVIVORS;

/* Links to add; links in the chain, kptrs installed, values torn down */
__u32 add;
__u64 links, installed, torn, failed;

OBSERVE(bpf_cpumask_release_dtor, cpumask)

SEND_NMI_PROG(send)

struct hop {
	struct hop __kptr * next;
	struct bpf_cpumask __kptr * mask;
};

struct chain_value {
	struct hop __kptr * first;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct chain_value);
	__uint(max_entries, 1);
} chain SEC(".maps");

#define install_mask(slot)					\
({								\
	struct bpf_cpumask *mask_ = bpf_cpumask_create();	\
								\
	if (mask_) {						\
		mask_ = bpf_kptr_xchg(slot, mask_);		\
		if (mask_)					\
			bpf_cpumask_release(mask_);		\
		else						\
			installed++;				\
	}							\
})

/* Links in front of those that are there; the last one holds the kptr. */
SEC("?syscall")
int grow_chain(void *unused)
{
	struct chain_value *v;
	struct hop *h, *next;
	u32 i, k = 0;

	v = bpf_map_lookup_elem(&chain, &k);
	if (!v)
		return 1;
	bpf_for(i, 0, add) {
		h = bpf_obj_new(typeof(*h));
		if (!h)
			break;
		next = bpf_kptr_xchg(&v->first, NULL);
		if (next) {
			next = bpf_kptr_xchg(&h->next, next);
			if (next)
				bpf_obj_drop(next);
		} else {
			install_mask(&h->mask);
		}
		h = bpf_kptr_xchg(&v->first, h);
		if (h)
			bpf_obj_drop(h);
		links++;
	}
	return 0;
}

static __always_inline void do_drop_chain(void)
{
	struct chain_value *v;
	u64 nr, outer;
	struct hop *h;
	u32 k = 0;

	if (!may_tear_down(&nr))
		return;
	v = bpf_map_lookup_elem(&chain, &k);
	if (!v)
		return;
	outer = begin_teardown();
	h = bpf_kptr_xchg(&v->first, NULL);
	if (h) {
		bpf_obj_drop(h);
		torn++;
	}
	end_teardown(outer);
}

static __always_inline void do_update_chain(void)
{
	struct chain_value none = {};
	u64 nr, outer;
	u32 k = 0;

	if (!may_tear_down(&nr))
		return;
	outer = begin_teardown();
	if (bpf_map_update_elem(&chain, &k, &none, BPF_ANY))
		failed++;
	else
		torn++;
	end_teardown(outer);
}

struct leaf {
	struct bpf_list_node node;
	struct bpf_cpumask __kptr * mask;
};

struct item {
	struct bpf_list_node node;
	struct bpf_spin_lock lock;
	struct bpf_list_head leaves __contains(leaf, node);
};

struct branch {
	struct bpf_rb_node node;
	u64 key;
	struct bpf_spin_lock lock;
	struct bpf_list_head leaves __contains(leaf, node);
};

struct lists_value {
	struct bpf_spin_lock lock;
	struct bpf_list_head items __contains(item, node);
};

struct tree_value {
	struct bpf_spin_lock lock;
	struct bpf_rb_root branches __contains(branch, node);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct lists_value);
	__uint(max_entries, ROOTS);
} lists SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct tree_value);
	__uint(max_entries, ROOTS);
} tree SEC(".maps");

static __always_inline void add_leaves(struct bpf_list_head *list, struct bpf_spin_lock *lock)
{
	struct leaf *l;
	u32 i;

	bpf_for(i, 0, LEAVES) {
		l = bpf_obj_new(typeof(*l));
		if (!l)
			break;
		install_mask(&l->mask);
		bpf_spin_lock(lock);
		bpf_list_push_back(list, &l->node);
		bpf_spin_unlock(lock);
	}
}

SEC("?syscall")
int fill_lists(void *unused)
{
	struct lists_value *v;
	struct item *it;
	u32 i, j, k;

	bpf_for(i, 0, ROOTS) {
		k = i;
		v = bpf_map_lookup_elem(&lists, &k);
		if (!v)
			break;
		bpf_for(j, 0, ITEMS) {
			it = bpf_obj_new(typeof(*it));
			if (!it)
				break;
			add_leaves(&it->leaves, &it->lock);
			bpf_spin_lock(&v->lock);
			bpf_list_push_back(&v->items, &it->node);
			bpf_spin_unlock(&v->lock);
		}
	}
	return 0;
}

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct branch, node)->key <
	       container_of(b, struct branch, node)->key;
}

SEC("?syscall")
int fill_tree(void *unused)
{
	struct tree_value *v;
	struct branch *b;
	u32 i, j, k;

	bpf_for(i, 0, ROOTS) {
		k = i;
		v = bpf_map_lookup_elem(&tree, &k);
		if (!v)
			break;
		bpf_for(j, 0, ITEMS) {
			b = bpf_obj_new(typeof(*b));
			if (!b)
				break;
			b->key = j * 7 % ITEMS;
			add_leaves(&b->leaves, &b->lock);
			bpf_spin_lock(&v->lock);
			bpf_rbtree_add(&v->branches, &b->node, less);
			bpf_spin_unlock(&v->lock);
		}
	}
	return 0;
}

#define UPDATE_ROOT(root)						\
static __always_inline void do_update_##root(void)			\
{									\
	struct root##_value none = {};					\
	u64 nr, outer;							\
	u32 k;								\
									\
	if (!may_tear_down(&nr))					\
		return;							\
	k = nr;								\
	outer = begin_teardown();					\
	if (bpf_map_update_elem(&(root), &k, &none, BPF_ANY))		\
		__sync_fetch_and_add(&failed, 1);			\
	else								\
		__sync_fetch_and_add(&torn, 1);				\
	end_teardown(outer);						\
}

UPDATE_ROOT(lists)
UPDATE_ROOT(tree)

/* The same in process context, in hard irq and in NMI */
#define CONTEXTS(name)				\
SEC("?syscall")					\
int name##_process(void *unused)		\
{						\
	do_##name();				\
	return 0;				\
}						\
						\
SEC("?tp_btf/hrtimer_expire_entry")		\
int name##_hardirq(void *ctx)			\
{						\
	do_##name();				\
	return 0;				\
}						\
						\
NMI_PROG(name##_nmi)				\
{						\
	do_##name();				\
}

CONTEXTS(drop_chain)
CONTEXTS(update_chain)
CONTEXTS(update_lists)
CONTEXTS(update_tree)

/* A node that a slot holds as well as a list or a tree */
struct node {
	struct bpf_refcount ref;
	struct bpf_rb_node r;
	struct bpf_list_node l;
	struct bpf_cpumask __kptr * mask;
};

struct graph_value {
	struct bpf_spin_lock lock;
	struct bpf_rb_root tree __contains(node, r);
	struct bpf_list_head list __contains(node, l);
};

/* Of each survivor the value that goes; and the last one, which stays */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct graph_value);
	__uint(max_entries, SURVIVORS + 1);
} graphs SEC(".maps");

struct slot_value {
	struct node __kptr * node;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct slot_value);
	__uint(max_entries, SURVIVORS);
} slots SEC(".maps");

/* Survivors still in a root; found in one that has gone; added to, and taken out
 * of, another one
 */
__u64 owned, found, added, taken_out;

static bool node_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return false;
}

#define FILL_SURVIVORS(type, push)				\
SEC("?syscall")							\
int fill_survivors_##type(void *unused)				\
{								\
	struct graph_value *g;					\
	struct slot_value *s;					\
	struct node *n, *m;					\
	u32 i, k;						\
								\
	bpf_for(i, 0, SURVIVORS) {				\
		k = i;						\
		g = bpf_map_lookup_elem(&graphs, &k);		\
		s = bpf_map_lookup_elem(&slots, &k);		\
		if (!g || !s)					\
			break;					\
		n = bpf_obj_new(typeof(*n));			\
		if (!n)						\
			break;					\
		install_mask(&n->mask);				\
		m = bpf_refcount_acquire(n);			\
		bpf_spin_lock(&g->lock);			\
		push;						\
		bpf_spin_unlock(&g->lock);			\
		if (!m)						\
			break;					\
		m = bpf_kptr_xchg(&s->node, m);			\
		if (m)						\
			bpf_obj_drop(m);			\
	}							\
	return 0;						\
}

FILL_SURVIVORS(list, bpf_list_push_back(&g->list, &n->l))
FILL_SURVIVORS(tree, bpf_rbtree_add(&g->tree, &n->r, node_less))

SEC("?syscall")
int tear_down_graphs(void *unused)
{
	struct graph_value none = {};
	u32 i;

	bpf_for(i, 0, SURVIVORS) {
		if (bpf_map_update_elem(&graphs, &i, &none, BPF_ANY))
			failed++;
		else
			torn++;
	}
	return 0;
}

/* The owner comes after the struct rb_node or list_head: struct bpf_rb_node_kern,
 * struct bpf_list_node_kern.
 */
SEC("?syscall")
int look_for_owners(void *unused)
{
	struct slot_value *s;
	struct node *n;
	u64 owner;
	u32 i, k;

	owned = 0;
	bpf_for(i, 0, SURVIVORS) {
		k = i;
		s = bpf_map_lookup_elem(&slots, &k);
		if (!s)
			break;
		bpf_rcu_read_lock();
		n = s->node;
		if (!n) {
			bpf_rcu_read_unlock();
			continue;
		}
		owner = 0;
		bpf_probe_read_kernel(&owner, sizeof(owner),
				      (void *)n + offsetof(struct node, r) +
				      sizeof(struct bpf_rb_node) - sizeof(owner));
		owned += !!owner;
		owner = 0;
		bpf_probe_read_kernel(&owner, sizeof(owner),
				      (void *)n + offsetof(struct node, l) +
				      sizeof(struct bpf_list_node) - sizeof(owner));
		owned += !!owner;
		bpf_rcu_read_unlock();
	}
	return 0;
}

static struct node *take_survivor(u32 i)
{
	struct slot_value *s = bpf_map_lookup_elem(&slots, &i);

	return s ? bpf_kptr_xchg(&s->node, NULL) : NULL;
}

/* Of the list that has gone nothing is left; another one takes the survivors. */
SEC("?syscall")
int reuse_survivors_list(void *unused)
{
	struct graph_value *g, *other;
	struct bpf_list_node *l;
	u32 i, k = SURVIVORS;
	struct node *n;

	other = bpf_map_lookup_elem(&graphs, &k);
	if (!other)
		return 1;
	bpf_for(i, 0, SURVIVORS) {
		k = i;
		g = bpf_map_lookup_elem(&graphs, &k);
		if (!g)
			break;
		bpf_spin_lock(&g->lock);
		l = bpf_list_pop_front(&g->list);
		bpf_spin_unlock(&g->lock);
		if (l) {
			bpf_obj_drop(container_of(l, struct node, l));
			found++;
		}
		n = take_survivor(i);
		if (!n)
			continue;
		bpf_spin_lock(&other->lock);
		if (!bpf_list_push_back(&other->list, &n->l))
			added++;
		bpf_spin_unlock(&other->lock);
	}
	bpf_for(i, 0, SURVIVORS) {
		bpf_spin_lock(&other->lock);
		l = bpf_list_pop_front(&other->list);
		bpf_spin_unlock(&other->lock);
		if (!l)
			break;
		bpf_obj_drop(container_of(l, struct node, l));
		taken_out++;
	}
	return 0;
}

/* A survivor, in a list so that it can be named, is not in the tree that has gone;
 * another tree takes it.
 */
SEC("?syscall")
int reuse_survivors_tree(void *unused)
{
	struct graph_value *g, *other;
	struct bpf_list_node *l;
	struct bpf_rb_node *r;
	u32 i, k = SURVIVORS;
	struct node *n;

	other = bpf_map_lookup_elem(&graphs, &k);
	if (!other)
		return 1;
	bpf_for(i, 0, SURVIVORS) {
		k = i;
		g = bpf_map_lookup_elem(&graphs, &k);
		if (!g)
			break;
		n = take_survivor(i);
		if (!n)
			continue;
		bpf_spin_lock(&g->lock);
		bpf_list_push_back(&g->list, &n->l);
		r = bpf_rbtree_remove(&g->tree, &n->r);
		bpf_spin_unlock(&g->lock);
		if (r) {
			bpf_obj_drop(container_of(r, struct node, r));
			found++;
		}
		bpf_spin_lock(&g->lock);
		l = bpf_list_pop_front(&g->list);
		bpf_spin_unlock(&g->lock);
		if (!l)
			continue;
		n = container_of(l, struct node, l);
		bpf_spin_lock(&other->lock);
		if (!bpf_rbtree_add(&other->tree, &n->r, node_less))
			added++;
		bpf_spin_unlock(&other->lock);
	}
	bpf_for(i, 0, SURVIVORS) {
		bpf_spin_lock(&other->lock);
		r = bpf_rbtree_first(&other->tree);
		if (!r) {
			bpf_spin_unlock(&other->lock);
			break;
		}
		r = bpf_rbtree_remove(&other->tree, r);
		bpf_spin_unlock(&other->lock);
		if (!r)
			break;
		bpf_obj_drop(container_of(r, struct node, r));
		taken_out++;
	}
	return 0;
}
