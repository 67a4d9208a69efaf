// SPDX-License-Identifier: GPL-2.0
/* What the verifier took for a pointer, an object or the program's memory; its neighbours. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "words.h"
#include "bpf_experimental.h"
#include "bpf_kfuncs.h"
#include "memory_goes_more.h"

struct flex {
	u64 n;
	u64 more[];
};

struct obj {
	u64 n;
};

struct value {
	struct task_struct __kptr_untrusted * task;
	struct flex __kptr * flex;
	struct obj __percpu_kptr * percpu;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, struct value);
	__uint(max_entries, 1);
} values SEC(".maps");

struct record {
	u64 key;
	u64 value;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u64);
	__type(value, u64);
	__uint(max_entries, 1);
} hash SEC(".maps");

struct task_struct *whole_task;	/* so that BTF has it whole */

static struct value *value(void)
{
	int key = 0;

	return bpf_map_lookup_elem(&values, &key);
}

/* r6: a value, r8: 0 on the path that is explored first, 42 on the other */
#define VALUE_AND_NULL			\
	"r1 = 0;"			\
	"*(u32 *)(r10 - 4) = r1;"	\
	"r2 = r10;"			\
	"r2 += -4;"			\
	"r1 = %[values] ll;"		\
	"call %[bpf_map_lookup_elem];"	\
	"if r0 == 0 goto 9f;"		\
	"r6 = r0;"			\
	"call %[bpf_get_prandom_u32];"	\
	"r8 = 0;"			\
	"if r0 == 0 goto 0f;"		\
	"goto 1f;"			\
	"0: r8 = 42;"			\
	"1: r1 = 0;"

/* r0: a value of the hash, or NULL */
#define LOOKUP_HASH			\
	"r1 = 0;"			\
	"*(u64 *)(r10 - 8) = r1;"	\
	"r2 = r10;"			\
	"r2 += -8;"			\
	"r1 = %[hash] ll;"		\
	"call %[bpf_map_lookup_elem];"

SEC("tc")
__failure __msg("invalid kptr access, R8 type=scalar")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void null_to_kptr(void)
{
	asm volatile (VALUE_AND_NULL
	"*(u64 *)(r6 + 0) = r8;"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm(bpf_get_prandom_u32),
	   __imm_addr(values) : __clobber_all);
}

SEC("tc")
__failure __msg("R2 type=scalar expected=ptr_")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void null_to_helper(void)
{
	asm volatile (VALUE_AND_NULL
	"r1 = r6;"
	"r1 += 8;"
	"r2 = r8;"
	"call %[bpf_kptr_xchg];"
	"if r0 == 0 goto 9f;"
	"r1 = r0;"
	"call %[bpf_obj_drop];"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm(bpf_get_prandom_u32),
	   __imm_addr(values), __imm(bpf_kptr_xchg), __imm(bpf_obj_drop)
	: __clobber_all);
}

SEC("tc")
__failure __msg("R0 invalid mem access 'map_value_or_null'")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void null_to_compare(void)
{
	asm volatile (VALUE_AND_NULL LOOKUP_HASH
	"if r0 == r8 goto 9f;"
	"r1 = *(u64 *)(r0 + 0);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm(bpf_get_prandom_u32),
	   __imm_addr(values), __imm_addr(hash) : __clobber_all);
}

/* The path that is explored first asks for 4096 bytes, the other one for 8. */
SEC("tc")
__failure __msg("invalid access to memory, mem_size=8 off=4088 size=1")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void slice_of_two_sizes(void)
{
	asm volatile ("r2 = 0;"
	"r3 = r10;"
	"r3 += -16;"
	"call %[bpf_dynptr_from_skb];"
	"call %[bpf_get_prandom_u32];"
	"r7 = 4096;"
	"if r0 == 0 goto 0f;"
	"goto 1f;"
	"0: r7 = 8;"
	"1: r1 = r10;"
	"r1 += -16;"
	"r2 = 0;"
	"r3 = 0;"
	"r4 = r7;"
	"call %[bpf_dynptr_slice];"
	"if r0 == 0 goto 9f;"
	"r1 = *(u8 *)(r0 + 4088);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_dynptr_from_skb), __imm(bpf_get_prandom_u32),
	   __imm(bpf_dynptr_slice) : __clobber_all);
}

SEC("tc")
__failure __msg("cannot pass in dynptr at an offset=0")
__naked void dynptr_at_0(void)
{
	asm volatile ("r1 = %[ringbuf] ll;"
	"r2 = 8;"
	"r3 = 0;"
	"r4 = r10;"
	"r4 += -16;"
	"call %[bpf_ringbuf_reserve_dynptr];"
	"r1 = r10;"
	"r2 = 0;"
	"call %[bpf_ringbuf_discard_dynptr];"
	"r0 = 0;"
	"exit;"
	:: __imm_addr(ringbuf), __imm(bpf_ringbuf_reserve_dynptr),
	   __imm(bpf_ringbuf_discard_dynptr) : __clobber_all);
}

SEC("tc")
__success
int in_front_of_array(void *ctx)
{
	struct flex *p = bpf_obj_new(typeof(*p));

	if (!p)
		return 0;
	p->n = 1;
	bpf_obj_drop(p);
	return 0;
}

__noinline int scribble(u64 *mem __arg_nonnull)
{
	*mem = 1;
	return 0;
}

