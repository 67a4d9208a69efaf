// SPDX-License-Identifier: GPL-2.0
/* The caller of a subprogram that makes a tail call would lose the referenced kptr
 * that the other program returns.
 */
#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} progs SEC(".maps");

static __noinline int tail_call(void *ctx)
{
	bpf_tail_call(ctx, &progs, 0);
	return 0;
}

SEC("struct_ops/dequeue")
__failure __msg("tail_call in subprogram loses returned pointer")
struct sk_buff *BPF_PROG(tail_call_loses_skb, struct Qdisc *sch)
{
	tail_call(ctx);
	return NULL;
}

SEC(".struct_ops")
struct Qdisc_ops qdisc_tail_call = { .dequeue = (void *)tail_call_loses_skb };
