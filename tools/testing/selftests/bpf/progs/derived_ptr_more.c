// SPDX-License-Identifier: GPL-2.0
/*
 * Pointers that 'scalar += pointer' makes into a dynptr's data, a ring buffer record, a local
 * object, a task, a stack frame and untrusted memory; and what 'scalar -= pointer' leaves.
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

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

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

/* A byte of global at the offset 0 OP pointer, which is not known */
#define read_at_no_scalar(op)						\
({									\
	u8 *value = global, ret;					\
									\
	asm volatile ("r1 = 0;"						\
		      "r1 " op " %[p];"					\
		      "%[value] += r1;"					\
		      "%[ret] = *(u8 *)(%[value] + 0);"			\
		      : [value]"+r"(value), [ret]"=r"(ret)		\
		      : [p]"r"(bpf_rdonly_cast(&global, 0))		\
		      : "r1");						\
	ret;								\
})

/*
 * Neither 'scalar -= pointer' nor 'scalar += pointer' leaves a scalar of known value behind,
 * with which a program could leave the bounds of an object.
 */
SEC("socket")
__failure __msg("pointer += pointer prohibited")
int scalar_minus_ptr_is_no_scalar(void *ctx)
{
	return read_at_no_scalar("-=");
}

SEC("socket")
__failure __msg("pointer += pointer prohibited")
int scalar_plus_ptr_is_no_scalar(void *ctx)
{
	return read_at_no_scalar("+=");
}

SEC("socket")
__success
__retval(0x22)
int scalar_plus_ptr_is_ptr(void *ctx)
{
	u64 ret;

	asm volatile ("r1 = 1;"
		      "r1 += %[p];"
		      "%[ret] = *(u8 *)(r1 + 0);"
		      : [ret]"=r"(ret)
		      : [p]"r"(bpf_rdonly_cast(&global, 0))
		      : "r1");
	return ret;
}

/* r1, which is a pointer, goes to the callee's own fp-8. */
#define SPILL_BY_SCALAR_PLUS_PTR	\
	"r2 = -8;"			\
	"r2 += r10;"			\
	"*(u64 *)(r2 + 0) = r1;"

/* The callee gets a map value, while 42 is in the caller's fp-8, which is then read. */
#define CALL_WITH_VALUE(callee)		\
	"r1 = 0;"			\
	"*(u32 *)(r10 - 16) = r1;"	\
	"r2 = r10;"			\
	"r2 += -16;"			\
	"r1 = %[array] ll;"		\
	"call %[bpf_map_lookup_elem];"	\
	"if r0 == 0 goto 1f;"		\
	"r1 = 42;"			\
	"*(u64 *)(r10 - 8) = r1;"	\
	"r1 = r0;"			\
	"call " callee ";"		\
	"r1 = *(u64 *)(r10 - 8);"

static __naked __noinline __used
void spill_to_own_frame(void)
{
	asm volatile (SPILL_BY_SCALAR_PLUS_PTR
		      "r0 = 0;"
		      "exit;"
		      ::: __clobber_all);
}

/* The callee's spill does not turn the caller's slot into a pointer. */
SEC("socket")
__failure __msg("R1 invalid mem access 'scalar'")
__naked int caller_slot_not_spilled(void)
{
	asm volatile (CALL_WITH_VALUE("spill_to_own_frame")
		      "r0 = *(u64 *)(r1 + 0);"
		      "1: r0 = 0;"
		      "exit;"
		      :
		      : __imm(bpf_map_lookup_elem), __imm_addr(array)
		      : __clobber_all);
}

static __naked __noinline __used
void spill_and_fill(void)
{
	asm volatile (SPILL_BY_SCALAR_PLUS_PTR
		      "r1 = *(u64 *)(r10 - 8);"
		      "r0 = *(u64 *)(r1 + 0);"
		      "r0 = 7;"
		      "exit;"
		      ::: __clobber_all);
}

/* It does so with the callee's own slot, and the caller keeps its scalar. */
SEC("socket")
__success __retval(49)
__naked int callee_slot_spilled(void)
{
	asm volatile (CALL_WITH_VALUE("spill_and_fill")
		      "r0 += r1;"
		      "1: exit;"
		      :
		      : __imm(bpf_map_lookup_elem), __imm_addr(array)
		      : __clobber_all);
}
