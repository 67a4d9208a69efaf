// SPDX-License-Identifier: GPL-2.0
/* A node that survives its list and its rbtree can be put into others. */
#include "graph_free.h"

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

char _license[] SEC("license") = "GPL";
