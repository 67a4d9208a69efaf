// SPDX-License-Identifier: GPL-2.0
/* What writes to a packet may move it: more ways to write, and what moves nothing. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_kfuncs.h"

char local[16];

#define PKT(skb) ((__u8 *)(long)(skb)->data)
#define HAS_BYTE(skb, pkt) ((void *)((pkt) + 1) <= (void *)(long)(skb)->data_end)

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int copy_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d, from, clone;
	char *s;

	bpf_dynptr_from_mem(local, sizeof(local), 0, &from);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &clone);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (!s)
		return 0;
	bpf_dynptr_copy(&clone, 0, &from, 0, sizeof(local));
	return *s;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int probe_read_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	char *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (!s)
		return 0;
	bpf_probe_read_kernel_dynptr(&d, 0, sizeof(local), local);
	return *s;
}

SEC("xdp")
__success
int memset_xdp(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	char *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (!s)
		return 0;
	bpf_dynptr_memset(&d, 0, 1, 0);
	return *s ? XDP_PASS : XDP_DROP;
}

__noinline int write_to_skb(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	return bpf_dynptr_memset(&d, 0, 1, 0);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int global_makes_and_writes(struct __sk_buff *skb)
{
	__u8 *pkt = PKT(skb);

	if (!HAS_BYTE(skb, pkt))
		return 0;
	write_to_skb(skb);
	return *pkt;
}

__noinline int pull(struct __sk_buff *skb, __u8 *mem __arg_nonnull)
{
	bpf_skb_pull_data(skb, 0);
	return *mem;
}

__noinline int look(__u8 *mem __arg_nonnull)
{
	return *mem;
}

SEC("tc")
__success
int stack_to_global(struct __sk_buff *skb)
{
	__u8 *pkt = PKT(skb), mem = 0;
	int ret = HAS_BYTE(skb, pkt) ? look(pkt) : 0;

	return ret + pull(skb, &mem);
}

__noinline int slice_and_write(const struct bpf_dynptr *from, const struct bpf_dynptr *to)
{
	char buf[8], *s = bpf_dynptr_slice(from, 0, buf, sizeof(buf));

	if (!s)
		return 0;
	bpf_dynptr_write(to, 0, local, 1, 0);
	return *s;
}

/* Neither can be an skb's. */
SEC("syscall")
__success
int two_dynptrs_to_global(void *ctx)
{
	struct bpf_dynptr from, to;

	bpf_dynptr_from_mem(local, sizeof(local), 0, &from);
	bpf_dynptr_from_mem(local, sizeof(local), 0, &to);
	return slice_and_write(&from, &to);
}

char _license[] SEC("license") = "GPL";
