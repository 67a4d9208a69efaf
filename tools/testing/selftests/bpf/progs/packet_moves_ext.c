// SPDX-License-Identifier: GPL-2.0
/* Programs, and what extends them: an extension moves the packet only where the callers
 * of what it replaces expect it.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_kfuncs.h"

char local[16];

__noinline int tc_reads(struct __sk_buff *skb)
{
	return skb->len;
}

__noinline int tc_writes_local(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_mem(local, sizeof(local), 0, &d);
	return bpf_dynptr_memset(&d, 0, 1, 0) + skb->len;
}

__noinline int tc_pulls(struct __sk_buff *skb)
{
	return bpf_skb_pull_data(skb, 0);
}

__noinline int tc_reads_arg(const struct bpf_dynptr *d)
{
	return bpf_dynptr_size(d);
}

__noinline int tc_writes_arg(const struct bpf_dynptr *d)
{
	return bpf_dynptr_write(d, 0, local, 1, 0);
}

SEC("?tc")
int tc(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	return tc_reads(skb) + tc_writes_local(skb) + tc_pulls(skb) + tc_reads_arg(&d) +
	       tc_writes_arg(&d);
}

__noinline int xdp_reads(struct xdp_md *xdp)
{
	return xdp->rx_queue_index;
}

SEC("?xdp")
int xdp(struct xdp_md *xdp)
{
	return xdp_reads(xdp);
}

SEC("?freplace")
int reads(struct __sk_buff *skb)
{
	return skb->len + 1;
}

SEC("?freplace")
int writes_local(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_mem(local, sizeof(local), 0, &d);
	return bpf_dynptr_memset(&d, 0, 2, 0) + skb->len;
}

SEC("?freplace")
int pulls(struct __sk_buff *skb)
{
	return bpf_skb_pull_data(skb, 1);
}

SEC("?freplace")
int writes_skb(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	return bpf_dynptr_memset(&d, 0, 1, 0);
}

SEC("?freplace")
int reads_arg(const struct bpf_dynptr *d)
{
	return bpf_dynptr_size(d) + 1;
}

SEC("?freplace")
int writes_arg(const struct bpf_dynptr *d)
{
	return bpf_dynptr_write(d, 0, local, 2, 0);
}

SEC("?freplace")
int writes_xdp(struct xdp_md *xdp)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	return bpf_dynptr_memset(&d, 0, 1, 0);
}

char _license[] SEC("license") = "GPL";
