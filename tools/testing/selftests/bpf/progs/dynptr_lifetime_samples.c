// SPDX-License-Identifier: GPL-2.0
/* What a callback of bpf_user_ringbuf_drain() is lent, and what it may leave to its caller. */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "words.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} user_ringbuf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

__u64 sink;
__u64 value;

struct ctx {
	struct bpf_dynptr d;
	bool called;
	__u8 *s;
};

/* A callback that does a thing once is verified in few states. */
static __always_inline bool first_call(struct ctx *c)
{
	bool first = !c->called;

	c->called = true;
	return first;
}

static long store_slice(struct bpf_dynptr *dynptr, struct ctx *c)
{
	if (first_call(c))
		c->s = bpf_dynptr_slice(dynptr, 0, NULL, 8);
	return 0;
}

/* The callback spills the slice to its caller's stack, which reads it after the callback. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_slice_read_after_callback(void *ctx)
{
	struct ctx c;

	c.called = false;
	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, store_slice, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static long read_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	c->s = bpf_dynptr_data(dynptr, 0, 8);
	if (c->s)
		sink = *c->s;
	c->s = NULL;
	return 0;
}

/* The callback spills the data to its caller's stack, and reads it from there itself. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_data_read_in_callback(void *ctx)
{
	struct ctx c;

	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, read_data, &c, 0);
	return 0;
}

static long read_last_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	if (first_call(c))
		c->s = bpf_dynptr_data(dynptr, 0, 8);
	else if (c->s)
		sink = *c->s;
	return 0;
}

/* The callback reads the data that the first call left in its caller's stack. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_data_read_in_next_callback(void *ctx)
{
	struct ctx c;

	c.called = false;
	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, read_last_data, &c, 0);
	return 0;
}

static long store_clone(struct bpf_dynptr *dynptr, struct ctx *c)
{
	bpf_dynptr_clone(dynptr, &c->d);
	return 0;
}

/* The callback clones the dynptr to its caller's stack, where another one is made after the
 * callback.
 */
SEC("syscall")
__success __retval(0)
int user_ringbuf_clone_made_anew_after_callback(void *ctx)
{
	struct ctx c;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &c.d);
	bpf_user_ringbuf_drain(&user_ringbuf, store_clone, &c, 0);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &c.d);
	sink = bpf_dynptr_size(&c.d);
	return 0;
}

static long store_clone_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	struct bpf_dynptr clone;

	if (!first_call(c))
		return 0;
	bpf_dynptr_clone(dynptr, &clone);
	c->s = bpf_dynptr_data(&clone, 0, 8);
	return 0;
}

/* The callback spills the data of its clone to its caller's stack, which reads it. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_clone_data_read_after_callback(void *ctx)
{
	struct ctx c;

	c.called = false;
	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, store_clone_data, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static long store_clone_and_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	if (!first_call(c))
		return 0;
	bpf_dynptr_clone(dynptr, &c->d);
	c->s = bpf_dynptr_data(&c->d, 0, 8);
	return 0;
}

/* The callback leaves clone and data in its caller's stack, which reads the data. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_callers_clone_data_read_after_callback(void *ctx)
{
	struct ctx c;

	c.called = false;
	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, store_clone_and_data, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static __noinline __u8 *data_of(struct bpf_dynptr *dynptr)
{
	return bpf_dynptr_data(dynptr, 0, 8);
}

static long read_returned_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	__u8 *s = data_of(dynptr);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram of the callback returns the data, which the callback reads. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_returned_data_read_in_callback(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, read_returned_data, NULL, 0);
	return 0;
}

static __noinline __u8 *data_of_clone(struct bpf_dynptr *dynptr)
{
	struct bpf_dynptr clone;

	bpf_dynptr_clone(dynptr, &clone);
	return bpf_dynptr_data(&clone, 0, 8);
}

static long read_returned_clone_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	__u8 *s = data_of_clone(dynptr);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram of the callback returns the data of its clone, which the callback reads. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_returned_clone_data_read_in_callback(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, read_returned_clone_data, NULL, 0);
	return 0;
}

static long store_returned_clone_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	if (first_call(c))
		c->s = data_of_clone(dynptr);
	return 0;
}

/* A subprogram of the callback returns the data of its clone, which the callback's caller
 * reads.
 */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_returned_clone_data_read_after_callback(void *ctx)
{
	struct ctx c;

	c.called = false;
	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, store_returned_clone_data, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static long discard_clone(struct bpf_dynptr *dynptr, struct ctx *c)
{
	struct bpf_dynptr clone;

	bpf_dynptr_clone(dynptr, &clone);
	bpf_ringbuf_discard_dynptr(&clone, 0);
	return 0;
}

/* The callback discards a clone of its dynptr, which nobody acquired. */
SEC("syscall")
__failure __msg(NOT_A_RECORD)
int user_ringbuf_discard_clone(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, discard_clone, NULL, 0);
	return 0;
}

static long store_value(struct bpf_dynptr *dynptr, struct ctx *c)
{
	c->s = (__u8 *)&value;
	return 0;
}

