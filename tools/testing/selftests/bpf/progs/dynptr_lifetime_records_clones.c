// SPDX-License-Identifier: GPL-2.0
/* Dynptrs of a ring buffer record, and clones of them, that are discarded or overwritten. */

#include "dynptr_lifetime_records.h"

char _license[] SEC("license") = "GPL";

/* The record is discarded, then the dynptr is used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_dynptr_used_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	sink = bpf_dynptr_size(&d);
	return 0;
}

/* The original is discarded, then the clone is used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_clone_used_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_ringbuf_discard_dynptr(&d, 0);
	sink = bpf_dynptr_size(&c);
	return 0;
}

/* The clone is discarded, then the original is used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_original_used_after_clone_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_ringbuf_discard_dynptr(&c, 0);
	sink = bpf_dynptr_size(&d);
	return 0;
}

/* Both dynptrs are used, then the clone is discarded: one release for both, and no complaint. */
SEC("tc")
__success __retval(0)
int ringbuf_clone_used_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	sink = bpf_dynptr_size(&c) + bpf_dynptr_size(&d);
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* Of a dynptr, its clone and the clone's clone the middle one is submitted. */
SEC("tc")
__success __retval(0)
int ringbuf_clone_of_clone_used_then_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c, cc;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_clone(&c, &cc);
	sink = bpf_dynptr_size(&cc) + bpf_dynptr_size(&c) + bpf_dynptr_size(&d);
	bpf_ringbuf_submit_dynptr(&c, 0);
	return 0;
}

/* The original is discarded, then the clone of a clone is used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_clone_of_clone_used_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c, cc;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_clone(&c, &cc);
	bpf_ringbuf_discard_dynptr(&d, 0);
	sink = bpf_dynptr_size(&cc);
	return 0;
}

/* The original is discarded, then the clone: the record would be released twice. */
SEC("tc")
__failure __msg(NOT_A_RECORD)
int ringbuf_both_clones_discarded(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The original is discarded, then the clone's data is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_clone_data_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* The original is discarded, then the clone's slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_clone_slice_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 8);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* The clone is submitted, then the original's slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_original_slice_read_after_clone_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_ringbuf_submit_dynptr(&c, 0);
	if (s)
		sink = *s;
	return 0;
}

/* Slices of original and clone are read, then the original is discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_both_slices_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s, *t;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	t = bpf_dynptr_slice(&c, 0, NULL, 8);
	if (s && t)
		sink = *s + *t;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* Of two records one is discarded; the other one's dynptr and slice are used. */
SEC("tc")
__success __retval(0)
int ringbuf_other_record_discarded(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	s = bpf_dynptr_data(&d2, 0, 8);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	if (s)
		*s = bpf_dynptr_size(&d2);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

/* A dynptr's slot is used for the next record. */
SEC("tc")
__success __retval(0)
int ringbuf_slot_reused_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = bpf_dynptr_size(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The slot of a clone, which died with the original, is used for the next record. */
SEC("tc")
__success __retval(0)
int ringbuf_clone_slot_reused_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &c);
	sink = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The only dynptr of a record is overwritten. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_only_dynptr_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	overwrite(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The only dynptr of a record is the place for its own clone. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_only_dynptr_cloned_onto_itself(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The only dynptr of a record is the place for another dynptr. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_only_dynptr_made_again(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	return 0;
}

/* The original is overwritten; the clone and its data are used, and the clone discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_original_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	overwrite(&d);
	if (s)
		*s = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The clone is overwritten; the original and its slice are used, and the original submitted. */
SEC("tc")
__success __retval(0)
int ringbuf_clone_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&c);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	bpf_ringbuf_submit_dynptr(&d, 0);
	return 0;
}

/* Original and clone are overwritten: nothing is left to release the record by. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_both_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	overwrite(&c);
	return 0;
}

/* The original is overwritten, then used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_original_overwritten_used(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	sink = bpf_dynptr_size(&d);
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The original is overwritten, then its data is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_original_overwritten_data_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&d, 0, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The original is overwritten, then its slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_original_overwritten_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* The original is overwritten and the clone discarded, then the clone's data is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_original_overwritten_clone_data_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	overwrite(&d);
	bpf_ringbuf_discard_dynptr(&c, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A clone is the place for its own clone; the slice of the new one is read. */
SEC("tc")
__success __retval(0)
int ringbuf_clone_cloned_onto_itself(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_clone(&c, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* A clone is the place for its own clone; data that came from the old one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_clone_cloned_onto_itself_old_data_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	bpf_dynptr_clone(&c, &c);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}
