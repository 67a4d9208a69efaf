// SPDX-License-Identifier: GPL-2.0
/* An instruction that calls bpf_kptr_xchg() exchanges either kptrs with a
 * destructor in map values, or none of those: in either order of the paths, and
 * where a path is taken by a CPU that mispredicts only.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

struct local {
	u64 data;
	struct task_struct __kptr * task;
};

struct task_value {
	struct task_struct __kptr * task;
};

struct local_value {
	struct local __kptr * local;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct task_value);
	__uint(max_entries, 1);
} tasks SEC(".maps"), more_tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct local_value);
	__uint(max_entries, 1);
} locals SEC(".maps");

/* Has what the assembly calls put into BTF */
void __kfunc_btf_root(void)
{
	bpf_task_release(NULL);
	bpf_obj_drop(bpf_obj_new(struct local));
}

/* reg = the map's value, which begins with the kptr */
#define VALUE_OF(map, reg)				\
	"*(u32 *)(r10 - 4) = 0;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[" #map "] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto out_%=;"			\
	#reg " = r0;"

/* r8 = something, of which the verifier knows nothing */
#define UNKNOWN						\
	"call %[bpf_get_prandom_u32];"			\
	"r8 = r0;"

/* Take from the slot in r1: a local object, or a task if r7 is 0 */
#define TAKE_AND_RELEASE				\
	"r2 = 0;"					\
	"call %[bpf_kptr_xchg];"			\
	"if r0 == 0 goto out_%=;"			\
	"r1 = r0;"					\
	"if r7 == 0 goto task_%=;"			\
	"call %[bpf_obj_drop];"				\
	"goto out_%=;"					\
"task_%=:"						\
	"call %[bpf_task_release];"			\
"out_%=:"						\
	"r0 = 0;"					\
	"exit;"

#define MIXED "same insn cannot exchange kptrs with and without a destructor"

SEC("tc")
__failure __msg(MIXED)
__naked void site_mixed_task_first(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"r1 = r9;"
	"r7 = 1;"
	"if r8 != 0 goto 1f;"
	"r1 = r6;"
	"r7 = 0;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}

SEC("tc")
__failure __msg(MIXED)
__naked void site_mixed_local_first(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"r1 = r6;"
	"r7 = 0;"
	"if r8 != 0 goto 1f;"
	"r1 = r9;"
	"r7 = 1;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}

SEC("tc")
__success __retval(0)
__naked void site_two_maps(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(more_tasks, r9) UNKNOWN
	"r1 = r6;"
	"r7 = 0;"
	"if r8 != 0 goto 1f;"
	"r1 = r9;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(more_tasks)
	: __clobber_all);
}

SEC("tc")
__success __retval(0)
__naked void site_two_insns(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"if r8 != 0 goto 1f;"
	"r1 = r6;"
	"r2 = 0;"
	"call %[bpf_kptr_xchg];"
	"if r0 == 0 goto out_%=;"
	"r1 = r0;"
	"call %[bpf_task_release];"
	"goto out_%=;"
"1: r1 = r9;"
	"r7 = 1;"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}

/* The other kind comes only where a CPU mispredicts. That is verified for those
 * who are not perfmon_capable(), before or after what really happens, and is
 * nothing to be told from it: no barrier either.
 */
SEC("tc")
__success __success_unpriv
__caps_unpriv(CAP_BPF | CAP_NET_ADMIN)
__log_level(2)
__msg_unpriv("(speculative execution)")
__msg_unpriv("call bpf_kptr_xchg#")
__msg_unpriv("if r0 == 0x0 goto")
__naked void site_speculative_local_last(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"r1 = r6;"
	"r7 = 0;"
	"r8 &= 1;"
	"if r8 < 2 goto 1f;"	/* always */
	"r1 = r9;"
	"r7 = 1;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}

SEC("tc")
__success __success_unpriv
__caps_unpriv(CAP_BPF | CAP_NET_ADMIN)
__log_level(2)
__msg_unpriv("(speculative execution)")
__msg_unpriv("call bpf_kptr_xchg#")
__msg_unpriv("if r0 == 0x0 goto")
__naked void site_speculative_local_first(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"r1 = r6;"
	"r7 = 0;"
	"if r8 != 0 goto 1f;"
	/* always: the line above is what the verifier knows it from */
	"if r8 == 0 goto out_%=;"
	"r1 = r9;"
	"r7 = 1;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}

/* Inlined as the local object's exchange that it is */
SEC("tc")
__success __success_unpriv
__caps_unpriv(CAP_BPF | CAP_NET_ADMIN)
__log_level(2)
__msg_unpriv("(speculative execution)")
__msg_unpriv("call bpf_kptr_xchg#")
__msg_unpriv("if r0 == 0x0 goto")
__arch_x86_64
__xlated_unpriv("r0 = r2")
__xlated_unpriv("r0 = atomic64_xchg((u64 *)(r1 +0), r0)")
__naked void site_speculative_task_first(void)
{
	asm volatile (VALUE_OF(tasks, r6) VALUE_OF(locals, r9) UNKNOWN
	"r1 = r9;"
	"r7 = 1;"
	"if r8 != 0 goto 1f;"
	/* always: the line above is what the verifier knows it from */
	"if r8 == 0 goto out_%=;"
	"r1 = r6;"
	"r7 = 0;"
"1:"
	TAKE_AND_RELEASE
	: : __imm(bpf_map_lookup_elem),
	    __imm(bpf_get_prandom_u32),
	    __imm(bpf_kptr_xchg),
	    __imm(bpf_obj_drop),
	    __imm(bpf_task_release),
	    __imm_addr(tasks),
	    __imm_addr(locals)
	: __clobber_all);
}