/* The callback leaves a pointer to a map value in its caller's stack, which reads it. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_map_value_read_after_callback(void *ctx)
{
	struct ctx c;

	c.s = NULL;
	bpf_user_ringbuf_drain(&user_ringbuf, store_value, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static long ignore(struct bpf_dynptr *dynptr, struct ctx *c)
{
	sink = bpf_dynptr_size(dynptr);
	return 0;
}

/* The caller's own dynptr and its data outlive the callback. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_callers_data_read_after_callback(void *ctx)
{
	struct ctx c;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &c.d);
	c.s = bpf_dynptr_data(&c.d, 0, 8);
	bpf_user_ringbuf_drain(&user_ringbuf, ignore, &c, 0);
	if (c.s)
		sink = *c.s + bpf_dynptr_size(&c.d);
	return 0;
}

/* The callback clones its dynptr over its caller's, whose data the caller then reads. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_callers_data_read_after_overwrite(void *ctx)
{
	struct ctx c;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &c.d);
	c.s = bpf_dynptr_data(&c.d, 0, 8);
	bpf_user_ringbuf_drain(&user_ringbuf, store_clone, &c, 0);
	if (c.s)
		sink = *c.s;
	return 0;
}

static long from_data(struct bpf_dynptr *dynptr, struct ctx *c)
{
	struct bpf_dynptr d;
	__u8 *s;

	s = bpf_dynptr_data(dynptr, 0, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d);
	return 0;
}

/* The callback makes a dynptr from the data of its dynptr. */
SEC("syscall")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int user_ringbuf_dynptr_from_data(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, from_data, NULL, 0);
	return 0;
}

static __always_inline long store_either(struct bpf_dynptr *dynptr, struct ctx *c, bool outer)
{
	if (outer)
		sink = 1;
	else
		c->s = bpf_dynptr_data(dynptr, 0, 8);
	barrier();
	return 0;
}

static long store_either_1(struct bpf_dynptr *dynptr, struct ctx *c)
{
	return store_either(dynptr, c, __builtin_expect(bpf_get_prandom_u32() & 1, 0));
}

static long store_either_2(struct bpf_dynptr *dynptr, struct ctx *c)
{
	return store_either(dynptr, c, __builtin_expect(bpf_get_prandom_u32() & 1, 1));
}

static __always_inline long drain_again(struct bpf_dynptr *dynptr, struct ctx *c, void *callback)
{
	if (!first_call(c))
		return 0;
	c->s = bpf_dynptr_data(dynptr, 0, 8);
	bpf_user_ringbuf_drain(&user_ringbuf, callback, c, 0);
	if (c->s)
		sink = *c->s;
	c->s = NULL;
	return 0;
}

static long drain_again_1(struct bpf_dynptr *dynptr, struct ctx *c)
{
	return drain_again(dynptr, c, store_either_1);
}

static long drain_again_2(struct bpf_dynptr *dynptr, struct ctx *c)
{
	return drain_again(dynptr, c, store_either_2);
}

/*
 * A callback in a callback leaves the data of the outer dynptr, or of its own, which is gone
 * when it returns. The two ways meet in states that differ in nothing else.
 */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_pruned_inner_data_1(void *ctx)
{
	struct ctx c = {};

	bpf_user_ringbuf_drain(&user_ringbuf, drain_again_1, &c, 0);
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int user_ringbuf_pruned_inner_data_1_freq(void *ctx)
{
	struct ctx c = {};

	bpf_user_ringbuf_drain(&user_ringbuf, drain_again_1, &c, 0);
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int user_ringbuf_pruned_inner_data_2(void *ctx)
{
	struct ctx c = {};

	bpf_user_ringbuf_drain(&user_ringbuf, drain_again_2, &c, 0);
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int user_ringbuf_pruned_inner_data_2_freq(void *ctx)
{
	struct ctx c = {};

	bpf_user_ringbuf_drain(&user_ringbuf, drain_again_2, &c, 0);
	return 0;
}

static long keep_outer(struct bpf_dynptr *dynptr, struct ctx *c)
{
	sink = bpf_dynptr_size(dynptr);
	return 0;
}

static long drain_and_read(struct bpf_dynptr *dynptr, struct ctx *c)
{
	__u8 *s = bpf_dynptr_data(dynptr, 0, 8);

	bpf_user_ringbuf_drain(&user_ringbuf, keep_outer, NULL, 0);
	if (s)
		sink = *s;
	return 0;
}

/* The outer callback's data outlives the inner callback. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_outer_data_read_after_inner(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, drain_and_read, NULL, 0);
	return 0;
}

static long read_into_record(struct bpf_dynptr *dynptr, struct ctx *c)
{
	__u64 *rec;

	rec = bpf_ringbuf_reserve(&ringbuf, sizeof(*rec), 0);
	if (!rec)
		return 0;
	bpf_dynptr_read(rec, sizeof(*rec), dynptr, 0, 0);
	bpf_ringbuf_discard(rec, 0);
	return 0;
}

/* The callback gives a helper its dynptr and a record, of which only the record is owned. */
SEC("syscall")
__success __retval(0)
int user_ringbuf_read_into_record(void *ctx)
{
	bpf_user_ringbuf_drain(&user_ringbuf, read_into_record, NULL, 0);
	return 0;
}
