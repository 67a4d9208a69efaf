// SPDX-License-Identifier: GPL-2.0
/* What a qdisc's skb, its dynptrs and their slices may be given to. */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

/* An skb's dynptr is given to bpf_ringbuf_submit_dynptr(), and the skb not dropped. */
SEC("struct_ops")
__failure __msg(NOT_A_RECORD)
int BPF_PROG(qdisc_ringbuf_submit_of_skb_dynptr, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_ringbuf_submit_dynptr(&d, 0);
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_ringbuf_submit_of_skb_dynptr = {
	.enqueue = (void *)qdisc_ringbuf_submit_of_skb_dynptr,
};

/* It is given to bpf_ringbuf_discard_dynptr(): the skb is not the dynptr's to release. */
SEC("struct_ops")
__failure __msg(NOT_A_RECORD)
int BPF_PROG(qdisc_ringbuf_discard_of_skb_dynptr, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_ringbuf_discard_of_skb_dynptr = {
	.enqueue = (void *)qdisc_ringbuf_discard_of_skb_dynptr,
};

/* A dynptr is made and overwritten, the skb is not dropped. */
SEC("struct_ops")
__failure __msg("Unreleased reference id=")
int BPF_PROG(qdisc_dynptr_does_not_release, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	overwrite(&d);
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_dynptr_does_not_release = {
	.enqueue = (void *)qdisc_dynptr_does_not_release,
};

/* The skb is dropped twice, with a dynptr alive in between. */
SEC("struct_ops")
__failure __msg(NO_SKB)
int BPF_PROG(qdisc_skb_dropped_twice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_skb_dropped_twice = { .enqueue = (void *)qdisc_skb_dropped_twice };

/* A slice is dropped in place of its skb. */
SEC("struct_ops")
__failure __msg(NO_SKB)
int BPF_PROG(qdisc_drop_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s) {
		bpf_qdisc_skb_drop((void *)s, to_free);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_drop_slice = { .enqueue = (void *)qdisc_drop_slice };

/* The skb is dropped onto a slice of its own. */
SEC("struct_ops")
__failure __msg(NOT_A("1", "2", "bpf_sk_buff_ptr"))
int BPF_PROG(qdisc_drop_skb_onto_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 16);
	if (s) {
		bpf_qdisc_skb_drop(skb, (void *)s);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_drop_skb_onto_slice = { .enqueue = (void *)qdisc_drop_skb_onto_slice };

/* The skb is the place where its own dynptr is to be made. */
SEC("struct_ops")
__failure __msg(ARG2 " expected pointer to stack or const struct bpf_dynptr")
int BPF_PROG(qdisc_from_skb_into_skb, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	bpf_dynptr_from_skb((void *)skb, 0, (void *)skb);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_from_skb_into_skb = { .enqueue = (void *)qdisc_from_skb_into_skb };

/* A dynptr is made from a slice in place of an skb. */
SEC("struct_ops")
__failure __msg(NOT_A("0", "1", "__sk_buff"))
int BPF_PROG(qdisc_skb_from_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 16);
	if (s)
		bpf_dynptr_from_skb((void *)s, 0, &d2);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_skb_from_slice = { .enqueue = (void *)qdisc_skb_from_slice };

/* A dynptr is made from the slice of another one. */
SEC("struct_ops")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int BPF_PROG(qdisc_dynptr_from_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_dynptr_from_slice = { .enqueue = (void *)qdisc_dynptr_from_slice };

/* The slice of one dynptr is the buffer for the slice of another one. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slice_into_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, l;
	__u8 *buf, *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &l);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	buf = bpf_dynptr_data(&l, 0, 8);
	if (buf) {
		s = bpf_dynptr_slice(&d, 0, buf, 8);
		if (s)
			sink = *s;
	}
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_into_slice = { .enqueue = (void *)qdisc_slice_into_slice };

/* A slice of the skb is written to a map value through a dynptr. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_dynptr_write_from_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, l;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &l);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_write(&l, 0, s, 8, 0);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_dynptr_write_from_slice = {
	.enqueue = (void *)qdisc_dynptr_write_from_slice,
};

/* Two slices of one skb are the key and the value of a map update. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_map_update_from_two_slices, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *k, *v;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	k = bpf_dynptr_data(&d, 0, 4);
	v = bpf_dynptr_data(&d, 8, 8);
	if (k && v)
		bpf_map_update_elem(&values, k, v, 0);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_map_update_from_two_slices = {
	.enqueue = (void *)qdisc_map_update_from_two_slices,
};
