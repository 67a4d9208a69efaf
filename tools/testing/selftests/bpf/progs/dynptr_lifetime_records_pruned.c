// SPDX-License-Identifier: GPL-2.0
/* Programs whose ways meet, or go around, with dynptrs of different ring buffer records. */

#include "dynptr_lifetime_records.h"

char _license[] SEC("license") = "GPL";

/* The data is of the first or of the second record; the first is discarded, then the data is
 * read.
 */
static __always_inline int __ringbuf_pruned_data_of_discarded_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2) {
		bpf_ringbuf_discard_dynptr(&d1, 0);
		bpf_ringbuf_discard_dynptr(&d2, 0);
		return 0;
	}
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = *s2;
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_data_of_discarded_1(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_discarded_1(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_of_discarded_1_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_discarded_1(skb);
}

/* The data is of the second or of the first record; the first is discarded, then the data is
 * read.
 */
static __always_inline int __ringbuf_pruned_data_of_discarded_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2) {
		bpf_ringbuf_discard_dynptr(&d1, 0);
		bpf_ringbuf_discard_dynptr(&d2, 0);
		return 0;
	}
	if (bpf_get_prandom_u32())
		s1 = s2;
	barrier_var(s1);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = *s1;
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_data_of_discarded_2(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_discarded_2(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_of_discarded_2_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_discarded_2(skb);
}

/* The slice is of the first or of the second record; the first is discarded, then the slice is
 * read.
 */
static __always_inline int __ringbuf_pruned_slice_of_discarded_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 8);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (!s1 || !s2) {
		bpf_ringbuf_discard_dynptr(&d1, 0);
		bpf_ringbuf_discard_dynptr(&d2, 0);
		return 0;
	}
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = *s2;
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_slice_of_discarded_1(struct __sk_buff *skb)
{
	return __ringbuf_pruned_slice_of_discarded_1(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_slice_of_discarded_1_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_slice_of_discarded_1(skb);
}

/* The slice is of the second or of the first record; the first is discarded, then the slice is
 * read.
 */
static __always_inline int __ringbuf_pruned_slice_of_discarded_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s1 = bpf_dynptr_slice(&d1, 0, NULL, 8);
	s2 = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (!s1 || !s2) {
		bpf_ringbuf_discard_dynptr(&d1, 0);
		bpf_ringbuf_discard_dynptr(&d2, 0);
		return 0;
	}
	if (bpf_get_prandom_u32())
		s1 = s2;
	barrier_var(s1);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = *s1;
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_slice_of_discarded_2(struct __sk_buff *skb)
{
	return __ringbuf_pruned_slice_of_discarded_2(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_slice_of_discarded_2_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_slice_of_discarded_2(skb);
}

/* The data is of the first or of the second record; it is read, then the first is discarded. */
static __always_inline int __ringbuf_pruned_data_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2) {
		bpf_ringbuf_discard_dynptr(&d1, 0);
		bpf_ringbuf_discard_dynptr(&d2, 0);
		return 0;
	}
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	sink = *s2;
	bpf_ringbuf_discard_dynptr(&d1, 0);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__success __retval(0)
int ringbuf_pruned_data_read_then_discard(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_read_then_discard(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_read_then_discard_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_read_then_discard(skb);
}

/* The clone is of the first or of the second record; the first is discarded, then the clone is
 * used.
 */
static __always_inline int __ringbuf_pruned_clone_of_discarded_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_clone(&d1, &c);
		barrier();
	} else {
		bpf_dynptr_clone(&d2, &c);
	}
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_pruned_clone_of_discarded_1(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_of_discarded_1(skb);
}

SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_clone_of_discarded_1_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_of_discarded_1(skb);
}

/* The clone is of the second or of the first record; the first is discarded, then the clone is
 * used.
 */
static __always_inline int __ringbuf_pruned_clone_of_discarded_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_clone(&d2, &c);
		barrier();
	} else {
		bpf_dynptr_clone(&d1, &c);
	}
	bpf_ringbuf_discard_dynptr(&d1, 0);
	sink = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_pruned_clone_of_discarded_2(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_of_discarded_2(skb);
}

SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_clone_of_discarded_2_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_of_discarded_2(skb);
}

/* The clone is of the first or of the second record; it is used, then both are discarded. */
static __always_inline int __ringbuf_pruned_clone_used_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_clone(&d1, &c);
		barrier();
	} else {
		bpf_dynptr_clone(&d2, &c);
	}
	sink = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__success __retval(0)
int ringbuf_pruned_clone_used_then_discard(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_used_then_discard(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_clone_used_then_discard_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_clone_used_then_discard(skb);
}

/* The data is of the original or of the clone; the original is overwritten, then the data is
 * read.
 */
static __always_inline int __ringbuf_pruned_data_of_overwritten_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s1 = bpf_dynptr_data(&d, 0, 8);
	s2 = bpf_dynptr_data(&c, 0, 8);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s2 = s1;
		barrier_var(s2);
		overwrite(&d);
		sink = *s2;
	}
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_data_of_overwritten_1(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_overwritten_1(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_of_overwritten_1_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_overwritten_1(skb);
}

/* The data is of the clone or of the original; the original is overwritten, then the data is
 * read.
 */
static __always_inline int __ringbuf_pruned_data_of_overwritten_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s1 = bpf_dynptr_data(&d, 0, 8);
	s2 = bpf_dynptr_data(&c, 0, 8);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s1 = s2;
		barrier_var(s1);
		overwrite(&d);
		sink = *s1;
	}
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_pruned_data_of_overwritten_2(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_overwritten_2(skb);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_of_overwritten_2_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_of_overwritten_2(skb);
}

/* The data is of the original or of the clone; it is read, then the original is overwritten. */
static __always_inline int __ringbuf_pruned_data_read_then_overwrite(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s1, *s2;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s1 = bpf_dynptr_data(&d, 0, 8);
	s2 = bpf_dynptr_data(&c, 0, 8);
	if (s1 && s2) {
		if (bpf_get_prandom_u32())
			s2 = s1;
		barrier_var(s2);
		sink = *s2;
		overwrite(&d);
	}
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

SEC("tc")
__success __retval(0)
int ringbuf_pruned_data_read_then_overwrite(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_read_then_overwrite(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_data_read_then_overwrite_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_data_read_then_overwrite(skb);
}

/* There is a clone of the record or of another one; then the record's dynptr is overwritten. */
static __always_inline int __ringbuf_pruned_no_clone_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_clone(&d1, &c);
		barrier();
	} else {
		bpf_dynptr_clone(&d2, &c);
	}
	overwrite(&d1);
	bpf_ringbuf_discard_dynptr(&c, 0);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_pruned_no_clone_1(struct __sk_buff *skb)
{
	return __ringbuf_pruned_no_clone_1(skb);
}

SEC("tc")
__failure __msg("cannot overwrite referenced dynptr") __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_pruned_no_clone_1_freq(struct __sk_buff *skb)
{
	return __ringbuf_pruned_no_clone_1(skb);
}

/* A loop reserves, slices, clones and discards in each iteration. */
static __always_inline int __ringbuf_loop(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;
	int i;

	bpf_for(i, 0, 3) {
		bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
		bpf_dynptr_clone(&d, &c);
		s = bpf_dynptr_slice(&c, 0, NULL, 8);
		if (s)
			sink = *s;
		bpf_ringbuf_discard_dynptr(&d, 0);
	}
	return 0;
}

SEC("tc")
__success __retval(0)
int ringbuf_loop(struct __sk_buff *skb)
{
	return __ringbuf_loop(skb);
}

SEC("tc")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int ringbuf_loop_freq(struct __sk_buff *skb)
{
	return __ringbuf_loop(skb);
}

/* A loop reads the slice of the record that the iteration before has discarded. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'") __log_level(4)
int ringbuf_loop_slice_of_last_iteration(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s = NULL;
	int i;

	bpf_for(i, 0, 3) {
		if (s)
			sink = *s;
		bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
		s = bpf_dynptr_slice(&d, 0, NULL, 8);
		bpf_ringbuf_discard_dynptr(&d, 0);
	}
	return 0;
}
