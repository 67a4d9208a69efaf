// SPDX-License-Identifier: GPL-2.0
/* Clones of a qdisc's dynptrs, and copies of and sums with their slices, after the skb is gone. */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

/* The skb is dropped, then its dynptr is cloned. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_clone_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	bpf_dynptr_clone(&d, &c);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_of_dropped = { .enqueue = (void *)qdisc_clone_of_dropped };

/* The dynptr is cloned, then its skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_clone_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_then_drop = { .enqueue = (void *)qdisc_clone_then_drop };

/* The skb is dropped, then the dynptr that has a clone is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_original_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = bpf_dynptr_size(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_original_used_after_drop = {
	.enqueue = (void *)qdisc_original_used_after_drop,
};

/* The skb is dropped, then the clone of a clone is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_clone_of_clone_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c, cc;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_clone(&c, &cc);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = bpf_dynptr_size(&cc);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_of_clone_used_after_drop = {
	.enqueue = (void *)qdisc_clone_of_clone_used_after_drop,
};

/* A dynptr, its clone and the clone's clone are used, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_clone_used_before_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c, cc;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_clone(&c, &cc);
	sink = bpf_dynptr_size(&d) + bpf_dynptr_size(&c) + bpf_dynptr_size(&cc);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_used_before_drop = {
	.enqueue = (void *)qdisc_clone_used_before_drop,
};

/* The skb is dropped, then the slice of a clone is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_clone_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_slice_read_after_drop = {
	.enqueue = (void *)qdisc_clone_slice_read_after_drop,
};

/* The slice of a clone is read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_clone_slice_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_clone_slice_read_then_drop = {
	.enqueue = (void *)qdisc_clone_slice_read_then_drop,
};

/* The skb is dropped, then a slice that was spilled before is filled and read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_spilled_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	spill(s);
	bpf_qdisc_skb_drop(skb, to_free);
	spill(s);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_slice_read_after_drop = {
	.enqueue = (void *)qdisc_spilled_slice_read_after_drop,
};

/* A spilled slice is filled and read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_spilled_slice_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	spill(s);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_slice_read_then_drop = {
	.enqueue = (void *)qdisc_spilled_slice_read_then_drop,
};

/* A slice is checked for NULL and spilled; the skb is dropped; the slice is filled and read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_spilled_checked_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s) {
		spill(s);
		bpf_qdisc_skb_drop(skb, to_free);
		spill(s);
		sink = *s;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_checked_slice_read_after_drop = {
	.enqueue = (void *)qdisc_spilled_checked_slice_read_after_drop,
};

/* The skb is dropped, then the slice's second byte is read by a pointer made before. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_slice_plus_const_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 2);
	if (s) {
		s++;
		barrier_var(s);
		bpf_qdisc_skb_drop(skb, to_free);
		sink = *s;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_plus_const_read_after_drop = {
	.enqueue = (void *)qdisc_slice_plus_const_read_after_drop,
};

/* The skb is dropped, then the sum 'slice + scalar' is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_slice_plus_scalar_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[s] += %[i]" : [s]"+r"(s) : [i]"r"(i));
		bpf_qdisc_skb_drop(skb, to_free);
		sink = *s;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_plus_scalar_read_after_drop = {
	.enqueue = (void *)qdisc_slice_plus_scalar_read_after_drop,
};

/* The sum 'slice + scalar' is read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_slice_plus_scalar_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[s] += %[i]" : [s]"+r"(s) : [i]"r"(i));
		sink = *s;
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_slice_plus_scalar_read_then_drop = {
	.enqueue = (void *)qdisc_slice_plus_scalar_read_then_drop,
};

/* The skb is dropped, then the sum 'scalar + slice' is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_scalar_plus_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
		bpf_qdisc_skb_drop(skb, to_free);
		sink = *(__u8 *)i;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_scalar_plus_slice_read_after_drop = {
	.enqueue = (void *)qdisc_scalar_plus_slice_read_after_drop,
};

/* The sum 'scalar + slice' is read, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_scalar_plus_slice_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
		sink = *(__u8 *)i;
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_scalar_plus_slice_read_then_drop = {
	.enqueue = (void *)qdisc_scalar_plus_slice_read_then_drop,
};

/* A slice is copied, the slice is checked for NULL, the skb dropped, then the copy is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_copy_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s, *copy;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	asm volatile ("%[copy] = %[s]" : [copy]"=r"(copy) : [s]"r"(s));
	if (s) {
		bpf_qdisc_skb_drop(skb, to_free);
		sink = *copy;
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_copy_read_after_drop = { .enqueue = (void *)qdisc_copy_read_after_drop };

/* A slice is copied, the slice is checked for NULL, the copy is read, then the skb dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_copy_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s, *copy;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	asm volatile ("%[copy] = %[s]" : [copy]"=r"(copy) : [s]"r"(s));
	if (s) {
		sink = *copy;
		bpf_qdisc_skb_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_copy_read_then_drop = { .enqueue = (void *)qdisc_copy_read_then_drop };

/* A slice is spilled, the register is checked for NULL, and the slot, which is then known too,
 * read.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_spilled_copy_checked_by_slice, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s, *copy;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	asm volatile ("%[copy] = %[s]" : [copy]"=r"(copy) : [s]"r"(s));
	spill(copy);
	if (s)
		sink = *copy;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_copy_checked_by_slice = {
	.enqueue = (void *)qdisc_spilled_copy_checked_by_slice,
};
