// SPDX-License-Identifier: GPL-2.0
/* What an iterator or an object lends goes with it: more of what it lends, and what it does not. */
#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "words.h"
#include "bpf_experimental.h"
#include "bpf_kfuncs.h"

u64 sink;
char local[16];

SEC("lsm.s/file_open")
__failure __msg("invalid mem access 'scalar'")
int vma_after_next(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	bpf_iter_task_vma_new(&it, task, 0);
	vma = bpf_iter_task_vma_next(&it);
	if (vma) {
		bpf_iter_task_vma_next(&it);
		sink = vma->vm_start;
	}
	bpf_iter_task_vma_destroy(&it);
	return 0;
}

/* What is done to the dynptr of a vma's file, at the end of the iteration or before */
static __always_inline int vma_file(bool next_first, bool destroy_first)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;
	struct bpf_dynptr d;
	struct file *file;

	bpf_iter_task_vma_new(&it, task, 0);
	vma = bpf_iter_task_vma_next(&it);
	file = vma ? vma->vm_file : NULL;
	if (!file) {
		bpf_iter_task_vma_destroy(&it);
		return 0;
	}
	bpf_dynptr_from_file(file, 0, &d);
	if (next_first)
		bpf_iter_task_vma_next(&it);
	if (destroy_first)
		bpf_iter_task_vma_destroy(&it);
	bpf_dynptr_read(local, sizeof(local), &d, 0, 0);
	bpf_dynptr_file_discard(&d);
	if (!destroy_first)
		bpf_iter_task_vma_destroy(&it);
	return 0;
}

SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int file_dynptr_next(void *ctx)
{
	return vma_file(true, false);
}

SEC("lsm.s/file_open")
__failure __msg(NOT_OWNED)
int release_lent_task(void *ctx)
{
	struct cgroup *cgrp = bpf_cgroup_from_id(1);
	struct bpf_iter_css_task it;
	struct task_struct *task;

	if (!cgrp)
		return 0;
	bpf_iter_css_task_new(&it, &cgrp->self, CSS_TASK_ITER_PROCS);
	task = bpf_iter_css_task_next(&it);
	if (task)
		bpf_task_release(task);
	bpf_iter_css_task_destroy(&it);
	bpf_cgroup_release(cgrp);
	return 0;
}

SEC("lsm.s/file_open")
__success
int num_after_next(void *ctx)
{
	struct bpf_iter_num it;
	int *n;

	bpf_iter_num_new(&it, 0, 2);
	n = bpf_iter_num_next(&it);
	bpf_iter_num_next(&it);
	if (n)
		sink = *n;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("lsm.s/file_open")
__failure __msg("invalid mem access 'scalar'")
int inode_after_put(void *ctx)
{
	struct file *file = bpf_get_task_exe_file(bpf_get_current_task_btf());
	struct inode *inode;

	if (!file)
		return 0;
	inode = file->f_inode;
	bpf_put_file(file);
	sink = inode->i_ino;
	return 0;
}

/* What is stored goes with the slices that the store invalidates: no pointer is read back. */
SEC("socket")
__success __caps_unpriv(CAP_BPF)
__failure_unpriv __msg_unpriv("!read_ok")
int slice_to_its_own_buffer(struct __sk_buff *skb)
{
	u64 buf = 0, read;
	struct bpf_dynptr d;
	void *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, &buf, sizeof(buf));
	if (!s)
		return 0;
	asm volatile ("*(u64 *)(%[buf] + 0) = %[s];"
	"%[read] = *(u64 *)(%[buf] + 0);"
	: [read]"=r"(read)
	: [buf]"r"(&buf), [s]"r"(s)
	: "memory");
	sink = read;
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, u32);
	__uint(max_entries, 1);
} hash SEC(".maps");

static int keep_key(struct bpf_map *map, u32 *key, u32 *value, u32 **kept)
{
	*kept = key;
	return 0;
}

/* An array's key is a variable of bpf_for_each_map_elem(), a hash's is in the element. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int array_key_after_callback(void *ctx)
{
	u32 *kept = NULL;

	bpf_for_each_map_elem(&array, keep_key, &kept, 0);
	return kept ? *kept : 0;
}

SEC("tc")
__success
int hash_key_after_callback(void *ctx)
{
	u32 *kept = NULL;

	bpf_for_each_map_elem(&hash, keep_key, &kept, 0);
	return kept ? *kept : 0;
}

char _license[] SEC("license") = "GPL";
