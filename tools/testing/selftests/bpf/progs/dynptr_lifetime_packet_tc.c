// SPDX-License-Identifier: GPL-2.0
/* The packet of a TC program, its dynptrs that are overwritten, and their slices. */

#include "dynptr_lifetime_packet.h"

char _license[] SEC("license") = "GPL";

/* The dynptr is overwritten, then its writable slice is written. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_slice_rdwr_written(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		*s = 1;
	return 0;
}

/* The writable slice is written, then its dynptr is overwritten. */
SEC("tc")
__success __retval(0)
int tc_slice_rdwr_written_then_overwrite(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		*s = 1;
	overwrite(&d);
	return 0;
}

/* The slice is checked for NULL, its dynptr overwritten, then the slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_checked_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (!s)
		return 0;
	overwrite(&d);
	sink = *s;
	return 0;
}

/* The dynptr is overwritten, then a slice that was spilled before is filled and read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_spilled_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	spill(s);
	overwrite(&d);
	spill(s);
	if (s)
		sink = *s;
	return 0;
}

/* The dynptr is overwritten, then the sum 'scalar + slice' is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_scalar_plus_slice_read(struct __sk_buff *skb)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (!s)
		return 0;
	asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
	overwrite(&d);
	sink = *(__u8 *)i;
	return 0;
}

/* The dynptr is overwritten, then the sum 'slice + scalar' is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_slice_plus_scalar_read(struct __sk_buff *skb)
{
	__u64 i = bpf_get_prandom_u32() & 7;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (!s)
		return 0;
	asm volatile ("%[s] += %[i]" : [s]"+r"(s) : [i]"r"(i));
	overwrite(&d);
	sink = *s;
	return 0;
}

/* The sums 'scalar + slice' and 'slice + scalar' are read, then the dynptr is overwritten. */
SEC("tc")
__success __retval(0)
int tc_scalar_plus_slice_read_then_overwrite(struct __sk_buff *skb)
{
	__u64 i = bpf_get_prandom_u32() & 3, j = i;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (!s)
		return 0;
	asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
	asm volatile ("%[s] += %[j]" : [s]"+r"(s) : [j]"r"(j));
	sink = *(__u8 *)i + *s;
	overwrite(&d);
	return 0;
}

/* A slice is used after the clone that it came from was overwritten. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_clone_overwritten_its_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 8);
	overwrite(&c);
	if (s)
		sink = *s;
	return 0;
}

/* The clone is overwritten, then used. */
SEC("tc")
__failure __msg("Expected an initialized dynptr as " ARG0)
int tc_clone_overwritten_used(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&c);
	sink = bpf_dynptr_size(&c);
	return 0;
}

/* The clone is overwritten; the original and its slice are used. */
SEC("tc")
__success __retval(0)
int tc_clone_overwritten_original_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&c);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	return 0;
}

/* A dynptr is the place for its own clone; the slice of the old one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_clone_cloned_onto_itself_old_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_dynptr_clone(&d, &d);
	if (s)
		sink = *s;
	return 0;
}

/* The dynptr is made again, then a slice of the first one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_made_again_old_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_dynptr_from_skb(skb, 0, &d);
	if (s)
		sink = *s;
	return 0;
}

/* The dynptr is made again, then a slice of the second one is read. */
SEC("tc")
__success __retval(0)
int tc_made_again_new_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	return 0;
}

/* Of two dynptrs that lie side by side one is overwritten, then the other one's slice is read. */
SEC("tc")
__success __retval(0)
int tc_neighbour_slot_overwritten(struct __sk_buff *skb)
{
	struct bpf_dynptr d[2];
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d[0]);
	bpf_dynptr_from_skb(skb, 0, &d[1]);
	s = bpf_dynptr_slice(&d[1], 0, NULL, 8);
	overwrite(&d[0]);
	if (s)
		sink = *s + bpf_dynptr_size(&d[1]);
	return 0;
}

