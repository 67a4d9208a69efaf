// SPDX-License-Identifier: GPL-2.0
/* Dynptrs and slices of a qdisc's skb that subprograms and callbacks make, use and hand on. */

#include "dynptr_lifetime_qdisc.h"

char _license[] SEC("license") = "GPL";

static __noinline void drop(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free)
{
	bpf_qdisc_skb_drop(skb, to_free);
}

static __noinline __u64 size_of(struct bpf_dynptr *d)
{
	return bpf_dynptr_size(d);
}

/* A subprogram drops the skb, then the slice is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_callee_drops_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_drops_slice_read = {
	.enqueue = (void *)qdisc_callee_drops_slice_read,
};

/* A subprogram drops the skb, then a slice that is spilled in the caller's stack is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_callee_drops_spilled_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	spill(s);
	drop(skb, to_free);
	spill(s);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_drops_spilled_slice_read = {
	.enqueue = (void *)qdisc_callee_drops_spilled_slice_read,
};

/* A subprogram drops the skb, then the dynptr is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_callee_drops_dynptr_used, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	drop(skb, to_free);
	sink = bpf_dynptr_size(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_drops_dynptr_used = {
	.enqueue = (void *)qdisc_callee_drops_dynptr_used,
};

/* Slice and dynptr are used, then a subprogram drops the skb. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_used_then_callee_drops, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	if (s)
		sink = *s + bpf_dynptr_size(&d);
	drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_used_then_callee_drops = {
	.enqueue = (void *)qdisc_used_then_callee_drops,
};

/* The skb is dropped, then a subprogram uses the dynptr in its caller's stack. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_callee_uses_dynptr_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = size_of(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_uses_dynptr_of_dropped = {
	.enqueue = (void *)qdisc_callee_uses_dynptr_of_dropped,
};

/* A subprogram uses the dynptr in its caller's stack, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callee_uses_dynptr_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	sink = size_of(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_uses_dynptr_then_drop = {
	.enqueue = (void *)qdisc_callee_uses_dynptr_then_drop,
};

static __noinline __u64 drop_and_size(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free,
				      struct bpf_dynptr *d)
{
	bpf_qdisc_skb_drop(skb, to_free);
	return bpf_dynptr_size(d);
}

/* A subprogram drops the skb, then uses the dynptr in its caller's stack. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_callee_drops_and_uses_dynptr, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	sink = drop_and_size(skb, to_free, &d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_drops_and_uses_dynptr = {
	.enqueue = (void *)qdisc_callee_drops_and_uses_dynptr,
};

static __noinline __u64 size_and_drop(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free,
				      struct bpf_dynptr *d)
{
	__u64 size = bpf_dynptr_size(d);

	bpf_qdisc_skb_drop(skb, to_free);
	return size;
}

/* A subprogram uses the dynptr in its caller's stack, then drops the skb. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callee_uses_dynptr_and_drops, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	sink = size_and_drop(skb, to_free, &d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_uses_dynptr_and_drops = {
	.enqueue = (void *)qdisc_callee_uses_dynptr_and_drops,
};

static __noinline int make(struct sk_buff *skb, struct bpf_dynptr *d)
{
	return bpf_dynptr_from_skb((void *)skb, 0, d);
}

/* A subprogram makes the dynptr in its caller's stack; the skb is dropped, then the dynptr
 * used.
 */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_callee_makes_dynptr_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	make(skb, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = bpf_dynptr_size(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_makes_dynptr_used_after_drop = {
	.enqueue = (void *)qdisc_callee_makes_dynptr_used_after_drop,
};

/* A subprogram makes the dynptr in its caller's stack; it is used, then the skb dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callee_makes_dynptr_used_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	make(skb, &d);
	sink = bpf_dynptr_size(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_makes_dynptr_used_then_drop = {
	.enqueue = (void *)qdisc_callee_makes_dynptr_used_then_drop,
};

__noinline int global_size_of(const struct bpf_dynptr *d)
{
	return bpf_dynptr_size(d);
}

/* The skb is dropped, then its dynptr is passed to a global function. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_global_func_uses_dynptr_of_dropped, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_qdisc_skb_drop(skb, to_free);
	sink = global_size_of(&d);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_global_func_uses_dynptr_of_dropped = {
	.enqueue = (void *)qdisc_global_func_uses_dynptr_of_dropped,
};

/* A dynptr is passed to a global function, then the skb is dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_global_func_uses_dynptr_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	sink = global_size_of(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_global_func_uses_dynptr_then_drop = {
	.enqueue = (void *)qdisc_global_func_uses_dynptr_then_drop,
};

static __noinline __u8 *slice_of(struct sk_buff *skb)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	return bpf_dynptr_slice(&d, 0, NULL, 1);
}

static __noinline void store_slice(struct sk_buff *skb, __u8 **s)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	*s = bpf_dynptr_slice(&d, 0, NULL, 1);
}

/* A subprogram spills its dynptr's slice to the caller's stack; the skb is dropped, the slice
 * read.
 */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_spilled_by_callee_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u8 *s = NULL;

	store_slice(skb, &s);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_by_callee_read_after_drop = {
	.enqueue = (void *)qdisc_spilled_by_callee_read_after_drop,
};

/* A subprogram spills its dynptr's slice to the caller's stack; it is read, then the skb
 * dropped.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_spilled_by_callee_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u8 *s = NULL;

	store_slice(skb, &s);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_by_callee_read_then_drop = {
	.enqueue = (void *)qdisc_spilled_by_callee_read_then_drop,
};

static __noinline __u8 *first_byte(struct sk_buff *skb)
{
	return slice_of(skb);
}

/* A slice is returned through two frames; the skb is dropped, then the slice read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_returned_twice_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u8 *s = first_byte(skb);

	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_returned_twice_slice_read_after_drop = {
	.enqueue = (void *)qdisc_returned_twice_slice_read_after_drop,
};

/* A slice is returned through two frames; it is read, then the skb dropped. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_returned_twice_slice_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u8 *s = first_byte(skb);

	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_returned_twice_slice_read_then_drop = {
	.enqueue = (void *)qdisc_returned_twice_slice_read_then_drop,
};

static __noinline __u8 *slice_of_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	return bpf_dynptr_slice(&c, 0, NULL, 1);
}

/* A subprogram returns the slice of its clone; the skb is dropped, then the slice read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_callees_clone_slice_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = slice_of_clone(&d);
	bpf_qdisc_skb_drop(skb, to_free);
	if (s)
		sink = *s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callees_clone_slice_read_after_drop = {
	.enqueue = (void *)qdisc_callees_clone_slice_read_after_drop,
};

/* A subprogram returns the slice of its clone; the original is overwritten, then the slice
 * read.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callees_clone_slice_outlives_original, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = slice_of_clone(&d);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callees_clone_slice_outlives_original = {
	.enqueue = (void *)qdisc_callees_clone_slice_outlives_original,
};

/* A subprogram returned a slice; another dynptr of the skb is overwritten, then the slice read. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_returned_slice_outlives_other_dynptr, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = slice_of(skb);
	overwrite(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_returned_slice_outlives_other_dynptr = {
	.enqueue = (void *)qdisc_returned_slice_outlives_other_dynptr,
};

static __noinline __u8 *slice_of_overwritten(struct sk_buff *skb)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite(&d);
	return s;
}

/* A subprogram overwrites its dynptr and returns the slice, which is read. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_callees_dynptr_overwritten_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	__u8 *s = slice_of_overwritten(skb);

	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callees_dynptr_overwritten_slice_read = {
	.enqueue = (void *)qdisc_callees_dynptr_overwritten_slice_read,
};

static __noinline void overwrite_callers(struct bpf_dynptr *d)
{
	overwrite(d);
}

/* A subprogram overwrites its caller's dynptr, then the caller reads the slice. */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_callee_overwrites_slice_read, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 1);
	overwrite_callers(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_overwrites_slice_read = {
	.enqueue = (void *)qdisc_callee_overwrites_slice_read,
};

/* A subprogram overwrites its caller's dynptr, then the caller reads the slice of the clone. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callee_overwrites_original_clone_slice_read, struct sk_buff *skb,
	     struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_slice(&c, 0, NULL, 1);
	overwrite_callers(&d);
	if (s)
		sink = *s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callee_overwrites_original_clone_slice_read = {
	.enqueue = (void *)qdisc_callee_overwrites_original_clone_slice_read,
};

static __noinline __u64 drop_below(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	drop(skb, to_free);
	return bpf_dynptr_size(&d);
}

/* A subprogram makes a dynptr, one below drops the skb, then the dynptr between them is used. */
SEC("struct_ops")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(qdisc_callees_own_dynptr_used_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	sink = drop_below(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callees_own_dynptr_used_after_drop = {
	.enqueue = (void *)qdisc_callees_own_dynptr_used_after_drop,
};

static __noinline __u64 size_below(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free)
{
	struct bpf_dynptr d;
	__u64 size;

	bpf_dynptr_from_skb((void *)skb, 0, &d);
	size = bpf_dynptr_size(&d);
	drop(skb, to_free);
	return size;
}

/* A subprogram makes a dynptr and uses it, then one below drops the skb. */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_callees_own_dynptr_used_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	sink = size_below(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_callees_own_dynptr_used_then_drop = {
	.enqueue = (void *)qdisc_callees_own_dynptr_used_then_drop,
};

struct loop_ctx {
	struct sk_buff *skb;
	__u8 *s;
};

static int slice_in_loop(__u32 i, struct loop_ctx *c)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)c->skb, 0, &d);
	c->s = bpf_dynptr_slice(&d, 0, NULL, 1);
	return 1;
}

/* A callback of bpf_loop() spills its dynptr's slice to the caller's stack; the skb is
 * dropped, the slice read.
 */
SEC("struct_ops")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(qdisc_spilled_by_callback_read_after_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct loop_ctx c = { .skb = skb };

	bpf_loop(1, slice_in_loop, &c, 0);
	bpf_qdisc_skb_drop(skb, to_free);
	if (c.s)
		sink = *c.s;
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_by_callback_read_after_drop = {
	.enqueue = (void *)qdisc_spilled_by_callback_read_after_drop,
};

/* A callback of bpf_loop() spills its dynptr's slice to the caller's stack; it is read, then
 * the skb dropped.
 */
SEC("struct_ops")
__success
int BPF_PROG(qdisc_spilled_by_callback_read_then_drop, struct sk_buff *skb, struct Qdisc *sch,
	     struct bpf_sk_buff_ptr *to_free)
{
	struct loop_ctx c = { .skb = skb };

	bpf_loop(1, slice_in_loop, &c, 0);
	if (c.s)
		sink = *c.s;
	bpf_qdisc_skb_drop(skb, to_free);
	return NET_XMIT_DROP;
}

SEC(".struct_ops")
struct Qdisc_ops ops_qdisc_spilled_by_callback_read_then_drop = {
	.enqueue = (void *)qdisc_spilled_by_callback_read_then_drop,
};
