// SPDX-License-Identifier: GPL-2.0
/* Dynptrs of a map value, which nothing can free, in syscall programs. */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "words.h"

char _license[] SEC("license") = "GPL";

/* The compiler has to write var to its stack slot, and to read it from there again. */
#define spill(var) ({ asm volatile("" : "+m"(var)); })

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u64);
	__type(value, __u64);
} values SEC(".maps");

__u64 sink;
__u64 value;
__u64 value2;

/* A store to any byte of a dynptr is its end. */
static __always_inline void overwrite(struct bpf_dynptr *d)
{
	*(__u8 *)d = 0;
	barrier();
}

/* The dynptr is overwritten, then its data is read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_overwritten_data_read(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The data is read, then the dynptr is overwritten. */
SEC("syscall")
__success __retval(0)
int mem_data_read_then_overwrite(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		sink = *s;
	overwrite(&d);
	return 0;
}

/* The dynptr is overwritten, then its slice is read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_overwritten_slice_read(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	overwrite(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The slice is read, then the dynptr is overwritten. */
SEC("syscall")
__success __retval(0)
int mem_slice_read_then_overwrite(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_slice(&d, 0, NULL, 8);
	if (s)
		sink = *s;
	overwrite(&d);
	return 0;
}

/* The dynptr is overwritten, then used. */
SEC("syscall")
__failure __msg("Expected an initialized dynptr as " ARG0)
int mem_overwritten_dynptr_used(void *ctx)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	overwrite(&d);
	sink = bpf_dynptr_size(&d);
	return 0;
}

/* The dynptr is overwritten, then the sum 'scalar + data' is read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_overwritten_scalar_plus_data_read(void *ctx)
{
	struct bpf_dynptr d;
	__u64 i = 0;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (!s)
		return 0;
	asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
	overwrite(&d);
	sink = *(__u8 *)i;
	return 0;
}

/* The sum 'scalar + data' is read, then the dynptr is overwritten. */
SEC("syscall")
__success __retval(0)
int mem_scalar_plus_data_read_then_overwrite(void *ctx)
{
	struct bpf_dynptr d;
	__u64 i = 0;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (!s)
		return 0;
	asm volatile ("%[i] += %[s]" : [i]"+r"(i) : [s]"r"(s));
	sink = *(__u8 *)i;
	overwrite(&d);
	return 0;
}

/* The original is overwritten; the clone and its data are used. */
SEC("syscall")
__success __retval(0)
int mem_original_overwritten_clone_data_read(void *ctx)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	overwrite(&d);
	if (s)
		sink = *s + bpf_dynptr_size(&c);
	return 0;
}

/* The clone is overwritten, then its data is read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_clone_overwritten_its_data_read(void *ctx)
{
	struct bpf_dynptr d, c;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	bpf_dynptr_clone(&d, &c);
	s = bpf_dynptr_data(&c, 0, 8);
	overwrite(&c);
	if (s)
		sink = *s;
	return 0;
}

/* A dynptr is the place for its own clone, whose data is read. */
SEC("syscall")
__success __retval(0)
int mem_clone_cloned_onto_itself(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	bpf_dynptr_clone(&d, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		sink = *s;
	return 0;
}

/* A dynptr is adjusted; its old data, which lies in the map still, is read. */
SEC("syscall")
__success __retval(0)
int mem_adjusted_data_read(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	bpf_dynptr_adjust(&d, 4, 8);
	if (s)
		sink = *s;
	return 0;
}

static __noinline __u8 *data_of(void *mem)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	return bpf_dynptr_data(&d, 0, 8);
}

/* A subprogram returns the data of a dynptr of its own: the map outlives both. */
SEC("syscall")
__success __retval(0)
int mem_returned_data_read(void *ctx)
{
	__u8 *s = data_of(ctx);

	if (s)
		sink = *s;
	return 0;
}

/* A subprogram returned data; another one uses the same stack for a dynptr of its own. */
SEC("syscall")
__success __retval(0)
int mem_returned_data_outlives_slot(void *ctx)
{
	__u8 *s = data_of(ctx), *t = data_of(ctx);

	if (s && t)
		sink = *s + *t;
	return 0;
}

static __noinline __u8 *data_of_overwritten(void *mem)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	overwrite(&d);
	return s;
}

/* A subprogram overwrites its dynptr and returns the data, which is read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_returned_data_of_overwritten_read(void *ctx)
{
	__u8 *s = data_of_overwritten(ctx);

	if (s)
		sink = *s;
	return 0;
}

/* The data of two dynptrs are the key and the value of a map update. */
SEC("syscall")
__success __retval(0)
int mem_map_update_from_two_slices(void *ctx)
{
	struct bpf_dynptr d1, d2;
	__u8 *k, *v;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value2, sizeof(value2), 0, &d2);
	k = bpf_dynptr_data(&d1, 0, 8);
	v = bpf_dynptr_data(&d2, 0, 8);
	if (k && v)
		bpf_map_update_elem(&values, k, v, 0);
	return 0;
}

/* A map is updated from the data of two dynptrs, of which one was overwritten. */
SEC("syscall")
__failure __msg("R3 type=scalar expected=fp")
int mem_map_update_from_dead_slice(void *ctx)
{
	struct bpf_dynptr d1, d2;
	__u8 *k, *v;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value2, sizeof(value2), 0, &d2);
	k = bpf_dynptr_data(&d1, 0, 8);
	v = bpf_dynptr_data(&d2, 0, 8);
	overwrite(&d2);
	if (k && v)
		bpf_map_update_elem(&values, k, v, 0);
	return 0;
}