SEC("tc")
__success
int local_object_to_global(void *ctx)
{
	struct flex *p = bpf_obj_new(typeof(*p));

	if (!p)
		return 0;
	scribble(&p->n);
	bpf_obj_drop(p);
	return 0;
}

SEC("tc")
__failure __msg("same insn cannot be used with per-CPU object and symbol")
int percpu_mixed(struct __sk_buff *skb)
{
	struct value *v = value();
	const void *p;

	if (!v)
		return 0;
	if (skb->mark) {
		p = &bpf_prog_active;
	} else {
		p = v->percpu;
		if (!p)
			return 0;
	}
	barrier_var(p);
	p = bpf_this_cpu_ptr(p);
	return !!p;
}

SEC("tc")
__success __retval(0)
int percpu_obj(void *ctx)
{
	struct value *v = value();
	struct obj __percpu_kptr * p;
	const struct obj *this;

	p = v ? v->percpu : NULL;
	if (p) {
		this = bpf_this_cpu_ptr(p);
		return this->n;
	}
	/* So that BTF has it whole. */
	p = bpf_percpu_obj_new(struct obj);
	if (p)
		bpf_percpu_obj_drop(p);
	return 0;
}

__noinline int pid_of(struct task_struct *task __arg_trusted)
{
	return task->pid;
}

SEC("?tp_btf/task_newtask")
__failure __msg(ARG0 " is expected to be trusted")
int found_task_to_global(u64 *ctx)
{
	return pid_of(bpf_get_current_task_btf()->last_wakee);
}

SEC("?tp_btf/task_newtask")
__success
int trusted_task_to_global(u64 *ctx)
{
	return pid_of((void *)ctx[0]);
}

SEC("tc")
__success
int one_record_twice(void *ctx)
{
	struct record *rec = bpf_ringbuf_reserve(&ringbuf, sizeof(*rec), 0);

	if (!rec)
		return 0;
	rec->key = 1;
	rec->value = 2;
	bpf_map_update_elem(&hash, &rec->key, &rec->value, BPF_ANY);
	bpf_ringbuf_discard(rec, 0);
	return 0;
}

char bytes[8];

static __used __naked int number_is_offset(void)
{
	asm volatile ("r0 = %[bytes] ll;"
	"r0 += r2;"
	"r1 = *(u8 *)(r0 + 0);"
	"r0 = 0;"
	"exit;"
	:: __imm_addr(bytes) : __clobber_all);
}

/* The callback's context is 0 on the path that is explored first. */
SEC("tc")
__failure __msg("R3 type=scalar expected=fp")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void null_to_callback(void)
{
	asm volatile ("call %[bpf_get_prandom_u32];"
	"r6 = r0;"
	"r6 &= 255;"
	"if r6 != 0 goto 0f;"
	"r6 = 0;"
	"0: r1 = 1;"
	"r2 = number_is_offset ll;"
	"r3 = r6;"
	"r4 = 0;"
	"call %[bpf_loop];"
	"r0 = 0;"
	"exit;"
	:: __imm(bpf_get_prandom_u32), __imm(bpf_loop) : __clobber_all);
}

/* A value that is equal to what may be NULL may be NULL. */
SEC("tc")
__failure __msg("R6 invalid mem access 'map_value_or_null'")
__naked void compare_with_untrusted(void)
{
	asm volatile (LOOKUP_HASH
	"r6 = r0;"
	"r1 = 0;"
	"r2 = 0;"
	"call %[bpf_rdonly_cast];"
	"if r6 != r0 goto 9f;"
	"r1 = *(u64 *)(r6 + 0);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm_addr(hash), __imm(bpf_rdonly_cast)
	: __clobber_all);
}

/* So may one that is equal to the context of a test run without input. */
SEC("syscall")
__failure __msg("R0 invalid mem access 'map_value_or_null'")
__naked void compare_with_context(void)
{
	asm volatile ("r6 = r1;" LOOKUP_HASH
	"if r0 != r6 goto 9f;"
	"r1 = *(u64 *)(r0 + 0);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm_addr(hash) : __clobber_all);
}

/* LSM hooks pass NULL as a trusted pointer: mmap_file for anonymous memory. */
SEC("lsm/mmap_file")
__failure __msg("R0 invalid mem access 'map_value_or_null'")
__naked void compare_with_trusted(void)
{
	asm volatile ("r6 = *(u64 *)(r1 + 0);" LOOKUP_HASH
	"if r0 != r6 goto 9f;"
	"r1 = *(u64 *)(r0 + 0);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm_addr(hash) : __clobber_all);
}

/* What equals a value is one, and so is its copy. */
SEC("syscall")
__success
__naked void compare_with_value(void)
{
	asm volatile (LOOKUP_HASH
	"if r0 == 0 goto 9f;"
	"r6 = r0;"
	LOOKUP_HASH
	"r7 = r0;"
	"if r0 != r6 goto 9f;"
	"r1 = *(u64 *)(r7 + 0);"
	"9: r0 = 0;"
	"exit;"
	:: __imm(bpf_map_lookup_elem), __imm_addr(hash) : __clobber_all);
}

/* BTF FUNC records are not generated for kfuncs that only inline assembly calls. */
void __kfunc_btf_root(void)
{
	bpf_rdonly_cast(0, 0);
	bpf_dynptr_from_skb(0, 0, 0);
	bpf_dynptr_slice(0, 0, 0, 0);
}

char _license[] SEC("license") = "GPL";
