// SPDX-License-Identifier: GPL-2.0
/* Objects of the program's own that hold kptrs, directly and through other
 * objects, lists and trees, and go in NMI.
 */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

#define N 16

__u32 n = N;
__u64 dropped;

struct holder {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct holder_of_holder {
	struct holder __kptr * holder;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct shared {
	struct bpf_test_nmi_obj __kptr * obj;
	struct bpf_refcount ref;
};

struct item {
	struct bpf_list_node node;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct leaf {
	struct bpf_rb_node node;
	u64 key;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct holder_of_list {
	struct bpf_spin_lock lock;
	struct bpf_list_head list __contains(item, node);
};

struct value {
	struct holder __kptr * holder;
	struct holder_of_holder __kptr * nested;
	struct shared __kptr * shared;
	struct shared __kptr * shared_too;
	struct holder_of_list __kptr * list;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} hash SEC(".maps");

struct list_value {
	struct bpf_spin_lock lock;
	struct bpf_list_head list __contains(item, node);
};

struct tree_value {
	struct bpf_spin_lock lock;
	struct bpf_rb_root tree __contains(leaf, node);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct list_value);
	__uint(max_entries, 1);
} list_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct list_value);
	__uint(max_entries, 1);
} list_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct tree_value);
	__uint(max_entries, 1);
} tree_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct tree_value);
	__uint(max_entries, 1);
} tree_array SEC(".maps");

static struct value *element(u32 i)
{
	struct value none = {};

	bpf_map_update_elem(&hash, &i, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&hash, &i);
}

/* Put an object of the program's own into its slot, which is empty */
#define put(slot, p)					\
({							\
	typeof(p) old_ = bpf_kptr_xchg(slot, p);	\
							\
	if (old_)					\
		bpf_obj_drop(old_);			\
})

static struct holder *new_holder(void)
{
	struct holder *h = bpf_obj_new(typeof(*h));

	if (h)
		install_in(&h->obj, next_id());
	return h;
}

SEC("?syscall")
int fill_holder(void *unused)
{
	struct holder *h;
	struct value *v;
	u32 i;

	bpf_for(i, 0, N) {
		v = element(i);
		if (!v)
			break;
		h = new_holder();
		if (!h)
			break;
		put(&v->holder, h);
	}
	return 0;
}

SEC("?syscall")
int fill_nested(void *unused)
{
	struct holder_of_holder *hh;
	struct holder *h;
	struct value *v;
	u32 i;

	bpf_for(i, 0, N) {
		v = element(i);
		if (!v)
			break;
		hh = bpf_obj_new(typeof(*hh));
		if (!hh)
			break;
		install_in(&hh->obj, next_id());
		h = new_holder();
		if (!h) {
			bpf_obj_drop(hh);
			break;
		}
		put(&hh->holder, h);
		put(&v->nested, hh);
	}
	return 0;
}

SEC("?syscall")
int fill_shared(void *unused)
{
	struct shared *s, *too;
	struct value *v;
	u32 i;

	bpf_for(i, 0, N) {
		v = element(i);
		if (!v)
			break;
		s = bpf_obj_new(typeof(*s));
		if (!s)
			break;
		install_in(&s->obj, next_id());
		too = bpf_refcount_acquire(s);
		put(&v->shared, s);
		if (!too)
			break;
		put(&v->shared_too, too);
	}
	return 0;
}

static struct item *new_item(void)
{
	struct item *it = bpf_obj_new(typeof(*it));

	if (it)
		install_in(&it->obj, next_id());
	return it;
}

/* The objects of a list in an object of the program's own, in each element */
SEC("?syscall")
int fill_list_in_object(void *unused)
{
	struct holder_of_list *hl;
	struct item *it;
	struct value *v;
	u32 i;

	bpf_for(i, 0, N) {
		v = element(i);
		if (!v)
			break;
		it = new_item();
		if (!it)
			break;
		hl = bpf_obj_new(typeof(*hl));
		if (!hl) {
			bpf_obj_drop(it);
			break;
		}
		bpf_spin_lock(&hl->lock);
		bpf_list_push_back(&hl->list, &it->node);
		bpf_spin_unlock(&hl->lock);
		put(&v->list, hl);
	}
	return 0;
}

