// SPDX-License-Identifier: GPL-2.0
/* Stores to those members of kernel objects that a program may write to, and in front of
 * a buffer
 */

#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops/in_ack_event")
void BPF_PROG(write_socket, struct sock *sk, u32 flags)
{
	((struct tcp_sock *)sk)->snd_cwnd = 1;
}

/* Any number can be made a pointer this way. */
SEC("struct_ops/in_ack_event")
void BPF_PROG(write_cast, struct sock *sk, u32 flags)
{
	struct tcp_sock *tp = bpf_rdonly_cast((void *)(unsigned long)flags,
					      bpf_core_type_id_kernel(struct tcp_sock));

	tp->snd_cwnd = 1;
}

SEC("?iter/bpf_map_elem")
int write_before(struct bpf_iter__bpf_map_elem *ctx)
{
	__u64 *v = ctx->value;

	if (!v)
		return 0;
	/* Not as the offset of the store */
	asm volatile ("%[v] += -8" : [v]"+r"(v));
	*v = 42;
	return 0;
}

SEC(".struct_ops")
struct tcp_congestion_ops ops_socket = { .in_ack_event = (void *)write_socket };
SEC(".struct_ops")
struct tcp_congestion_ops ops_cast = { .in_ack_event = (void *)write_cast };
