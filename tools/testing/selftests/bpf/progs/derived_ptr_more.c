// SPDX-License-Identifier: GPL-2.0
/*
 * Pointers that 'scalar += pointer' makes into a dynptr's data, a ring buffer record, a local
 * object and a task; and what 'scalar -= pointer' leaves.
 */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

struct obj {
	__u64 first;
	__u64 second;
};

/* to = off + from, with the scalar on the left */
#define off_plus_ptr(off, from)				\
({							\
	typeof(from) to;				\
							\
	asm volatile ("%[to] = " #off ";"		\
		      "%[to] += %[ptr];"		\
		      : [to]"=&r"(to)			\
		      : [ptr]"r"(from));		\
	to;						\
})
#define scalar_plus_ptr(from) off_plus_ptr(0, from)

SEC("?tp")
__failure __msg("invalid mem access 'scalar'")
int data_after_discard(void *ctx)
{
	struct bpf_dynptr ptr;
	char *data;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	data = bpf_dynptr_data(&ptr, 0, 8);
	if (!data) {
		bpf_ringbuf_discard_dynptr(&ptr, 0);
		return 0;
	}
	data = scalar_plus_ptr(data);
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return *data;
}

SEC("?tp")
__success
int data_before_discard(void *ctx)
{
	struct bpf_dynptr ptr;
	char *data, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	data = bpf_dynptr_data(&ptr, 0, 8);
	if (!data) {
		bpf_ringbuf_discard_dynptr(&ptr, 0);
		return 0;
	}
	data = scalar_plus_ptr(data);
	c = *data;
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return c;
}

/* A record has to be given back as a whole, by a derived pointer as well. */
SEC("?tp")
__failure __msg("R1 must have zero offset when passed to release func")
int record_discarded_by_its_middle(void *ctx)
{
	char *rec;

	rec = bpf_ringbuf_reserve(&ringbuf, 8, 0);
	if (!rec)
		return 0;
	bpf_ringbuf_discard(off_plus_ptr(4, rec), 0);
	return 0;
}

SEC("?tp")
__failure __msg("invalid mem access 'scalar'")
int obj_after_drop(void *ctx)
{
	struct obj *obj, *derived;

	obj = bpf_obj_new(typeof(*obj));
	if (!obj)
		return 0;
	derived = off_plus_ptr(8, obj);
	bpf_obj_drop(obj);
	return derived->first;
}

/* Without a reference to the object this is a bug of the verifier's. */
SEC("?tp")
__success
int obj_written(void *ctx)
{
	struct obj *obj, *derived;

	obj = bpf_obj_new(typeof(*obj));
	if (!obj)
		return 0;
	derived = off_plus_ptr(8, obj);
	derived->first = 1;
	bpf_obj_drop(obj);
	return 0;
}

SEC("?tp_btf/task_newtask")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(task_after_release, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *acquired, *derived;

	acquired = bpf_task_acquire(task);
	if (!acquired)
		return 0;
	derived = scalar_plus_ptr(acquired);
	bpf_task_release(acquired);
	return derived->pid;
}

SEC("?tp_btf/task_newtask")
__success
int BPF_PROG(task_released_by_derived, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *acquired;

	acquired = bpf_task_acquire(task);
	if (!acquired)
		return 0;
	bpf_task_release(scalar_plus_ptr(acquired));
	return 0;
}

u8 global[] = {
	0x11, 0x22, 0x33, 0x44,
	0x55, 0x66, 0x77, 0x88,
	0x99
};

/* 'scalar -= pointer' does not leave a scalar of known value behind. */
SEC("socket")
__failure __msg("pointer += pointer prohibited")
int scalar_minus_ptr_is_no_scalar(void *ctx)
{
	u8 *value = global, ret;

	asm volatile ("r1 = 0;"
		      "r1 -= %[p];"
		      "%[value] += r1;"
		      "%[ret] = *(u8 *)(%[value] + 0);"
		      : [value]"+r"(value), [ret]"=r"(ret)
		      : [p]"r"(bpf_rdonly_cast(&global, 0))
		      : "r1");
	return ret;
}
