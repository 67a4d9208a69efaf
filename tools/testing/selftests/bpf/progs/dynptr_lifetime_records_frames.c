// SPDX-License-Identifier: GPL-2.0
/* Dynptrs of ring buffer records, and their slices, that subprograms make, use and hand on. */

#include "dynptr_lifetime_records.h"

char _license[] SEC("license") = "GPL";

static __noinline void discard_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	bpf_ringbuf_discard_dynptr(&c, 0);
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller writes by the
 * original.
 */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_callee_discards_clone_original_written(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	discard_clone(&d);
	bpf_dynptr_write(&d, 0, &value, sizeof(value), 0);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller discards the
 * original.
 */
SEC("tc")
__failure __msg(NOT_A_RECORD)
int ringbuf_callee_discards_clone_original_discarded(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	discard_clone(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone: the record is released. */
SEC("tc")
__success __retval(0)
int ringbuf_callee_discards_clone(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = bpf_dynptr_size(&d);
	discard_clone(&d);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller uses the slot
 * again.
 */
SEC("tc")
__success __retval(0)
int ringbuf_callee_discards_clone_slot_reused(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	discard_clone(&d);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller reads a slice. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callee_discards_clone_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	discard_clone(&d);
	if (s)
		sink = *s;
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller fills and reads
 * its data.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callee_discards_clone_spilled_data_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	spill(s);
	discard_clone(&d);
	spill(s);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u64 discard_callers(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	bpf_ringbuf_discard_dynptr(d, 0);
	return bpf_dynptr_size(&c);
}

/* A subprogram clones the caller's dynptr, discards the original, then uses its clone. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_callee_discards_original_clone_used(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = discard_callers(&d);
	return 0;
}

static __noinline __u64 size_and_discard_callers(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;
	__u64 size;

	bpf_dynptr_clone(d, &c);
	size = bpf_dynptr_size(&c);
	bpf_ringbuf_discard_dynptr(d, 0);
	return size;
}

/* A subprogram clones the caller's dynptr, uses its clone, then discards the original. */
SEC("tc")
__success __retval(0)
int ringbuf_callee_uses_clone_discards_original(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = size_and_discard_callers(&d);
	return 0;
}

static __noinline void discard(struct bpf_dynptr *d)
{
	bpf_ringbuf_discard_dynptr(d, 0);
}

static __noinline __u64 callee_discards(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	discard(d);
	return bpf_dynptr_size(&c);
}

/* A subprogram clones main's dynptr, one below discards main's, then the clone between them is
 * used.
 */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int ringbuf_callee_discards_its_callers_clone_used(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = callee_discards(&d);
	return 0;
}

static __noinline void overwrite_callers(struct bpf_dynptr *d, struct bpf_dynptr *c)
{
	bpf_dynptr_clone(d, c);
	overwrite(d);
}

/* A subprogram clones the caller's dynptr and overwrites the original, whose data the caller
 * reads.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callee_overwrites_original_data_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	overwrite_callers(&d, &c);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

/* A subprogram clones the caller's dynptr and overwrites the original; the caller uses the
 * clone.
 */
SEC("tc")
__success __retval(0)
int ringbuf_callee_overwrites_original_clone_data_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	overwrite_callers(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}

static __noinline void overwrite_only(struct bpf_dynptr *d)
{
	overwrite(d);
}

/* A subprogram overwrites the only dynptr of a record, which is its caller's. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_callee_overwrites_without_clone(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	overwrite_only(&d);
	return 0;
}

static __noinline void clone_overwrite(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	overwrite(d);
}

/* A subprogram overwrites the caller's dynptr, and its own clone, the last one, goes with its
 * frame.
 */
SEC("tc")
__failure __msg("Unreleased reference id=")
int ringbuf_callee_overwrites_and_drops_clone(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	clone_overwrite(&d);
	return 0;
}

static __noinline __u64 clone_size(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_size(&c);
}

/* A subprogram's clone went with its frame, then the original is overwritten. */
SEC("tc")
__failure __msg("cannot overwrite referenced dynptr")
int ringbuf_callees_clone_is_gone(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = clone_size(&d);
	overwrite(&d);
	return 0;
}

/* A subprogram's clone went with its frame, then the original is used and discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_callees_clone_is_gone_original_discarded(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	sink = clone_size(&d);
	sink = bpf_dynptr_size(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

static __noinline int reserve_only(void)
{
	struct bpf_dynptr d;

	return bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
}

/* A subprogram returns without having released the record of its dynptr. */
SEC("tc")
__failure __msg("Unreleased reference id=")
int ringbuf_callees_record_leaks(struct __sk_buff *skb)
{
	sink = reserve_only();
	return 0;
}

static __noinline int reserve_discard(void)
{
	struct bpf_dynptr d;
	int err;

	err = bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return err;
}

/* A subprogram releases the record of its dynptr before it returns. */
SEC("tc")
__success __retval(0)
int ringbuf_callees_record_discarded(struct __sk_buff *skb)
{
	sink = reserve_discard();
	return 0;
}

static __noinline __u8 *slice_of_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_slice(&c, 0, NULL, 8);
}

/* A subprogram returns the slice of its clone; the record is discarded, then the slice read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callees_clone_slice_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = slice_of_clone(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A subprogram returns the slice of its clone; it is read, then the record discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_callees_clone_slice_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = slice_of_clone(&d);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

static __noinline __u8 *data_of_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_data(&c, 0, 8);
}

/* A subprogram returns the data of its clone; the record is discarded, then the data read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callees_clone_data_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = data_of_clone(&d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A subprogram returns the data of its clone; it is read, then the record discarded. */
SEC("tc")
__success __retval(0)
int ringbuf_callees_clone_data_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = data_of_clone(&d);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

static __noinline void store_slice_of_clone(struct bpf_dynptr *d, __u8 **s)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	*s = bpf_dynptr_slice(&c, 0, NULL, 8);
}

/* A subprogram spills the slice of its clone to the caller's stack; the record is discarded,
 * the slice read.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int ringbuf_callees_clone_slice_spilled_read_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s = NULL;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	store_slice_of_clone(&d, &s);
	bpf_ringbuf_discard_dynptr(&d, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A subprogram spills the slice of its clone to the caller's stack; it is read, then the
 * record discarded.
 */
SEC("tc")
__success __retval(0)
int ringbuf_callees_clone_slice_spilled_read_then_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s = NULL;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	store_slice_of_clone(&d, &s);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A subprogram returned the slice of its clone; one of two dynptrs is overwritten, then the
 * slice read.
 */
SEC("tc")
__success __retval(0)
int ringbuf_callees_clone_slice_outlives_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = slice_of_clone(&d);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_ringbuf_discard_dynptr(&c, 0);
	return 0;
}
