// SPDX-License-Identifier: GPL-2.0
/* Programs whose ways meet, or go around, with dynptrs of a packet. */

#include "dynptr_lifetime_packet.h"

char _license[] SEC("license") = "GPL";

/* The slice is of the first or of the second dynptr; the first is overwritten, then the slice
 * is read.
 */
static __always_inline int __tc_pruned_slice_of_overwritten_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb(skb, 0, &d1);
	bpf_dynptr_from_skb(skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 8);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	overwrite(&d1);
	sink = *s2;
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_pruned_slice_of_overwritten_1(struct __sk_buff *skb)
{
	return __tc_pruned_slice_of_overwritten_1(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int tc_pruned_slice_of_overwritten_1_freq(struct __sk_buff *skb)
{
	return __tc_pruned_slice_of_overwritten_1(skb);
}

/* The slice is of the second or of the first dynptr; the first is overwritten, then the slice
 * is read.
 */
static __always_inline int __tc_pruned_slice_of_overwritten_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb(skb, 0, &d1);
	bpf_dynptr_from_skb(skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 8);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s1 = s2;
	barrier_var(s1);
	overwrite(&d1);
	sink = *s1;
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_pruned_slice_of_overwritten_2(struct __sk_buff *skb)
{
	return __tc_pruned_slice_of_overwritten_2(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int tc_pruned_slice_of_overwritten_2_freq(struct __sk_buff *skb)
{
	return __tc_pruned_slice_of_overwritten_2(skb);
}

/* The slice is of the first or of the second dynptr; it is read, then the first is overwritten. */
static __always_inline int __tc_pruned_slice_read_then_overwrite(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_skb(skb, 0, &d1);
	bpf_dynptr_from_skb(skb, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 8);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	sink = *s2;
	overwrite(&d1);
	return 0;
}

SEC("tc")
__success __retval(0)
int tc_pruned_slice_read_then_overwrite(struct __sk_buff *skb)
{
	return __tc_pruned_slice_read_then_overwrite(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int tc_pruned_slice_read_then_overwrite_freq(struct __sk_buff *skb)
{
	return __tc_pruned_slice_read_then_overwrite(skb);
}

/* A loop makes the dynptr again, then reads the slice of the iteration before. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'") __log_level(4)
int tc_loop_slice_of_last_iteration(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s = NULL;
	int i;

	bpf_for(i, 0, 3) {
		bpf_dynptr_from_skb(skb, 0, &d);
		if (s)
			sink = *s;
		s = bpf_dynptr_slice(&d, 0, NULL, 8);
	}
	return 0;
}

/* A loop reads the slice of the iteration before, then makes the dynptr again. */
SEC("tc")
__success __retval(0) __log_level(4)
int tc_loop_slice_read_in_next_iteration(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s = NULL;
	int i;

	bpf_for(i, 0, 3) {
		if (s)
			sink = *s;
		bpf_dynptr_from_skb(skb, 0, &d);
		s = bpf_dynptr_slice(&d, 0, NULL, 8);
	}
	return 0;
}

/* A loop makes a dynptr, slices it and reads the slice in each iteration. */
static __always_inline int __tc_loop_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;
	int i;

	bpf_for(i, 0, 100) {
		bpf_dynptr_from_skb(skb, 0, &d);
		s = bpf_dynptr_slice(&d, 0, NULL, 8);
		if (s)
			sink += *s;
	}
	return 0;
}

SEC("tc")
__success __retval(0)
int tc_loop_slice_read(struct __sk_buff *skb)
{
	return __tc_loop_slice_read(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int tc_loop_slice_read_freq(struct __sk_buff *skb)
{
	return __tc_loop_slice_read(skb);
}

/* The log names the dynptr as the parent of its slice; the packet is nobody's. */
SEC("tc")
__success __log_level(2) __retval(0)
__msg("R0=rdonly_mem_or_null(id=2," PARENT "=1,sz=8)")
__msg("fp-16=dynptr_skb(id=1)")
int tc_log_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	return 0;
}
