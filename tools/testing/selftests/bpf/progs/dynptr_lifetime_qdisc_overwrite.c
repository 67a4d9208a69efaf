// SPDX-License-Identifier: GPL-2.0
/* A dynptr of a qdisc's skb is overwritten or made again: its slices go, its clones stay. */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

/* The dynptr is overwritten, then its slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_overwritten_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_overwritten_slice_read = {
	.enqueue = (void *)qdisc_overwritten_slice_read,
};

/* The slice is read, then the skb's only dynptr is overwritten and the skb dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slice_read_then_overwrite, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	overwrite(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_read_then_overwrite = {
	.enqueue = (void *)qdisc_slice_read_then_overwrite,
};

/* The dynptr is overwritten, the skb dropped, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_overwritten_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_overwritten_slice_read_after_drop = {
	.enqueue = (void *)qdisc_overwritten_slice_read_after_drop,
};

/* The dynptr is overwritten, then what bpf_dynptr_data() gave is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_overwritten_data_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&d, 0, 1);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_overwritten_data_read = {
	.enqueue = (void *)qdisc_overwritten_data_read,
};

/* The last byte of a dynptr is overwritten, then the dynptr is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_overwritten_second_half, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	((__u8 *)&d)[sizeof(d) - 1] = 0;
	barrier();
	sink = bpf_dynptr_size(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_overwritten_second_half = {
	.enqueue = (void *)qdisc_overwritten_second_half,
};

/* The original is overwritten; its clone and the clone's slice are used, then the skb is
 * dropped.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_original_overwritten_clone_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	overwrite(&d);
	if (s)
		sink = *s + bpf_dynptr_size(&c);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_original_overwritten_clone_slice_read = {
	.enqueue = (void *)qdisc_original_overwritten_clone_slice_read,
};

/* The original is overwritten, then its slice is read; the clone lives. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_original_overwritten_its_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite(&d);
	if (s)
		sink = *s + bpf_dynptr_size(&c);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_original_overwritten_its_slice_read = {
	.enqueue = (void *)qdisc_original_overwritten_its_slice_read,
};

/* The original is overwritten and the skb dropped, then the slice of the clone is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_original_overwritten_clone_slice_read_after_drop, struct sk_buff *skb,
	     struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	overwrite(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_original_overwritten_clone_slice_read_after_drop = {
	.enqueue = (void *)qdisc_original_overwritten_clone_slice_read_after_drop,
};

/* The original is overwritten and the skb dropped, then the clone is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_original_overwritten_clone_used_after_drop, struct sk_buff *skb,
	     struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = bpf_dynptr_size(&c);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_original_overwritten_clone_used_after_drop = {
	.enqueue = (void *)qdisc_original_overwritten_clone_used_after_drop,
};

/* The clone is overwritten, then its slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_clone_overwritten_its_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	overwrite(&c);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_overwritten_its_slice_read = {
	.enqueue = (void *)qdisc_clone_overwritten_its_slice_read,
};

/* The clone is overwritten; the original and its slice are used. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_clone_overwritten_original_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite(&c);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_overwritten_original_slice_read = {
	.enqueue = (void *)qdisc_clone_overwritten_original_slice_read,
};

/* The dynptr is made again from the same skb, then a slice of the first one is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_made_again_old_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_made_again_old_slice_read = {
	.enqueue = (void *)qdisc_made_again_old_slice_read,
};

/* The dynptr is made again from the same skb, then a slice of the second one is read. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_made_again_new_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_made_again_new_slice_read = {
	.enqueue = (void *)qdisc_made_again_new_slice_read,
};

/* Of two dynptrs of one skb the first is overwritten, then a slice of the second is read. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_second_dynptr_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d1, d2;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d1);
	bpf_dynptr_from_skb((void *)skb, 0, &d2);
	s = bpf_dynptr_slice(&d2, 0, NULL, 1);
	overwrite(&d1);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_second_dynptr_slice_read = {
	.enqueue = (void *)qdisc_second_dynptr_slice_read,
};