/* A dynptr is made from the data of another one. */
SEC("syscall")
__failure __msg("Unsupported reg type mem for bpf_dynptr_from_mem data")
int mem_dynptr_from_data(void *ctx)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_from_mem(s, 8, 0, &d2);
	return 0;
}

/* Two dynptrs are made from one map value. */
SEC("syscall")
__success __retval(0)
int mem_dynptr_from_same_value(void *ctx)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (s)
		bpf_dynptr_from_mem(&value, 8, 0, &d2);
	return 0;
}

/* The data is spilled over its own dynptr, then filled and read. */
SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_data_in_own_slot(void *ctx)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	if (!s)
		return 0;
	*(__u8 **)&d = s;
	barrier();
	sink = **(__u8 **)&d;
	return 0;
}

/* The data is spilled over another dynptr, then filled and read. */
SEC("syscall")
__success __retval(0)
int mem_data_in_others_slot(void *ctx)
{
	struct bpf_dynptr d, d2;
	__u8 *s;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s = bpf_dynptr_data(&d, 0, 8);
	if (!s)
		return 0;
	*(__u8 **)&d2 = s;
	barrier();
	sink = **(__u8 **)&d2;
	return 0;
}

/* The data is of the first or of the second dynptr; the first is overwritten, then the data is
 * read.
 */
static __always_inline int __mem_pruned_data_of_overwritten_1(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	overwrite(&d1);
	sink = *s2;
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_pruned_data_of_overwritten_1(void *ctx)
{
	return __mem_pruned_data_of_overwritten_1();
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_data_of_overwritten_1_freq(void *ctx)
{
	return __mem_pruned_data_of_overwritten_1();
}

/* The data is of the second or of the first dynptr; the first is overwritten, then the data is
 * read.
 */
static __always_inline int __mem_pruned_data_of_overwritten_2(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s1 = s2;
	barrier_var(s1);
	overwrite(&d1);
	sink = *s1;
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_pruned_data_of_overwritten_2(void *ctx)
{
	return __mem_pruned_data_of_overwritten_2();
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_data_of_overwritten_2_freq(void *ctx)
{
	return __mem_pruned_data_of_overwritten_2();
}

/* The data is of the first or of the second dynptr; it is read, then the first is overwritten. */
static __always_inline int __mem_pruned_data_read_then_overwrite(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s2 = s1;
	barrier_var(s2);
	sink = *s2;
	overwrite(&d1);
	return 0;
}

SEC("syscall")
__success __retval(0)
int mem_pruned_data_read_then_overwrite(void *ctx)
{
	return __mem_pruned_data_read_then_overwrite();
}

SEC("syscall")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_data_read_then_overwrite_freq(void *ctx)
{
	return __mem_pruned_data_read_then_overwrite();
}

/* The spilled data is of the first or of the second dynptr; the first is overwritten, the data
 * read.
 */
static __always_inline int __mem_pruned_spilled_data_of_overwritten_1(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s2 = s1;
	spill(s2);
	overwrite(&d1);
	spill(s2);
	sink = *s2;
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_pruned_spilled_data_of_overwritten_1(void *ctx)
{
	return __mem_pruned_spilled_data_of_overwritten_1();
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_spilled_data_of_overwritten_1_freq(void *ctx)
{
	return __mem_pruned_spilled_data_of_overwritten_1();
}

/* The spilled data is of the second or of the first dynptr; the first is overwritten, the data
 * read.
 */
static __always_inline int __mem_pruned_spilled_data_of_overwritten_2(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s1, *s2;

	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	s1 = bpf_dynptr_data(&d1, 0, 8);
	s2 = bpf_dynptr_data(&d2, 0, 8);
	if (!s1 || !s2)
		return 0;
	if (bpf_get_prandom_u32())
		s1 = s2;
	spill(s1);
	overwrite(&d1);
	spill(s1);
	sink = *s1;
	return 0;
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'")
int mem_pruned_spilled_data_of_overwritten_2(void *ctx)
{
	return __mem_pruned_spilled_data_of_overwritten_2();
}

SEC("syscall")
__failure __msg("invalid mem access 'scalar'") __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_spilled_data_of_overwritten_2_freq(void *ctx)
{
	return __mem_pruned_spilled_data_of_overwritten_2();
}

/* Two dynptrs are made in either order: which id came first does not matter. */
static __always_inline int __mem_pruned_made_in_either_order(void)
{
	struct bpf_dynptr d1, d2;
	__u8 *s;

	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
		bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
	} else {
		bpf_dynptr_from_mem(&value, sizeof(value), 0, &d2);
		bpf_dynptr_from_mem(&value, sizeof(value), 0, &d1);
	}
	s = bpf_dynptr_data(&d1, 0, 8);
	overwrite(&d2);
	if (s)
		sink = *s + bpf_dynptr_size(&d1);
	return 0;
}

SEC("syscall")
__success __retval(0)
int mem_pruned_made_in_either_order(void *ctx)
{
	return __mem_pruned_made_in_either_order();
}

SEC("syscall")
__success __retval(0) __flag(BPF_F_TEST_STATE_FREQ)
int mem_pruned_made_in_either_order_freq(void *ctx)
{
	return __mem_pruned_made_in_either_order();
}
