// SPDX-License-Identifier: GPL-2.0
/* All the ways in which a qdisc can part with an skb, and its dynptrs and slices after that. */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

/* The skb is dropped, then a slice is taken from its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_slice_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_of_dropped = { .enqueue = (void *)qdisc_slice_of_dropped };

/* The skb is dropped, then its dynptr is asked for the size. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_size_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = bpf_dynptr_size(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_size_of_dropped = { .enqueue = (void *)qdisc_size_of_dropped };

/* The skb is dropped, then read through its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG2)
int BPF_PROG(qdisc_read_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 b[4] = {};

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	bpf_dynptr_read(b, sizeof(b), &d, 0, 0);
	sink = b[0];
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_read_of_dropped = { .enqueue = (void *)qdisc_read_of_dropped };

/* The skb is read through its dynptr, then dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 b[4] = {};

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_read(b, sizeof(b), &d, 0, 0);
	sink = b[0];
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_read_then_drop = { .enqueue = (void *)qdisc_read_then_drop };

/* The slice is checked for NULL, the skb is dropped, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_checked_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s) {
		bpf_qdisc_skb_drop(skb, to_free);
		sink = *s;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_checked_slice_read_after_drop = {
	.enqueue = (void *)qdisc_checked_slice_read_after_drop,
};

/* The slice is checked for NULL and read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_checked_slice_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s) {
		sink = *s;
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_checked_slice_read_then_drop = {
	.enqueue = (void *)qdisc_checked_slice_read_then_drop,
};

/* The skb is dropped, then what bpf_dynptr_data() gave is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_data_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&d, 0, 1);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_data_read_after_drop = { .enqueue = (void *)qdisc_data_read_after_drop };

/* What bpf_dynptr_data() gave is read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_data_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&d, 0, 1);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_data_read_then_drop = { .enqueue = (void *)qdisc_data_read_then_drop };

/* The skb is freed by bpf_kfree_skb(), then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_slice_read_after_kfree, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_kfree_skb(skb);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_read_after_kfree = {
	.enqueue = (void *)qdisc_slice_read_after_kfree,
};

/* The skb is freed by bpf_kfree_skb(), then a slice is taken from its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_slice_of_kfreed, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_kfree_skb(skb);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_of_kfreed = { .enqueue = (void *)qdisc_slice_of_kfreed };

/* The slice is read, then the skb is freed by bpf_kfree_skb(). */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slice_read_then_kfree, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_read_then_kfree = {
	.enqueue = (void *)qdisc_slice_read_then_kfree,
};

/* The skb is moved to an object, which frees it, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_slice_read_after_xchg, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct skb_node *n = bpf_obj_new(typeof(*n));
	struct bpf_dynptr d;
	__u8 *s;

	if (!n) {
		bpf_kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	skb = bpf_kptr_xchg(&n->skb, skb);
	if (skb)
		bpf_qdisc_skb_drop(skb, to_free);
	bpf_obj_drop(n);
	if (s)
		sink = *s;
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_read_after_xchg = {
	.enqueue = (void *)qdisc_slice_read_after_xchg,
};

/* The skb is moved to a map value, then a slice is taken from its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_slice_of_xchged, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct skb_slot *slot;
	struct bpf_dynptr d;
	__u32 key = 0;
	__u8 *s;

	slot = bpf_map_lookup_elem(&skbs, &key);
	if (!slot) {
		bpf_kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	skb = bpf_kptr_xchg(&slot->skb, skb);
	if (skb)
		bpf_qdisc_skb_drop(skb, to_free);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_of_xchged = { .enqueue = (void *)qdisc_slice_of_xchged };

/* The slice is read, then the skb is moved to a map value. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slice_read_then_xchg, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct skb_slot *slot;
	struct bpf_dynptr d;
	__u32 key = 0;
	__u8 *s;

	slot = bpf_map_lookup_elem(&skbs, &key);
	if (!slot) {
		bpf_kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	skb = bpf_kptr_xchg(&slot->skb, skb);
	if (skb)
		bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_read_then_xchg = { .enqueue = (void *)qdisc_slice_read_then_xchg };

/* The skb is moved to a map value; a dynptr of the skb that comes back is used, then that skb
 * is dropped.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_old_skb_sliced_after_xchg, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct skb_slot *slot;
	struct bpf_dynptr d;
	__u32 key = 0;
	__u8 *s;

	slot = bpf_map_lookup_elem(&skbs, &key);
	if (!slot) {
		bpf_kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	skb = bpf_kptr_xchg(&slot->skb, skb);
	if (!skb)
		return NET_XMIT_SUCCESS;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_SUCCESS;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_old_skb_sliced_after_xchg = {
	.enqueue = (void *)qdisc_old_skb_sliced_after_xchg,
};

/* An skb that was stored in a map is freed, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
struct sk_buff *BPF_PROG(qdisc_stored_slice_read_after_kfree, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0);
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_kfree_skb(skb);
	if (s)
		sink = *s;
	return NULL;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_stored_slice_read_after_kfree = {
	.dequeue = (void *)qdisc_stored_slice_read_after_kfree,
};

/* An skb that was stored in a map is freed, then a slice is taken from its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
struct sk_buff *BPF_PROG(qdisc_slice_of_stored_kfreed, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0);
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_kfree_skb(skb);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	return NULL;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_of_stored_kfreed = {
	.dequeue = (void *)qdisc_slice_of_stored_kfreed,
};

/* The slice of an skb that was stored in a map is read, then the skb is returned. */
SEC("struct_ops")
__success
struct sk_buff *BPF_PROG(qdisc_stored_slice_read_then_returned, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0);
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	return skb;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_stored_slice_read_then_returned = {
	.dequeue = (void *)qdisc_stored_slice_read_then_returned,
};

