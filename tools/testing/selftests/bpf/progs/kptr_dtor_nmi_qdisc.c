// SPDX-License-Identifier: GPL-2.0
/* A qdisc that keeps its packets in a map, which an NMI clears. */
#include "kptr_dtor_nmi.h"
#include "bpf_qdisc_common.h"

char _license[] SEC("license") = "GPL";

#define N 32

__u32 n = N;
__u64 torn;

struct value {
	struct sk_buff __kptr * skb;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} kept SEC(".maps");

SEC("struct_ops")
int BPF_PROG(keep_enqueue, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	u32 k = installed % N;
	struct value *v;

	v = bpf_map_lookup_elem(&kept, &k);
	if (!v) {
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	installed++;
	skb = bpf_kptr_xchg(&v->skb, skb);
	if (skb) {
		removed++;
		bpf_qdisc_skb_drop(skb, to_free);
	}
	return NET_XMIT_SUCCESS;
}

SEC("struct_ops")
struct sk_buff *BPF_PROG(keep_dequeue, struct Qdisc *sch)
{
	return NULL;
}

SEC("struct_ops")
int BPF_PROG(keep_init, struct Qdisc *sch, struct nlattr *opt,
	     struct netlink_ext_ack *extack)
{
	return 0;
}

SEC("struct_ops")
void BPF_PROG(keep_reset, struct Qdisc *sch)
{
}

SEC("struct_ops")
void BPF_PROG(keep_destroy, struct Qdisc *sch)
{
}

SEC(".struct_ops")
struct Qdisc_ops keep = {
	.enqueue = (void *)keep_enqueue,
	.dequeue = (void *)keep_dequeue,
	.init = (void *)keep_init,
	.reset = (void *)keep_reset,
	.destroy = (void *)keep_destroy,
	.id = "bpf_keep",
};

NMI_PROG(clear)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_update_elem(&kept, &i, &none, BPF_ANY);
}