/* A dynptr is made across the halves of two others; the slice of the first one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_made_across_two_slice_read_1(struct __sk_buff *skb)
{
	struct bpf_dynptr d[2];
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d[0]);
	bpf_dynptr_from_skb(skb, 0, &d[1]);
	s = bpf_dynptr_slice(&d[0], 0, NULL, 8);
	bpf_dynptr_from_skb(skb, 0, (void *)&d[0] + 8);
	if (s)
		sink = *s;
	return 0;
}

/* A dynptr is made across the halves of two others; the slice of the second one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_made_across_two_slice_read_2(struct __sk_buff *skb)
{
	struct bpf_dynptr d[2];
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d[0]);
	bpf_dynptr_from_skb(skb, 0, &d[1]);
	s = bpf_dynptr_slice(&d[1], 0, NULL, 8);
	bpf_dynptr_from_skb(skb, 0, (void *)&d[0] + 8);
	if (s)
		sink = *s;
	return 0;
}

/* A dynptr is made across the halves of two others, and used. */
SEC("tc")
__success __retval(0)
int tc_made_across_two_used(struct __sk_buff *skb)
{
	struct bpf_dynptr d[2];
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d[0]);
	bpf_dynptr_from_skb(skb, 0, &d[1]);
	bpf_dynptr_from_skb(skb, 0, (void *)&d[0] + 8);
	s = bpf_dynptr_slice((void *)&d[0] + 8, 0, NULL, 8);
	if (s)
		sink = *s;
	return 0;
}

/* The dynptr of the packet's metadata is overwritten, then its slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_meta_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb_meta(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The slice of the packet's metadata is read, then the dynptr is overwritten. */
SEC("tc")
__success __retval(0)
int tc_meta_slice_read_then_overwrite(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb_meta(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	overwrite(&d);
	return 0;
}

/* The packet is changed, then a slice of it is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_slice_read_after_pull(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_skb_pull_data(skb, 0);
	if (s)
		sink = *s;
	return 0;
}

/* The packet is changed; its dynptr and clone live on and give new slices. */
SEC("tc")
__success __retval(0)
int tc_slice_after_pull(struct __sk_buff *skb)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_skb_pull_data(skb, 0);
	s = bpf_dynptr_slice(&c, 0, NULL, 8);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	return 0;
}

/* Two slices are given to one helper. */
SEC("tc")
__success __retval(0)
int tc_csum_diff_of_two_slices(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s, *t;

	bpf_dynptr_from_skb(skb, 0, &d1);
	bpf_dynptr_from_skb(skb, 0, &d2);
	s = bpf_dynptr_slice(&d1, 0, NULL, 8);
	t = bpf_dynptr_slice(&d2, 0, NULL, 8);
	if (s && t)
		sink = bpf_csum_diff((void *)s, 8, (void *)t, 8, 0);
	return 0;
}

/* Two slices are given to one helper, the dynptr of one of them was overwritten. */
SEC("tc")
__failure __msg("R3 type=scalar expected=fp")
int tc_csum_diff_of_dead_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *s, *t;

	bpf_dynptr_from_skb(skb, 0, &d1);
	bpf_dynptr_from_skb(skb, 0, &d2);
	s = bpf_dynptr_slice(&d1, 0, NULL, 8);
	t = bpf_dynptr_slice(&d2, 0, NULL, 8);
	overwrite(&d2);
	if (s && t)
		sink = bpf_csum_diff((void *)s, 8, (void *)t, 8, 0);
	return 0;
}

/* The dynptr of a packet is given to bpf_ringbuf_discard_dynptr(). */
SEC("tc")
__failure __msg(NOT_A_RECORD)
int tc_discard_skb_dynptr(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A dynptr is made from the writable slice of another one. */
SEC("tc")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int tc_dynptr_from_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	return 0;
}

/* A dynptr is made from the read-only slice of another one. */
SEC("tc")
__failure __msg("R1 type=rdonly_mem expected=")
int tc_dynptr_from_rdonly_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	return 0;
}

/* A byte of the dynptr, it is not known which, is overwritten, then the slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_overwritten_somewhere_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s, *p;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	p = (__u8 *)&d + (bpf_get_prandom_u32() & 15);
	*p = 0;
	barrier();
	if (s)
		sink = *s;
	return 0;
}

/* The slice is read, then a byte of the dynptr, it is not known which, is overwritten. */
SEC("tc")
__success __retval(0)
int tc_slice_read_then_overwrite_somewhere(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s, *p;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	p = (__u8 *)&d + (bpf_get_prandom_u32() & 15);
	*p = 0;
	barrier();
	return 0;
}

/* A byte of one of two dynptrs, it is not known which, is overwritten, then a slice is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_one_of_two_overwritten_slice_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d[2];
	__u8 *s, *p;

	bpf_dynptr_from_skb(skb, 0, &d[0]);
	bpf_dynptr_from_skb(skb, 0, &d[1]);
	s = bpf_dynptr_slice(&d[1], 0, NULL, 8);
	p = (__u8 *)d + (bpf_get_prandom_u32() & 31);
	*p = 0;
	barrier();
	if (s)
		sink = *s;
	return 0;
}