/* An skb that was held by a list is freed, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
struct sk_buff *BPF_PROG(qdisc_queued_slice_read_after_kfree, struct Qdisc *sch)
{
	struct sk_buff *skb = queued_skb();
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_kfree_skb(skb);
	if (s)
		sink = *s;
	return NULL;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_queued_slice_read_after_kfree = {
	.dequeue = (void *)qdisc_queued_slice_read_after_kfree,
};

/* The slice of an skb that was held by a list is read, then the skb is freed. */
SEC("struct_ops")
__success
struct sk_buff *BPF_PROG(qdisc_queued_slice_read_then_kfree, struct Qdisc *sch)
{
	struct sk_buff *skb = queued_skb();
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_kfree_skb(skb);
	return NULL;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_queued_slice_read_then_kfree = {
	.dequeue = (void *)qdisc_queued_slice_read_then_kfree,
};

/* .reset frees an skb, then takes a slice from its dynptr. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
void BPF_PROG(qdisc_reset_slice_of_kfreed, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0);
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_kfree_skb(skb);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_reset_slice_of_kfreed = { .reset = (void *)qdisc_reset_slice_of_kfreed };

/* .reset takes a slice from an skb's dynptr, then frees the skb. */
SEC("struct_ops")
__success
void BPF_PROG(qdisc_reset_slice_then_kfree, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0);
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_kfree_skb(skb);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_reset_slice_then_kfree = {
	.reset = (void *)qdisc_reset_slice_then_kfree,
};

/* Of two skbs one is freed, then the other one's slice is read and its dynptr used. */
SEC("struct_ops")
__success
struct sk_buff *BPF_PROG(qdisc_other_skb_kfreed, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0), *other;
	struct bpf_dynptr d;
	__u8 *s;

	if (!skb)
		return NULL;
	other = stored_skb(1);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (other)
		bpf_kfree_skb(other);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	return skb;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_other_skb_kfreed = { .dequeue = (void *)qdisc_other_skb_kfreed };

/* Of two skbs one is freed, then its dynptr is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
struct sk_buff *BPF_PROG(qdisc_one_of_two_skbs_kfreed, struct Qdisc *sch)
{
	struct sk_buff *skb = stored_skb(0), *other;
	struct bpf_dynptr d, d2;

	if (!skb)
		return NULL;
	other = stored_skb(1);
	if (!other)
		return skb;
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_from_skb((void *)other, 0, &d2);
	bpf_kfree_skb(other);
	sink = bpf_dynptr_size(&d2);
	return skb;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_one_of_two_skbs_kfreed = {
	.dequeue = (void *)qdisc_one_of_two_skbs_kfreed,
};

/* The skb is dropped, and its dynptr's slot is used for another dynptr. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slot_reused_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 1);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slot_reused_after_drop = {
	.enqueue = (void *)qdisc_slot_reused_after_drop,
};

/* The skb is dropped, its dynptr's slot is used again, then the slice of the skb is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_slot_reused_old_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_qdisc_skb_drop(skb, to_free);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slot_reused_old_slice_read = {
	.enqueue = (void *)qdisc_slot_reused_old_slice_read,
};

/* The skb is dropped; a dynptr that was not made from it, and its slice, are used. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_local_dynptr_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, l;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &l);
	s = bpf_dynptr_data(&l, 0, 1);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s + bpf_dynptr_size(&l);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_local_dynptr_used_after_drop = {
	.enqueue = (void *)qdisc_local_dynptr_used_after_drop,
};

/* The skb is dropped; a ring buffer dynptr and its slice are used, then it is discarded. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_ringbuf_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, r;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &r);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_data(&r, 0, 8);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		*s = 1;
	bpf_ringbuf_discard_dynptr(&r, 0);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_ringbuf_used_after_drop = {
	.enqueue = (void *)qdisc_ringbuf_used_after_drop,
};

/* A ring buffer dynptr is discarded; the skb's dynptr and slice are used, then the skb is
 * dropped.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_skb_used_after_discard, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, r;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &r);
	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	bpf_ringbuf_discard_dynptr(&r, 0);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_skb_used_after_discard = {
	.enqueue = (void *)qdisc_skb_used_after_discard,
};
