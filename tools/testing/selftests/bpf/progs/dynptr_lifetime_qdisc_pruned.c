// SPDX-License-Identifier: GPL-2.0
/*
 * Programs whose ways meet, or go around, with dynptrs of different skbs: pruning must tell
 * these states from each other.
 */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

/* The slice is of the first or of the second skb; the first is freed, then the slice is read. */
static __always_inline struct sk_buff *__qdisc_pruned_slice_of_freed_1(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	bpf_dynptr_from_skb((void *)skb1, 0, &d1);
	bpf_dynptr_from_skb((void *)skb2, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (!s1 || !s2) {
		bpf_kfree_skb(skb1);
		return skb2;
	}
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	bpf_kfree_skb(skb1);
	sink = *s2;
	return skb2;
}

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
struct sk_buff *BPF_PROG(qdisc_pruned_slice_of_freed_1, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_of_freed_1();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_freed_1 = {
	.dequeue = (void *)qdisc_pruned_slice_of_freed_1,
};

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_slice_of_freed_1_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_of_freed_1();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_freed_1_freq = {
	.dequeue = (void *)qdisc_pruned_slice_of_freed_1_freq,
};

/* The slice is of the second or of the first skb; the first is freed, then the slice is read. */
static __always_inline struct sk_buff *__qdisc_pruned_slice_of_freed_2(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	bpf_dynptr_from_skb((void *)skb1, 0, &d1);
	bpf_dynptr_from_skb((void *)skb2, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (!s1 || !s2) {
		bpf_kfree_skb(skb1);
		return skb2;
	}
	if (bpf_get_prandom_u32())
		s1 = s2;
	barrier_var(s1);
	bpf_kfree_skb(skb1);
	sink = *s1;
	return skb2;
}

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
struct sk_buff *BPF_PROG(qdisc_pruned_slice_of_freed_2, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_of_freed_2();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_freed_2 = {
	.dequeue = (void *)qdisc_pruned_slice_of_freed_2,
};

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_slice_of_freed_2_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_of_freed_2();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_freed_2_freq = {
	.dequeue = (void *)qdisc_pruned_slice_of_freed_2_freq,
};

/* The slice is of the first or of the second skb; it is read, then the first is freed. */
static __always_inline struct sk_buff *__qdisc_pruned_slice_read_then_freed(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	bpf_dynptr_from_skb((void *)skb1, 0, &d1);
	bpf_dynptr_from_skb((void *)skb2, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (!s1 || !s2) {
		bpf_kfree_skb(skb1);
		return skb2;
	}
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	sink = *s2;
	bpf_kfree_skb(skb1);
	return skb2;
}

SEC("struct_ops")
__success
struct sk_buff *BPF_PROG(qdisc_pruned_slice_read_then_freed, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_read_then_freed();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_read_then_freed = {
	.dequeue = (void *)qdisc_pruned_slice_read_then_freed,
};

SEC("struct_ops")
__success __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_slice_read_then_freed_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_slice_read_then_freed();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_read_then_freed_freq = {
	.dequeue = (void *)qdisc_pruned_slice_read_then_freed_freq,
};

/* The dynptr is made from the first or from the second skb; the first is freed, then the
 * dynptr used.
 */
static __always_inline struct sk_buff *__qdisc_pruned_dynptr_of_freed_1(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_skb((void *)skb1, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_skb((void *)skb2, 0, &d);
	}
	bpf_kfree_skb(skb1);
	sink = bpf_dynptr_size(&d);
	return skb2;
}

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_of_freed_1, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_of_freed_1();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_of_freed_1 = {
	.dequeue = (void *)qdisc_pruned_dynptr_of_freed_1,
};

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0) __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_of_freed_1_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_of_freed_1();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_of_freed_1_freq = {
	.dequeue = (void *)qdisc_pruned_dynptr_of_freed_1_freq,
};

/* The dynptr is made from the second or from the first skb; the first is freed, then the
 * dynptr used.
 */
static __always_inline struct sk_buff *__qdisc_pruned_dynptr_of_freed_2(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_skb((void *)skb2, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_skb((void *)skb1, 0, &d);
	}
	bpf_kfree_skb(skb1);
	sink = bpf_dynptr_size(&d);
	return skb2;
}

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_of_freed_2, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_of_freed_2();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_of_freed_2 = {
	.dequeue = (void *)qdisc_pruned_dynptr_of_freed_2,
};

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0) __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_of_freed_2_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_of_freed_2();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_of_freed_2_freq = {
	.dequeue = (void *)qdisc_pruned_dynptr_of_freed_2_freq,
};

/* The dynptr is made from the first or from the second skb; it is used, then the first is
 * freed.
 */
static __always_inline struct sk_buff *__qdisc_pruned_dynptr_used_then_freed(void)
{
	struct sk_buff *skb1 = stored_skb(0), *skb2;
	struct bpf_dynptr d;

	if (!skb1)
		return NULL;
	skb2 = stored_skb(1);
	if (!skb2)
		return skb1;
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_skb((void *)skb1, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_skb((void *)skb2, 0, &d);
	}
	sink = bpf_dynptr_size(&d);
	bpf_kfree_skb(skb1);
	return skb2;
}

SEC("struct_ops")
__success
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_used_then_freed, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_used_then_freed();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_used_then_freed = {
	.dequeue = (void *)qdisc_pruned_dynptr_used_then_freed,
};

SEC("struct_ops")
__success __flag(BPF_F_TEST_STATE_FREQ)
struct sk_buff *BPF_PROG(qdisc_pruned_dynptr_used_then_freed_freq, struct Qdisc *sch)
{
	return __qdisc_pruned_dynptr_used_then_freed();
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_dynptr_used_then_freed_freq = {
	.dequeue = (void *)qdisc_pruned_dynptr_used_then_freed_freq,
};

/* The slice is of the first or of the second dynptr of an skb; the first is overwritten, the
 * slice read.
 */
static __always_inline int __qdisc_pruned_slice_of_overwritten_1(struct sk_buff *skb,
								 struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb((void *)skb, 0, &d1);
	bpf_dynptr_from_skb((void *)skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s2 = s1;
		barrier_var(s2);
		overwrite(&d1);
		sink = *s2;
	}
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_pruned_slice_of_overwritten_1, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_of_overwritten_1(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_overwritten_1 = {
	.enqueue = (void *)qdisc_pruned_slice_of_overwritten_1,
};

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(qdisc_pruned_slice_of_overwritten_1_freq, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_of_overwritten_1(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_overwritten_1_freq = {
	.enqueue = (void *)qdisc_pruned_slice_of_overwritten_1_freq,
};

/* The slice is of the second or of the first dynptr of an skb; the first is overwritten, the
 * slice read.
 */
static __always_inline int __qdisc_pruned_slice_of_overwritten_2(struct sk_buff *skb,
								 struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb((void *)skb, 0, &d1);
	bpf_dynptr_from_skb((void *)skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s1 = s2;
		barrier_var(s1);
		overwrite(&d1);
		sink = *s1;
	}
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_pruned_slice_of_overwritten_2, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_of_overwritten_2(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_overwritten_2 = {
	.enqueue = (void *)qdisc_pruned_slice_of_overwritten_2,
};

SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(qdisc_pruned_slice_of_overwritten_2_freq, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_of_overwritten_2(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_of_overwritten_2_freq = {
	.enqueue = (void *)qdisc_pruned_slice_of_overwritten_2_freq,
};

/* The slice is of the first or of the second dynptr of an skb; it is read, then the first
 * overwritten.
 */
static __always_inline int __qdisc_pruned_slice_read_then_overwrite(struct sk_buff *skb,
								    struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb((void *)skb, 0, &d1);
	bpf_dynptr_from_skb((void *)skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 1);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 1);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s2 = s1;
		barrier_var(s2);
		sink = *s2;
		overwrite(&d1);
	}
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC("struct_ops")
__success
int BPF_PROG(qdisc_pruned_slice_read_then_overwrite, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_read_then_overwrite(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_read_then_overwrite = {
	.enqueue = (void *)qdisc_pruned_slice_read_then_overwrite,
};

SEC("struct_ops")
__success __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(qdisc_pruned_slice_read_then_overwrite_freq, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_pruned_slice_read_then_overwrite(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_pruned_slice_read_then_overwrite_freq = {
	.enqueue = (void *)qdisc_pruned_slice_read_then_overwrite_freq,
};

/* A loop drops the skb in one iteration and uses the dynptr in another. */
static __always_inline int __qdisc_loop_slice_of_dropped(struct sk_buff *skb,
							 struct bpf_sk_buff_ptr *to_free)
{
	bool dropped = false;
	struct bpf_dynptr d;
	int i;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_for(i, 0, 2) {
		sink = bpf_dynptr_size(&d);
		if (!dropped) {
			bpf_qdisc_skb_drop(skb, to_free);
			dropped = true;
		}
	}
	if (!dropped)
		bpf_kfree_skb(skb);
	return NET_XMIT_DROP;
}

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_loop_slice_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_loop_slice_of_dropped(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_loop_slice_of_dropped = {
	.enqueue = (void *)qdisc_loop_slice_of_dropped,
};

SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0) __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(qdisc_loop_slice_of_dropped_freq, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_loop_slice_of_dropped(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_loop_slice_of_dropped_freq = {
	.enqueue = (void *)qdisc_loop_slice_of_dropped_freq,
};

/* A loop makes, slices and reads a dynptr in each iteration; the skb is dropped after it. */
static __always_inline int __qdisc_loop_slice_then_drop(struct sk_buff *skb,
							struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;
	int i;

	bpf_for(i, 0, 2) {
		bpf_dynptr_from_skb((void *)skb, 0, &d);
		s = bpf_dynptr_slice(&d, 0, NULL, 1);
		if (s)
			sink = *s;
	}
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC("struct_ops")
__success
int BPF_PROG(qdisc_loop_slice_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_loop_slice_then_drop(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_loop_slice_then_drop = { .enqueue = (void *)qdisc_loop_slice_then_drop };

SEC("struct_ops")
__success __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(qdisc_loop_slice_then_drop_freq, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	return __qdisc_loop_slice_then_drop(skb, to_free);
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_loop_slice_then_drop_freq = {
	.enqueue = (void *)qdisc_loop_slice_then_drop_freq,
};
