// SPDX-License-Identifier: GPL-2.0
/*
 * The buffers of slices: in frames, in packets, in other slices. And a const dynptr as the place
 * for another one.
 */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

__u64 sink;
__u64 value;

/* The buffer is a slice of a record. */
SEC("tc")
__failure __msg("memory of an object cannot be the buffer of a slice")
int buf_is_slice_of_record(struct __sk_buff *skb)
{
	struct bpf_dynptr d, r;
	__u64 *rec, *s = NULL;

	bpf_ringbuf_reserve_dynptr(&ringbuf, sizeof(*rec), 0, &r);
	rec = bpf_dynptr_data(&r, 0, sizeof(*rec));
	bpf_dynptr_from_skb(skb, 0, &d);
	if (rec)
		s = bpf_dynptr_slice_rdwr(&d, 0, rec, sizeof(*rec));
	bpf_ringbuf_discard_dynptr(&r, 0);
	if (s)
		*s = 42;
	return 0;
}

/* The buffer is a slice of a map value, which nothing frees. */
SEC("tc")
__success __retval(0)
int buf_is_slice_of_map_value(struct __sk_buff *skb)
{
	struct bpf_dynptr d, l;
	__u64 *buf, *s = NULL;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &l);
	buf = bpf_dynptr_data(&l, 0, sizeof(*buf));
	bpf_dynptr_from_skb(skb, 0, &d);
	if (buf)
		s = bpf_dynptr_slice_rdwr(&d, 0, buf, sizeof(*buf));
	if (s)
		*s = 42;
	return 0;
}

/* A function does not know the type of its argument, nor of a clone of that. */
__noinline int slice_of_clone_into_record(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;
	__u64 *rec, *s;

	bpf_dynptr_clone(d, &c);
	rec = bpf_ringbuf_reserve(&ringbuf, sizeof(*rec), 0);
	if (!rec)
		return 0;
	*rec = 0;
	s = bpf_dynptr_slice_rdwr(&c, 0, rec, sizeof(*rec));
	bpf_ringbuf_submit(rec, 0);
	if (s)
		*s = 42;
	return 0;
}

SEC("tc")
__failure __msg("memory of an object cannot be the buffer of a slice")
int buf_of_unknown_clone_is_record(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	return slice_of_clone_into_record(&d);
}

static __noinline __u64 *slice_of_clone_into_own_stack(struct bpf_dynptr *d)
{
	__u64 buf[1] = {};
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_slice_rdwr(&c, 0, buf, sizeof(buf));
}

__noinline int write_slice_of_clone(struct bpf_dynptr *d)
{
	__u64 *s = slice_of_clone_into_own_stack(d);

	if (s)
		*s = 42;
	return 0;
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int buf_of_unknown_clone_in_dead_frame(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	return write_slice_of_clone(&d);
}

static __always_inline __u64 *slice_into_packet(struct __sk_buff *skb, struct bpf_dynptr *d)
{
	__u64 *data = (void *)(long)skb->data;

	if (data + 1 > (__u64 *)(long)skb->data_end)
		return NULL;
	return bpf_dynptr_slice(d, 0, data, sizeof(*data));
}

/* The buffer is in the packet, and gone with the slice when the packet is changed. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int buf_is_changed_packet(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = slice_into_packet(skb, &d);
	bpf_skb_pull_data(skb, 0);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u64 *rdonly_slice_into_own_stack(struct bpf_dynptr *d)
{
	__u64 buf[1] = {};

	return bpf_dynptr_slice(d, 0, buf, sizeof(buf));
}

/*
 * The buffer is in the stack of a subprogram that has returned, and is only read: as
 * uninitialized stack memory, for those who may read that.
 */
SEC("tc")
__success __retval(0)
__caps_unpriv(CAP_BPF | CAP_NET_ADMIN)
__failure_unpriv __msg_unpriv("!read_ok")
int buf_in_dead_frame_read(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = rdonly_slice_into_own_stack(&d);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u64 *slice_into_slice(struct bpf_dynptr *d)
{
	__u64 buf[1] = {};
	__u64 *s;

	s = bpf_dynptr_slice_rdwr(d, 0, buf, sizeof(buf));
	if (!s)
		return NULL;
	return bpf_dynptr_slice_rdwr(d, 0, s, sizeof(*s));
}

/* The buffer is a slice, whose own buffer is in the stack of a subprogram that has returned. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int buf_is_slice_in_dead_frame_written(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = slice_into_slice(&d);
	if (s)
		*s = 42;
	return 0;
}

static __noinline __u64 *slice_into_either(struct bpf_dynptr *d, __u64 *buf, bool own)
{
	__u64 own_buf[1] = {};
	__u64 *s;

	if (own)
		s = bpf_dynptr_slice_rdwr(d, 0, own_buf, sizeof(*buf));
	else
		s = bpf_dynptr_slice_rdwr(d, 0, buf, sizeof(*buf));
	return s;
}

static __always_inline int buf_in_either_frame(struct __sk_buff *skb, bool own)
{
	struct bpf_dynptr d;
	__u64 buf[1] = {};
	__u64 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = slice_into_either(&d, buf, own);
	if (s)
		*s = 42;
	return 0;
}

/* The two ways meet in states that differ in the buffer's frame only. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int buf_pruned_1(struct __sk_buff *skb)
{
	return buf_in_either_frame(skb, bpf_get_prandom_u32() & 1);
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int buf_pruned_1_freq(struct __sk_buff *skb)
{
	return buf_in_either_frame(skb, bpf_get_prandom_u32() & 1);
}

/* The same, with the ways in the other order. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int buf_pruned_2(struct __sk_buff *skb)
{
	return buf_in_either_frame(skb, !(bpf_get_prandom_u32() & 1));
}

SEC("tc")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int buf_pruned_2_freq(struct __sk_buff *skb)
{
	return buf_in_either_frame(skb, !(bpf_get_prandom_u32() & 1));
}

__noinline int make_dynptr(struct __sk_buff *skb, struct bpf_dynptr *dynptr)
{
	return bpf_dynptr_from_skb(skb, 0, dynptr);
}

/* A const dynptr is no place for a dynptr of another object. */
SEC("tc")
__failure __msg("Dynptr has to be an uninitialized dynptr")
int const_dynptr_is_made_again(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb(skb, 0, &d);
	return make_dynptr(skb, &d);
}
