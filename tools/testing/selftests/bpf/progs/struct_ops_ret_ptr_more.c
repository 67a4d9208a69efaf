// SPDX-License-Identifier: GPL-2.0
/* A kptr in R0 where a struct_ops program does not return: it is lost there. */

#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include "../test_kmods/bpf_testmod.h"
#include "bpf_experimental.h"
#include "bpf_misc.h"

char _license[] SEC("license") = "GPL";

/* A task in R0 at an exit that returns nothing to the kernel is lost. */
static __always_inline void exit_with_task(void)
{
	struct task_struct *task = bpf_task_from_pid(1);

	if (task)
		asm volatile ("r0 = %[task];"
		"exit;"
		:: [task]"r"(task) : "r0");
}

__noinline void task_in_r0(void)
{
	exit_with_task();
}

SEC("struct_ops/test_return_ref_kptr")
__failure __msg("Validating task_in_r0() func#1...")
__msg("Unreleased reference id=")
struct task_struct *BPF_PROG(ret_global_task, int dummy, struct task_struct *task,
			     struct cgroup *cgrp)
{
	task_in_r0();
	return task;
}

SEC(".struct_ops")
struct bpf_testmod_ops ops_ret_global_task = { .test_return_ref_kptr = (void *)ret_global_task };

struct wq {
	struct bpf_wq wq;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wq);
} wq_values SEC(".maps");

static int wq_task(void *map, int *key, void *value)
{
	exit_with_task();
	return 0;
}

SEC("struct_ops/test_return_ref_kptr")
__failure __msg("Unreleased reference id=")
struct task_struct *BPF_PROG(ret_wq_task, int dummy, struct task_struct *task,
			     struct cgroup *cgrp)
{
	__u32 key = 0;
	struct wq *v;

	v = bpf_map_lookup_elem(&wq_values, &key);
	if (v && !bpf_wq_init(&v->wq, &wq_values, 0))
		bpf_wq_set_callback(&v->wq, wq_task, 0);
	return task;
}

SEC(".struct_ops")
struct bpf_testmod_ops ops_ret_wq_task = { .test_return_ref_kptr = (void *)ret_wq_task };

struct skb {
	struct sk_buff __kptr * skb;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct skb);
} skbs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} progs SEC(".maps");

SEC("struct_ops/dequeue")
__failure __msg("Unreleased reference id=") __msg("tail_call would lead to reference leak")
struct sk_buff *BPF_PROG(ret_tail_call_skb, struct Qdisc *sch)
{
	struct sk_buff *skb;
	__u32 key = 0;
	struct skb *v;

	v = bpf_map_lookup_elem(&skbs, &key);
	if (!v)
		return NULL;
	skb = bpf_kptr_xchg(&v->skb, NULL);
	asm volatile ("r1 = %[ctx];"
	"r2 = %[progs] ll;"
	"r3 = 0;"
	"r0 = %[skb];"
	"call %[bpf_tail_call];"
	:: [ctx]"r"(ctx), [skb]"r"(skb), __imm_addr(progs), __imm(bpf_tail_call)
	: __clobber_common);
	return skb;
}

/* The iterator lends its tasks: none of them can be given away. */
SEC("struct_ops.s/test_return_ref_kptr")
__failure __msg("Unreleased reference id=")
struct task_struct *BPF_PROG(ret_lent_task, int dummy, struct task_struct *task,
			     struct cgroup *cgrp)
{
	struct bpf_iter_css_task it;
	struct task_struct *lent;

	bpf_task_release(task);
	bpf_iter_css_task_new(&it, &cgrp->self, 0);
	lent = bpf_iter_css_task_next(&it);
	if (!lent)
		bpf_iter_css_task_destroy(&it);
	return lent;
}

SEC(".struct_ops")
struct bpf_testmod_ops ops_ret_lent_task = { .test_return_ref_kptr = (void *)ret_lent_task };

__noinline int global_tail_call(__u64 *ctx __arg_ctx)
{
	bpf_tail_call(ctx, &progs, 0);
	return 0;
}

/* A global function is verified by itself. */
SEC("struct_ops/dequeue")
__failure __msg("tail_call in subprogram loses returned pointer")
struct sk_buff *BPF_PROG(ret_global_tail_call, struct Qdisc *sch)
{
	global_tail_call(ctx);
	return NULL;
}

SEC("struct_ops/dequeue")
__success
struct sk_buff *BPF_PROG(ret_skb, struct Qdisc *sch)
{
	__u32 key = 0;
	struct skb *v;

	v = bpf_map_lookup_elem(&skbs, &key);
	return v ? bpf_kptr_xchg(&v->skb, NULL) : NULL;
}

SEC(".struct_ops")
struct Qdisc_ops qdisc_ret_tail_call_skb = { .dequeue = (void *)ret_tail_call_skb };

SEC(".struct_ops")
struct Qdisc_ops qdisc_ret_global_tail_call = { .dequeue = (void *)ret_global_tail_call };

SEC(".struct_ops")
struct Qdisc_ops qdisc_ret_skb = { .dequeue = (void *)ret_skb };
