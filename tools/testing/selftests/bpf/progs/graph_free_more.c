// SPDX-License-Identifier: GPL-2.0
/* A node that survives its list and its rbtree can be put into others. What a list under
 * a bpf_res_spin_lock has is freed with the list.
 */
#include "graph_free.h"
#include "../test_kmods/bpf_testmod_kfunc.h"
#include "count_refs.h"

struct owner {
	struct bpf_list_node l;
	struct prog_test_ref_kfunc __kptr * owned;
};

struct res_value {
	struct bpf_res_spin_lock lock;
	struct bpf_list_head head __contains(owner, l);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct res_value);
} res_values SEC(".maps");

/* Added to another tree, and to another list */
SEC("syscall")
__success __retval(0)
int survivor_added(void *ctx)
{
	struct graph_node *n = survivor(), *m;
	struct value zero = {}, *v;
	int key = 1, err;

	v = bpf_map_lookup_elem(&values, &key);
	if (!n)
		return 1;
	if (!v) {
		bpf_obj_drop(n);
		return 2;
	}
	m = bpf_refcount_acquire(n);
	bpf_spin_lock(&v->lock);
	err = bpf_rbtree_add(&v->root, &n->r, less);
	err = bpf_list_push_back(&v->head, &m->l) ?: err;
	bpf_spin_unlock(&v->lock);
	bpf_map_update_elem(&values, &key, &zero, 0);
	return err;
}

/* A list under a bpf_res_spin_lock is freed with its value, and its objects with it. */
SEC("syscall")
int push_res(void *ctx)
{
	struct prog_test_ref_kfunc *p, *old;
	struct res_value *v;
	struct owner *o;

	v = bpf_map_lookup_elem(&res_values, &(int){0});
	if (!v)
		return 1;
	o = bpf_obj_new(typeof(*o));
	if (!o)
		return 1;
	p = bpf_kfunc_call_test_acquire(&(unsigned long){0});
	if (!p) {
		bpf_obj_drop(o);
		return 2;
	}
	old = bpf_kptr_xchg(&o->owned, p);
	if (old)
		bpf_kfunc_call_test_release(old);
	if (bpf_res_spin_lock(&v->lock)) {
		bpf_obj_drop(o);
		return 3;
	}
	bpf_list_push_back(&v->head, &o->l);
	bpf_res_spin_unlock(&v->lock);
	return 0;
}

char _license[] SEC("license") = "GPL";
