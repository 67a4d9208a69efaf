// SPDX-License-Identifier: GPL-2.0
/* What a ring buffer record, its dynptrs and their slices may be given to. */

#include "dynptr_lifetime_records.h"

char _license[] SEC("license") = "GPL";

/* Two slices of one record are the key and the value of a map update. */
SEC("tc")
__success __retval(0)
int ringbuf_map_update_from_one_record(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *k, *v;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 16, 0, &d);
	k = bpf_dynptr_data(&d, 0, 8);
	v = bpf_dynptr_data(&d, 8, 8);
	if (k && v)
		bpf_map_update_elem(&values, k, v, 0);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The data of two records are the key and the value of a map update. */
SEC("tc")
__success __retval(0)
int ringbuf_map_update_from_two_records(struct __sk_buff *skb)
{
	struct bpf_dynptr d1, d2;
	__u8 *k, *v;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d1);
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d2);
	k = bpf_dynptr_data(&d1, 0, 8);
	v = bpf_dynptr_data(&d2, 0, 8);
	if (k && v)
		bpf_map_update_elem(&values, k, v, 0);
	bpf_ringbuf_discard_dynptr(&d1, 0);
	bpf_ringbuf_discard_dynptr(&d2, 0);
	return 0;
}

/* A map is updated from the data of a record that was discarded. */
SEC("tc")
__failure __msg("R2 type=scalar expected=fp")
int ringbuf_map_update_after_discard(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *k;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	k = bpf_dynptr_data(&d, 0, 8);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_map_update_elem(&values, k, &value, 0);
	return 0;
}

/* A reserved record and the data of a dynptr are the key and the value of a map update. */
SEC("tc")
__success __retval(0)
int ringbuf_map_update_from_record_and_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u64 *k;
	__u8 *v;

	k = bpf_ringbuf_reserve(&ringbuf, 8, 0);
	if (!k)
		return 0;
	*k = 0;
	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	v = bpf_dynptr_data(&d, 0, 8);
	if (v)
		bpf_map_update_elem(&values, k, v, 0);
	bpf_ringbuf_discard_dynptr(&d, 0);
	bpf_ringbuf_discard(k, 0);
	return 0;
}

/* Two reserved records, which the program owns, are the key and the value of a map update. */
SEC("tc")
__failure __msg("more than one arg with ref_obj_id")
int ringbuf_map_update_from_owned_records(struct __sk_buff *skb)
{
	__u64 *k, *v;

	k = bpf_ringbuf_reserve(&ringbuf, 8, 0);
	if (!k)
		return 0;
	v = bpf_ringbuf_reserve(&ringbuf, 8, 0);
	if (v) {
		*k = 0;
		*v = 0;
		bpf_map_update_elem(&values, k, v, 0);
		bpf_ringbuf_discard(v, 0);
	}
	bpf_ringbuf_discard(k, 0);
	return 0;
}

/* The data of a dynptr is given to bpf_ringbuf_discard(), which wants a record. */
SEC("tc")
__failure __msg("R1 type=mem expected=ringbuf_mem")
int ringbuf_discard_data(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s) {
		bpf_ringbuf_discard(s, 0);
		return 0;
	}
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A dynptr of a map value is discarded. */
SEC("tc")
__failure __msg(NOT_A_RECORD)
int ringbuf_discard_local_dynptr(struct __sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A dynptr is made from the data of a record. */
SEC("tc")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int ringbuf_dynptr_from_data(struct __sk_buff *skb)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A dynptr is made from a writable slice of a record. */
SEC("tc")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int ringbuf_dynptr_from_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_slice_rdwr(&d, 0, NULL, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* A dynptr is made from a map value while the data of a record is in use. */
SEC("tc")
__success __retval(0)
int ringbuf_dynptr_beside_data(struct __sk_buff *skb)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_from_mem(&value, 8, 0, &d2);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}
