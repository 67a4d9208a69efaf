// SPDX-License-Identifier: GPL-2.0
/* Objects that are released beside a packet: sockets with their casts, and iterators. */

#include "dynptr_lifetime_packet.h"

/* vmlinux.h has it only where conntrack or xfrm is built in. */
#define BPF_F_CURRENT_NETNS (-1)

char _license[] SEC("license") = "GPL";

/* A socket is owned while a slice is passed to a helper. */
SEC("tc")
__success __retval(0)
int tc_owned_socket_and_slice(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_dynptr d;
	struct bpf_sock *sk;
	__u8 *s;

	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (sk)
		bpf_sk_release(sk);
	if (s)
		sink = bpf_csum_diff(NULL, 0, (void *)s, 8, 0);
	return 0;
}

/* A slice is given to bpf_sk_release(). */
SEC("tc")
__failure __msg("R1 type=rdonly_mem expected=sock")
int tc_release_of_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		bpf_sk_release(s);
	return 0;
}

/* A socket is released by the pointer that bpf_tcp_sock() made of it. */
SEC("tc")
__success __retval(0)
int tc_tcp_sock_releases(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk;

	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	tp = bpf_tcp_sock(sk);
	if (!tp) {
		bpf_sk_release(sk);
		return 0;
	}
	sink = tp->snd_cwnd;
	bpf_sk_release(tp);
	return 0;
}

/* The socket is released, then the pointer that bpf_tcp_sock() made of it is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_tcp_sock_read_after_release(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk;

	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	tp = bpf_tcp_sock(sk);
	bpf_sk_release(sk);
	if (tp)
		sink = tp->snd_cwnd;
	return 0;
}

/* A socket is released by the pointer that bpf_tcp_sock() made of it, then read itself. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_sock_read_after_tcp_sock_release(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk;

	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	tp = bpf_tcp_sock(sk);
	if (!tp) {
		bpf_sk_release(sk);
		return 0;
	}
	bpf_sk_release(tp);
	sink = sk->family;
	return 0;
}

/* A socket is released by the pointer that two casts made of it. */
SEC("tc")
__success __retval(0)
int tc_fullsock_releases(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk, *full;

	sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	full = bpf_sk_fullsock(sk);
	if (!full) {
		bpf_sk_release(sk);
		return 0;
	}
	tp = bpf_tcp_sock(full);
	if (!tp) {
		bpf_sk_release(full);
		return 0;
	}
	bpf_sk_release(tp);
	return 0;
}

/* A socket is released by the first cast, then the second one is read. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_fullsock_cast_read_after_release(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk, *full;

	sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	full = bpf_sk_fullsock(sk);
	if (!full) {
		bpf_sk_release(sk);
		return 0;
	}
	tp = bpf_tcp_sock(full);
	bpf_sk_release(full);
	if (tp)
		sink = tp->snd_cwnd;
	return 0;
}

/* A socket is released by itself, then by its cast. */
SEC("tc")
__failure __msg("R1")
int tc_sock_released_by_both(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_tcp_sock *tp;
	struct bpf_sock *sk;

	sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	tp = bpf_tcp_sock(sk);
	bpf_sk_release(sk);
	if (tp)
		bpf_sk_release(tp);
	return 0;
}

/* The value that bpf_iter_num_next() gave is spilled, the iterator destroyed, then the value
 * read.
 */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_iter_value_read_after_destroy(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	bpf_iter_num_new(&it, 0, 3);
	v = bpf_iter_num_next(&it);
	spill(v);
	bpf_iter_num_destroy(&it);
	spill(v);
	if (v)
		sink = *v;
	return 0;
}

/* The value that bpf_iter_num_next() gave is spilled and read, then the iterator destroyed. */
SEC("tc")
__success __retval(0)
int tc_iter_value_read_then_destroy(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	bpf_iter_num_new(&it, 0, 3);
	v = bpf_iter_num_next(&it);
	spill(v);
	if (v)
		sink = *v;
	bpf_iter_num_destroy(&it);
	return 0;
}

/* An iterator is destroyed; a dynptr and its slice are used. */
SEC("tc")
__success __retval(0)
int tc_slice_read_after_iter_destroy(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	struct bpf_dynptr d;
	__u8 *s;

	bpf_iter_num_new(&it, 0, 3);
	bpf_dynptr_from_skb(skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	bpf_iter_num_destroy(&it);
	if (s)
		sink = *s;
	return 0;
}

static __noinline void destroy(struct bpf_iter_num *it)
{
	bpf_iter_num_destroy(it);
}

/* A subprogram destroys the iterator, then the caller reads the spilled value. */
SEC("tc")
__failure __msg("invalid mem access 'scalar'")
int tc_iter_value_in_callees_frame(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	bpf_iter_num_new(&it, 0, 3);
	v = bpf_iter_num_next(&it);
	spill(v);
	destroy(&it);
	spill(v);
	if (v)
		sink = *v;
	return 0;
}
