// SPDX-License-Identifier: GPL-2.0
/* Slices of a ring buffer record before and after it is submitted or discarded. */

#include "dynptr_lifetime_records.h"

char _license[] SEC("license") = "GPL";

/* The record is discarded, then what bpf_dynptr_data() gave is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_data_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* What bpf_dynptr_data() gave is read, then the record is discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_data_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The record is submitted, then what bpf_dynptr_data() gave is written. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_data_written_after_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	bpf_ringbuf_submit_dynptr(&d, 0);
	if (s)
		*s = 1;
	return 0;
}

/* What bpf_dynptr_data() gave is written, then the record is submitted. */
SEC("tc")
__success __retval(0)
int ringbuf_data_written_then_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		*s = 1;
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* A syscall program submits the record, then reads what bpf_dynptr_slice() gave. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_slice_read_after_submit(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_ringbuf_submit_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A syscall program reads what bpf_dynptr_slice() gave, then submits the record. */
SEC("syscall")
__success __retval(0)
int ringbuf_slice_read_then_submit(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The record is submitted, then what bpf_dynptr_slice_rdwr() gave is written. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_slice_rdwr_written_after_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	bpf_ringbuf_submit_dynptr(&d, 0);
	if (s)
		*s = 1;
	return 0;
}

/* What bpf_dynptr_slice_rdwr() gave is written, then the record is submitted. */
SEC("tc")
__success __retval(0)
int ringbuf_slice_rdwr_written_then_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		*s = 1;
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The slice is checked for NULL, the record discarded, then the slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_checked_slice_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		bpf_ringbuf_discard_dynptr(&d, 0);
		sink = *s;
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The record is discarded, then a slice that was spilled before is filled and read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_spilled_slice_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	spill(s);
	bpf_ringbuf_discard_dynptr(&d, 0);
	spill(s);
	if (s)
		sink = *s;
	return 0;
}

/* A slice that was spilled is filled and read, then the record is discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_spilled_slice_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	spill(s);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The record is discarded, then the sum 'scalar + data' is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_scalar_plus_data_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 i = 0;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s) {
		asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
		bpf_ringbuf_discard_dynptr(&d, 0);
		sink = *(__u8 *)i;
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The sum 'scalar + data' is read, then the record is discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_scalar_plus_data_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 i = 0;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s) {
		asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
		sink = *(__u8 *)i;
		bpf_ringbuf_discard_dynptr(&d, 0);
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The record is discarded, then the sum 'scalar + slice' is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_scalar_plus_slice_read_after_discard(struct __sk_buff *skb)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
		bpf_ringbuf_discard_dynptr(&d, 0);
		sink = *(__u8 *)i;
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The record is discarded, then the sum 'slice + scalar' is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_slice_plus_scalar_read_after_discard(struct __sk_buff *skb)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[s] += %[i]" : [s]"+r"(s) : [i]"r"(i));
		bpf_ringbuf_discard_dynptr(&d, 0);
		sink = *s;
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* The record is discarded, then the slice's first byte is read by a pointer that went there
 * and back.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_slice_minus_const_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s) {
		asm volatile ("%[s] += 4" : [s]"+r"(s));
		asm volatile ("%[s] -= 4" : [s]"+r"(s));
		bpf_ringbuf_discard_dynptr(&d, 0);
		sink = *s;
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* A slot held the spilled data pointer, and a byte of it a number, when the record is
 * discarded.
 */
SEC("tc")
__success __retval(0)
int ringbuf_spill_slot_misc_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s) {
		spill(s);
		((__u8 *)&s)[1] = 1;
		barrier();
	}
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}
