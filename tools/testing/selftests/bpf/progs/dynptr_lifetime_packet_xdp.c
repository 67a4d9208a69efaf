// SPDX-License-Identifier: GPL-2.0
/* The packet of an XDP program, its dynptrs and their slices. */

#include "dynptr_lifetime_packet.h"

char _license[] SEC("license") = "GPL";

/* The dynptr is overwritten, then its slice is read. */
SEC("xdp")
__failure __msg("invalid mem access 'scalar'")
int xdp_overwritten_slice_read(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The slice is read, then its dynptr is overwritten. */
SEC("xdp")
__success __retval(0)
int xdp_slice_read_then_overwrite(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	overwrite(&d);
	return 0;
}

/* The dynptr is overwritten, then its writable slice is written. */
SEC("xdp")
__failure __msg("invalid mem access 'scalar'")
int xdp_overwritten_slice_rdwr_written(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		*s = 1;
	return 0;
}

/* The writable slice is written, then its dynptr is overwritten. */
SEC("xdp")
__success __retval(0)
int xdp_slice_rdwr_written_then_overwrite(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		*s = 1;
	overwrite(&d);
	return 0;
}

/* The original is overwritten; the clone and its slice are used. */
SEC("xdp")
__success __retval(0)
int xdp_original_overwritten_clone_slice_read(struct xdp_md *xdp)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s + bpf_dynptr_size(&c);
	return 0;
}

/* The original is overwritten, then its slice is read; the clone lives. */
SEC("xdp")
__failure __msg("invalid mem access 'scalar'")
int xdp_original_overwritten_its_slice_read(struct xdp_md *xdp)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s + bpf_dynptr_size(&c);
	return 0;
}

/* The packet is changed, then a slice of it is read. */
SEC("xdp")
__failure __msg("invalid mem access 'scalar'")
int xdp_slice_read_after_adjust(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_xdp_adjust_head(xdp, 0);
	if (s)
		sink = *s;
	return 0;
}

/* The packet is changed; its dynptr lives on and gives a new slice. */
SEC("xdp")
__success __retval(0)
int xdp_slice_after_adjust(struct xdp_md *xdp)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	bpf_xdp_adjust_head(xdp, 0);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u8 *xdp_slice_of(struct xdp_md *xdp)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	return bpf_dynptr_slice(&d, 0, NULL, 8);
}

/* A subprogram returns the slice of a dynptr of its own: the packet outlives both. */
SEC("xdp")
__success __retval(0)
int xdp_returned_slice_read(struct xdp_md *xdp)
{
	__u8 *s = xdp_slice_of(xdp);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram returns the slice of a dynptr of its own; the packet is changed, then the slice
 * read.
 */
SEC("xdp")
__failure __msg("invalid mem access 'scalar'")
int xdp_returned_slice_read_after_adjust(struct xdp_md *xdp)
{
	__u8 *s = xdp_slice_of(xdp);

	bpf_xdp_adjust_head(xdp, 0);
	if (s)
		sink = *s;
	return 0;
}

/* A dynptr is made from the writable slice of another one. */
SEC("xdp")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int xdp_dynptr_from_slice(struct xdp_md *xdp)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_xdp(xdp, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	return 0;
}
