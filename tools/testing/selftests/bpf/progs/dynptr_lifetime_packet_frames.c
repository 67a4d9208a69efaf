// SPDX-License-Identifier: GPL-2.0
/* Dynptrs of a packet, and their slices, that subprograms make, use and hand on. */

#include "dynptr_lifetime_packet.h"

char _license[] SEC("license") = "GPL";

static __noinline __u8 *slice_of(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	return bpf_dynptr_slice(&d, 0, NULL, 8);
}

/* A subprogram returns the slice of a dynptr of its own: the packet outlives both. */
SEC("tc")
__success __retval(0)
int tc_returned_slice_read(struct __sk_buff *skb)
{
	__u8 *s = slice_of(skb);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram returns the slice of a dynptr of its own; the packet is changed, then the slice
 * read.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_returned_slice_read_after_pull(struct __sk_buff *skb)
{
	__u8 *s = slice_of(skb);

	bpf_skb_pull_data(skb, 0);
	if (s)
		sink = *s;
	return 0;
}

static __noinline void store_slice(struct __sk_buff *skb, __u8 **s)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	*s = bpf_dynptr_slice(&d, 0, NULL, 8);
}

/* A subprogram spills the slice of its dynptr to the caller's stack, where it is read. */
SEC("tc")
__success __retval(0)
int tc_spilled_by_callee_slice_read(struct __sk_buff *skb)
{
	__u8 *s = NULL;

	store_slice(skb, &s);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u8 *slice_of_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	return s;
}

/* A subprogram overwrites its dynptr and returns the slice, which is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_returned_slice_of_overwritten_read(struct __sk_buff *skb)
{
	__u8 *s = slice_of_overwritten(skb);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram is called twice; the slice of the first call is read after the second one. */
SEC("tc")
__success __retval(0)
int tc_two_calls_two_slices(struct __sk_buff *skb)
{
	__u8 *s = slice_of(skb), *t = slice_of(skb);

	if (s && t)
		sink = *s + *t;
	return 0;
}

static __noinline __u8 *slice_of_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_slice(&c, 0, NULL, 8);
}

/* A subprogram returns the slice of its clone; the original is overwritten, then the slice
 * read.
 */
SEC("tc")
__success __retval(0)
int tc_callers_clone_in_callee_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = slice_of_clone(&d);
	overwrite(&d);
	if (s)
		sink = *s;
	return 0;
}

static __noinline void overwrite_callers(struct bpf_dynptr *d)
{
	overwrite(d);
}

/* A subprogram overwrites its caller's dynptr, then the caller reads the slice. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_callee_overwrites_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite_callers(&d);
	if (s)
		sink = *s;
	return 0;
}

/* A subprogram overwrites its caller's dynptr, then the caller reads the clone's slice. */
SEC("tc")
__success __retval(0)
int tc_callee_overwrites_original_clone_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 8);
	overwrite_callers(&d);
	if (s)
		sink = *s;
	return 0;
}
