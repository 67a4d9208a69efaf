// SPDX-License-Identifier: GPL-2.0
/* Local objects of several types, sizes and nodes that several paths bring to one
 * call of a kfunc, and a task for the slot of a per-CPU kptr.
 */
#include "local_obj_paths.h"
#include "task_kfunc_common.h"

char _license[] SEC("license") = "GPL";

struct two_nodes {
	long a;
	struct bpf_list_node first;
	struct bpf_list_node second;
};

struct third_node {
	long a;
	struct bpf_list_node node;
};

struct bpf_spin_lock first_lock SEC(".data.first") __hidden;
struct bpf_list_head first_list SEC(".data.first") __hidden __aligned(8)
	__contains(two_nodes, first);
struct bpf_spin_lock second_lock SEC(".data.second") __hidden;
struct bpf_list_head second_list SEC(".data.second") __hidden __aligned(8)
	__contains(two_nodes, second);
struct bpf_spin_lock third_lock SEC(".data.third") __hidden;
struct bpf_list_head third_list SEC(".data.third") __hidden __aligned(8)
	__contains(third_node, node);

/* One call of each kfunc, verified for each caller */
static __noinline int drop(void *obj)
{
	bpf_obj_drop(obj);
	return 0;
}

static __noinline void *acquire(void *obj)
{
	return bpf_refcount_acquire((struct plain *)obj);
}

static __noinline int push(struct bpf_spin_lock *lock, struct bpf_list_head *head,
			   struct bpf_list_node *node)
{
	bpf_spin_lock(lock);
	bpf_list_push_back(head, node);
	bpf_spin_unlock(lock);
	return 0;
}

SEC("tc")
__success __retval(0)
int drop_one_type(void *ctx)
{
	struct owner *a = bpf_obj_new(struct owner);
	struct owner *b = bpf_obj_new(struct owner);

	if (a)
		drop(a);
	if (b)
		drop(b);
	return 0;
}

/* Each is freed as what it is: no kptr is seen in b. */
SEC("tc")
__success __retval(0)
int drop_two_types(void *ctx)
{
	struct owner *a = bpf_obj_new(struct owner);
	struct plain *b = bpf_obj_new(struct plain);

	if (a)
		drop(a);
	if (b) {
		b->not_a_task = 0x1122334455667788;
		drop(b);
	}
	return 0;
}

/* The order in which the paths are verified makes no difference. */
SEC("tc")
__success __retval(0)
int drop_two_types_reversed(void *ctx)
{
	struct plain *b = bpf_obj_new(struct plain);
	struct owner *a = bpf_obj_new(struct owner);

	if (b) {
		b->not_a_task = 0x1122334455667788;
		drop(b);
	}
	if (a)
		drop(a);
	return 0;
}

/* Neither has fields, so it is their size. */
SEC("tc")
__failure MSG_TYPES
int new_two_sizes(void *ctx)
{
	struct percpu *a = new_of(bpf_core_type_id_local(struct percpu));
	struct { long b[2]; } *b = new_of(bpf_core_type_id_local(typeof(*b)));

	if (a)
		bpf_obj_drop(a);
	if (b)
		bpf_obj_drop(b);
	return 0;
}

SEC("tc")
__success __retval(0)
int acquire_two_types(void *ctx)
{
	struct owner *a = bpf_obj_new(struct owner), *c;
	struct plain *b = bpf_obj_new(struct plain), *d;
	int failed = 0;

	if (a) {
		c = acquire(a);
		bpf_obj_drop(a);
		if (c)
			bpf_obj_drop(c);
		else
			failed++;
	}
	if (b) {
		d = acquire(b);
		bpf_obj_drop(b);
		if (d)
			bpf_obj_drop(d);
		else
			failed++;
	}
	return failed;
}

SEC("tc")
__success __retval(0)
int push_one_node(void *ctx)
{
	struct two_nodes *a = bpf_obj_new(struct two_nodes);
	struct two_nodes *b = bpf_obj_new(struct two_nodes);

	if (a)
		push(&first_lock, &first_list, &a->first);
	if (b)
		push(&first_lock, &first_list, &b->first);
	return 0;
}

/* Two types, with the node at the same offset */
SEC("tc")
__success __retval(0)
int push_two_types(void *ctx)
{
	struct two_nodes *a = bpf_obj_new(struct two_nodes);
	struct third_node *b = bpf_obj_new(struct third_node);

	if (a)
		push(&first_lock, &first_list, &a->first);
	if (b)
		push(&third_lock, &third_list, &b->node);
	return 0;
}

SEC("tc")
__failure MSG_TYPES
int push_two_nodes(void *ctx)
{
	struct two_nodes *a = bpf_obj_new(struct two_nodes);
	struct two_nodes *b = bpf_obj_new(struct two_nodes);

	if (a)
		push(&first_lock, &first_list, &a->first);
	if (b)
		push(&second_lock, &second_list, &b->second);
	return 0;
}

SEC("tp_btf/task_newtask")
__failure __msg("invalid kptr access, R2 type=trusted_ptr_ expected=ptr_task_struct")
int BPF_PROG(task_in_percpu_kptr, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *p;
	struct value *v;
	int key = 0;

	v = bpf_map_lookup_elem(&values, &key);
	p = bpf_task_acquire(task);
	if (!p)
		return 0;
	if (v)
		p = bpf_kptr_xchg((struct task_struct **)&v->task, p);
	if (p)
		bpf_task_release(p);
	return 0;
}
