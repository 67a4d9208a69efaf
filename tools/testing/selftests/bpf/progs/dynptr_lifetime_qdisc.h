/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of a qdisc's skbs share: maps that hold skbs, and ways to get one from them. */
#ifndef __DYNPTR_LIFETIME_QDISC_H
#define __DYNPTR_LIFETIME_QDISC_H

#include <vmlinux.h>
#include "bpf_experimental.h"
#include "bpf_qdisc_common.h"
#include "bpf_misc.h"
#include "words.h"

/* The compiler has to write var to its stack slot, and to read it from there again. */
#define spill(var) ({ asm volatile("" : "+m"(var)); })

struct skb_slot {
	struct sk_buff __kptr * skb;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct skb_slot);
} skbs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

struct skb_node {
	struct sk_buff __kptr * skb;
	struct bpf_list_node node;
};

private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head queue __contains(skb_node, node);

__u64 sink;
__u64 value;

/* A store to any byte of a dynptr is its end. */
static __always_inline void overwrite(struct bpf_dynptr *d)
{
	*(__u8 *)d = 0;
	barrier();
}

static __always_inline struct sk_buff *stored_skb(__u32 key)
{
	struct skb_slot *slot = bpf_map_lookup_elem(&skbs, &key);

	return slot ? bpf_kptr_xchg(&slot->skb, NULL) : NULL;
}

static __always_inline struct sk_buff *queued_skb(void)
{
	struct bpf_list_node *node;
	struct skb_node *n;
	struct sk_buff *skb;

	bpf_spin_lock(&lock);
	node = bpf_list_pop_front(&queue);
	bpf_spin_unlock(&lock);
	if (!node)
		return NULL;

	n = container_of(node, struct skb_node, node);
	skb = bpf_kptr_xchg(&n->skb, NULL);
	bpf_obj_drop(n);
	return skb;
}

#endif /* __DYNPTR_LIFETIME_QDISC_H */
