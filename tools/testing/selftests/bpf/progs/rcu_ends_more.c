// SPDX-License-Identifier: GPL-2.0
/* What an RCU section protects is not trusted after its end: more of what may be done to it. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "words.h"
#include "bpf_experimental.h"

struct item {
	int n;
	struct bpf_refcount ref;
};

struct node {
	int n;
	struct bpf_refcount ref;
	struct bpf_rb_node rb;
};

struct value {
	struct item __kptr * item;
	struct node __kptr * node;
	struct task_struct __kptr * task;
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, struct value);
	__uint(max_entries, 1);
} values SEC(".maps");

struct bpf_spin_lock lock __hidden SEC(".bss.A");
struct bpf_rb_root root __hidden SEC(".bss.A") __contains(node, rb);

int sink;
/* Loaded in a section that is over */
#define LOADED(kptr)				\
({						\
	typeof(kptr) __p;			\
						\
	bpf_rcu_read_lock();			\
	__p = kptr;				\
	bpf_rcu_read_unlock();			\
	__p;					\
})

/* So that BTF has them whole. */
struct node *whole_node;
struct task_struct *whole_task;

static struct value *value(void)
{
	int key = 0;

	return bpf_map_lookup_elem(&values, &key);
}

SEC("?fentry.s/" SYS_PREFIX "sys_getpgid")
__failure __msg(ARG0 " is neither owning or non-owning ref")
int acquire_node_after_unlock(void *ctx)
{
	struct value *v = value();
	struct node *p;

	p = v ? LOADED(v->node) : NULL;
	if (!p)
		return 0;
	p = bpf_refcount_acquire(p);
	if (p)
		bpf_obj_drop(p);
	return 0;
}

SEC("?fentry.s/" SYS_PREFIX "sys_getpgid")
__failure __msg("dereference of modified untrusted_ptr_ ptr R2 off=8 disallowed")
int remove_after_unlock(void *ctx)
{
	struct bpf_rb_node *rb = NULL;
	struct value *v = value();
	struct node *p;

	p = v ? LOADED(v->node) : NULL;
	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	rb = bpf_rbtree_remove(&root, &p->rb);
	bpf_spin_unlock(&lock);
	if (rb)
		bpf_obj_drop(container_of(rb, struct node, rb));
	return 0;
}

SEC("?fentry.s/" SYS_PREFIX "sys_getpgid")
__failure __msg("only read is supported")
int write_after_unlock(void *ctx)
{
	struct value *v = value();
	struct node *p;

	p = v ? LOADED(v->node) : NULL;
	if (!p)
		return 0;
	p->n = 1;
	return 0;
}

/* A task that was loaded with its value locked, in an RCU section around that or in none */
static __always_inline int locked_task(bool rcu)
{
	struct value *v = value();
	struct task_struct *p;

	if (!v)
		return 0;
	if (rcu)
		bpf_rcu_read_lock();
	bpf_spin_lock(&v->lock);
	p = v->task;
	bpf_spin_unlock(&v->lock);
	p = p ? bpf_task_acquire(p) : NULL;
	if (rcu)
		bpf_rcu_read_unlock();
	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("?fentry.s/" SYS_PREFIX "sys_getpgid")
__failure __msg("must be a rcu pointer")
int task_after_spin_unlock(void *ctx)
{
	return locked_task(false);
}

SEC("?fentry.s/" SYS_PREFIX "sys_getpgid")
__success
int task_after_inner_unlock(void *ctx)
{
	return locked_task(true);
}

SEC("?tc")
__success
int acquire_own(void *ctx)
{
	struct item *p = bpf_obj_new(typeof(*p));

	if (!p)
		return 0;
	bpf_obj_drop(bpf_refcount_acquire(p));
	bpf_obj_drop(p);
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, int);
} inodes SEC(".maps");

/* The inode of a file that only RCU protects, used in the section or after it */
static __always_inline int rcu_file(bool after)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;
	struct inode *inode = NULL;
	struct file *file = NULL;
	struct mm_struct *mm;

	bpf_iter_task_vma_new(&it, bpf_get_current_task_btf(), 0);
	vma = bpf_iter_task_vma_next(&it);
	mm = vma ? vma->vm_mm : NULL;
	bpf_rcu_read_lock();
	if (mm)
		file = mm->exe_file;
	if (file)
		inode = file->f_inode;
	if (inode && !after)
		bpf_inode_storage_get(&inodes, inode, 0, 0);
	bpf_rcu_read_unlock();
	if (inode && after)
		bpf_inode_storage_get(&inodes, inode, 0, 0);
	bpf_iter_task_vma_destroy(&it);
	return 0;
}

SEC("?lsm.s/file_open")
__failure __msg("R2 type=untrusted_ptr_ expected=")
int inode_after_unlock(void *ctx)
{
	return rcu_file(true);
}

SEC("?lsm.s/file_open")
__success
int inode_before_unlock(void *ctx)
{
	return rcu_file(false);
}

char _license[] SEC("license") = "GPL";