NMI_PROG(delete)
{
	u32 i;

	bpf_for(i, 0, N)
		dropped += !bpf_map_delete_elem(&hash, &i);
}

/* Taken out of the values and dropped by the program itself */
NMI_PROG(drop)
{
	struct holder *h;
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&hash, &k);
		if (!v)
			continue;
		h = bpf_kptr_xchg(&v->holder, NULL);
		if (h) {
			bpf_obj_drop(h);
			dropped++;
		}
	}
}

/* One reference of two, in each NMI another one */
NMI_PROG(drop_shared)
{
	struct shared *s;
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&hash, &k);
		if (!v)
			continue;
		s = bpf_kptr_xchg(&v->shared, NULL);
		if (!s)
			s = bpf_kptr_xchg(&v->shared_too, NULL);
		if (s) {
			bpf_obj_drop(s);
			dropped++;
		}
	}
}

/* Made, filled and dropped in NMI */
NMI_PROG(make_and_drop)
{
	struct holder *h = new_holder();

	if (h) {
		bpf_obj_drop(h);
		dropped++;
	}
}

static bool leaf_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct leaf, node)->key < container_of(b, struct leaf, node)->key;
}

static void add_to_list(struct list_value *v, u32 count)
{
	struct item *it;
	u32 i;

	bpf_for(i, 0, count) {
		it = new_item();
		if (!it)
			break;
		bpf_spin_lock(&v->lock);
		bpf_list_push_back(&v->list, &it->node);
		bpf_spin_unlock(&v->lock);
	}
}

static void add_to_tree(struct tree_value *v, u32 count)
{
	struct leaf *l;
	u32 i;

	bpf_for(i, 0, count) {
		l = bpf_obj_new(typeof(*l));
		if (!l)
			break;
		l->key = i * 7 % N;
		install_in(&l->obj, next_id());
		bpf_spin_lock(&v->lock);
		bpf_rbtree_add(&v->tree, &l->node, leaf_less);
		bpf_spin_unlock(&v->lock);
	}
}

#define ROOT(root)									\
SEC("?syscall")										\
int fill_##root##_hash(void *unused)							\
{											\
	struct root##_value none = {}, *v;						\
	u32 k = 0;									\
											\
	bpf_map_update_elem(&root##_hash, &k, &none, BPF_NOEXIST);			\
	v = bpf_map_lookup_elem(&root##_hash, &k);					\
	if (v)										\
		add_to_##root(v, N);							\
	return 0;									\
}											\
											\
SEC("?syscall")										\
int fill_##root##_array(void *unused)							\
{											\
	struct root##_value *v;								\
	u32 k = 0;									\
											\
	v = bpf_map_lookup_elem(&root##_array, &k);					\
	if (v)										\
		add_to_##root(v, N);							\
	return 0;									\
}											\
											\
NMI_PROG(delete_##root)									\
{											\
	u32 k = 0;									\
											\
	dropped += !bpf_map_delete_elem(&root##_hash, &k);				\
}											\
											\
NMI_PROG(update_##root)									\
{											\
	struct root##_value none = {};							\
	u32 k = 0;									\
											\
	dropped += !bpf_map_update_elem(&root##_array, &k, &none, BPF_ANY);		\
}

ROOT(list)
ROOT(tree)

/* One more, for an NMI that comes while it is added */
SEC("?syscall")
int fill_one_tree_array(void *unused)
{
	struct tree_value *v;
	u32 k = 0;

	v = bpf_map_lookup_elem(&tree_array, &k);
	if (v)
		add_to_tree(v, 1);
	return 0;
}
