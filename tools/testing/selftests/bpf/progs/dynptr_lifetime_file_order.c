// SPDX-License-Identifier: GPL-2.0
/* A file, its dynptrs and their clones, in all orders of discarding, overwriting and putting. */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_misc.h"
#include "words.h"

char _license[] SEC("license") = "GPL";

__u64 sink;
__u8 buf[8];

/* A store to any byte of a dynptr is its end. */
static __always_inline void overwrite(struct bpf_dynptr *d)
{
	*(__u8 *)d = 0;
	barrier();
}

static __always_inline struct file *exe_file(void)
{
	return bpf_get_task_exe_file(bpf_get_current_task_btf());
}

/* The file is put, then its dynptr is discarded. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_put_then_discard, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_put_file(file);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The dynptr is cloned, then the file is put. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_put_with_clone, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d, c;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_put_file(file);
	bpf_dynptr_file_discard(&c);
	return 0;
}

/* The clone is discarded, and the original with it, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_clone_discarded_then_put, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d, c;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_read(buf, sizeof(buf), &c, 0, 0);
	bpf_dynptr_file_discard(&c);
	bpf_put_file(file);
	return 0;
}

/* Of two dynptrs of a file one is discarded, then the file is put. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_two_dynptrs_one_discarded, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d1, d2;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d1);
	bpf_dynptr_from_file(file, 0, &d2);
	bpf_dynptr_file_discard(&d1);
	bpf_put_file(file);
	bpf_dynptr_file_discard(&d2);
	return 0;
}

/* Two dynptrs of a file are discarded, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_two_dynptrs_both_discarded, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d1, d2;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d1);
	bpf_dynptr_from_file(file, 0, &d2);
	bpf_dynptr_file_discard(&d1);
	bpf_dynptr_read(buf, sizeof(buf), &d2, 0, 0);
	bpf_dynptr_file_discard(&d2);
	bpf_put_file(file);
	return 0;
}

/* Of two files the one without a dynptr is put while the other one's dynptr is in use. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_other_file_put, struct file *arg)
{
	struct file *file = exe_file(), *other;
	struct bpf_dynptr d;

	if (!file)
		return 0;
	other = exe_file();
	bpf_dynptr_from_file(file, 0, &d);
	if (other)
		bpf_put_file(other);
	bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
	bpf_dynptr_file_discard(&d);
	bpf_put_file(file);
	return 0;
}

static __noinline void put(struct file *file)
{
	bpf_put_file(file);
}

/* A subprogram puts the file before its dynptr is discarded. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_put_in_callee, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	put(file);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The dynptr is discarded, then a subprogram puts the file. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_discard_then_put_in_callee, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_file_discard(&d);
	put(file);
	return 0;
}

static __noinline void discard(struct bpf_dynptr *d)
{
	bpf_dynptr_file_discard(d);
}

/* A subprogram discards the dynptr, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_discarded_in_callee_then_put, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	discard(&d);
	bpf_put_file(file);
	return 0;
}

static __noinline int from_file(struct file *file)
{
	struct bpf_dynptr d;

	return bpf_dynptr_from_file(file, 0, &d);
}

/* A subprogram returns without having discarded its dynptr, then the file is put. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_callees_dynptr_leaks, struct file *arg)
{
	struct file *file = exe_file();

	if (!file)
		return 0;
	sink = from_file(file);
	bpf_put_file(file);
	return 0;
}

static __noinline int read_file(struct file *file)
{
	struct bpf_dynptr d;
	int err;

	bpf_dynptr_from_file(file, 0, &d);
	err = bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
	bpf_dynptr_file_discard(&d);
	return err;
}

/* A subprogram discards its dynptr before it returns, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_callees_dynptr_discarded, struct file *arg)
{
	struct file *file = exe_file();

	if (!file)
		return 0;
	sink = read_file(file);
	bpf_put_file(file);
	return 0;
}

/* Neither the dynptr is discarded nor the file put. */
SEC("lsm.s/file_open")
__failure __msg("Unreleased reference id=")
int BPF_PROG(file_dynptr_leaks, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	return 0;
}

/* The dynptr of a file that the program does not own is not discarded. */
SEC("lsm.s/file_open")
__failure __msg("Unreleased reference id=")
int BPF_PROG(file_dynptr_of_argument_leaks, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	return 0;
}

/* The dynptr of a file that the program does not own is used and discarded. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_dynptr_of_argument_discarded, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The dynptr is discarded, then the file is read through it. */
SEC("lsm.s/file_open")
__failure __msg("Expected an initialized dynptr as " ARG2)
int BPF_PROG(file_read_after_discard, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_file_discard(&d);
	bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
	return 0;
}

/* The original is discarded, then the file is read through the clone. */
SEC("lsm.s/file_open")
__failure __msg("Expected an initialized dynptr as " ARG2)
int BPF_PROG(file_clone_read_after_discard, struct file *arg)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_file_discard(&d);
	bpf_dynptr_read(buf, sizeof(buf), &c, 0, 0);
	return 0;
}

/* The file is read through the clone, then the original is discarded. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_clone_read_then_discard, struct file *arg)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_read(buf, sizeof(buf), &c, 0, 0);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The original is discarded, then the clone. */
SEC("lsm.s/file_open")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(file_discarded_twice, struct file *arg)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_clone(&d, &c);
	bpf_dynptr_file_discard(&d);
	bpf_dynptr_file_discard(&c);
	return 0;
}

static __noinline void discard_clone(struct bpf_dynptr *d)
{
	struct bpf_dynptr c;

	bpf_dynptr_clone(d, &c);
	bpf_dynptr_file_discard(&c);
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller reads by the
 * original.
 */
SEC("lsm.s/file_open")
__failure __msg("Expected an initialized dynptr as " ARG2)
int BPF_PROG(file_callee_discards_clone_original_read, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	discard_clone(&d);
	bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone; the caller discards the
 * original.
 */
SEC("lsm.s/file_open")
__failure __msg("Expected an initialized dynptr as " ARG0)
int BPF_PROG(file_callee_discards_clone_original_discarded, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	discard_clone(&d);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* A subprogram clones the caller's dynptr and discards the clone, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_callee_discards_clone_then_put, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	discard_clone(&d);
	bpf_put_file(file);
	return 0;
}

/* The dynptr is discarded, then its slice is read. */
SEC("lsm.s/file_open")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(file_slice_read_after_discard, struct file *arg)
{
	struct bpf_dynptr d;
	__u8 *s, b[8] = {};

	bpf_dynptr_from_file(arg, 0, &d);
	s = bpf_dynptr_slice(&d, 0, b, sizeof(b));
	bpf_dynptr_file_discard(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The slice is read, then the dynptr is discarded. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_slice_read_then_discard, struct file *arg)
{
	struct bpf_dynptr d;
	__u8 *s, b[8] = {};

	bpf_dynptr_from_file(arg, 0, &d);
	s = bpf_dynptr_slice(&d, 0, b, sizeof(b));
	if (s)
		sink = *s;
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The dynptr is discarded, then what bpf_dynptr_data() gave is read. */
SEC("lsm.s/file_open")
__failure __msg("invalid mem access 'scalar'")
int BPF_PROG(file_data_read_after_discard, struct file *arg)
{
	struct bpf_dynptr d;
	__u8 *s;

	bpf_dynptr_from_file(arg, 0, &d);
	s = bpf_dynptr_data(&d, 0, 8);
	bpf_dynptr_file_discard(&d);
	if (s)
		sink = *s;
	return 0;
}

/* The only dynptr of a file is overwritten. */
SEC("lsm.s/file_open")
__failure __msg("cannot overwrite referenced dynptr")
int BPF_PROG(file_only_dynptr_overwritten, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	overwrite(&d);
	return 0;
}

/* The original is overwritten; the clone is used and discarded. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_original_overwritten, struct file *arg)
{
	struct bpf_dynptr d, c;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	bpf_dynptr_read(buf, sizeof(buf), &c, 0, 0);
	bpf_dynptr_file_discard(&c);
	return 0;
}

/* The original is overwritten, then the file is put while the clone lives. */
SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_original_overwritten_then_put, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d, c;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	bpf_put_file(file);
	bpf_dynptr_file_discard(&c);
	return 0;
}

/* The original is overwritten and the clone discarded, then the file is put. */
SEC("lsm.s/file_open")
__success
int BPF_PROG(file_original_overwritten_clone_discarded, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d, c;

	if (!file)
		return 0;
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_clone(&d, &c);
	overwrite(&d);
	bpf_dynptr_file_discard(&c);
	bpf_put_file(file);
	return 0;
}

/* The file is put, then a dynptr is made from it. */
SEC("lsm.s/file_open")
__failure __msg(NOT_A("0", "1", "file"))
int BPF_PROG(file_used_after_put, struct file *arg)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;

	if (!file)
		return 0;
	bpf_put_file(file);
	bpf_dynptr_from_file(file, 0, &d);
	bpf_dynptr_file_discard(&d);
	return 0;
}

/* The dynptr of a file is given to bpf_ringbuf_discard_dynptr(). */
SEC("lsm.s/file_open")
__failure __msg("Expected a dynptr of type ringbuf as " ARG0)
int BPF_PROG(file_ringbuf_discard, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_ringbuf_discard_dynptr(&d, 0);
	return 0;
}

/* The dynptr is made from the first or from the second file; then the first is put. */
static __always_inline int __file_pruned_put_1(void)
{
	struct file *file1 = exe_file(), *file2;
	struct bpf_dynptr d;

	if (!file1)
		return 0;
	file2 = exe_file();
	if (!file2) {
		bpf_put_file(file1);
		return 0;
	}
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_file(file1, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_file(file2, 0, &d);
	}
	bpf_put_file(file1);
	bpf_dynptr_file_discard(&d);
	bpf_put_file(file2);
	return 0;
}

SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_pruned_put_1, struct file *arg)
{
	return __file_pruned_put_1();
}

SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER) __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(file_pruned_put_1_freq, struct file *arg)
{
	return __file_pruned_put_1();
}

/* The dynptr is made from the second or from the first file; then the first is put. */
static __always_inline int __file_pruned_put_2(void)
{
	struct file *file1 = exe_file(), *file2;
	struct bpf_dynptr d;

	if (!file1)
		return 0;
	file2 = exe_file();
	if (!file2) {
		bpf_put_file(file1);
		return 0;
	}
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_file(file2, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_file(file1, 0, &d);
	}
	bpf_put_file(file1);
	bpf_dynptr_file_discard(&d);
	bpf_put_file(file2);
	return 0;
}

SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER)
int BPF_PROG(file_pruned_put_2, struct file *arg)
{
	return __file_pruned_put_2();
}

SEC("lsm.s/file_open")
__failure __msg(OUT_OF_ORDER) __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(file_pruned_put_2_freq, struct file *arg)
{
	return __file_pruned_put_2();
}

/* The dynptr is made from the first or from the second file; it is discarded, then both are
 * put.
 */
static __always_inline int __file_pruned_discard_then_put(void)
{
	struct file *file1 = exe_file(), *file2;
	struct bpf_dynptr d;

	if (!file1)
		return 0;
	file2 = exe_file();
	if (!file2) {
		bpf_put_file(file1);
		return 0;
	}
	if (bpf_get_prandom_u32()) {
		bpf_dynptr_from_file(file1, 0, &d);
		barrier();
	} else {
		bpf_dynptr_from_file(file2, 0, &d);
	}
	bpf_dynptr_file_discard(&d);
	bpf_put_file(file1);
	bpf_put_file(file2);
	return 0;
}

SEC("lsm.s/file_open")
__success
int BPF_PROG(file_pruned_discard_then_put, struct file *arg)
{
	return __file_pruned_discard_then_put();
}

SEC("lsm.s/file_open")
__success __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(file_pruned_discard_then_put_freq, struct file *arg)
{
	return __file_pruned_discard_then_put();
}

/* A loop makes a dynptr, reads and discards it in each iteration; the file is put after it. */
static __always_inline int __file_loop(void)
{
	struct file *file = exe_file();
	struct bpf_dynptr d;
	int i;

	if (!file)
		return 0;
	bpf_for(i, 0, 3) {
		bpf_dynptr_from_file(file, 0, &d);
		bpf_dynptr_read(buf, sizeof(buf), &d, 0, 0);
		bpf_dynptr_file_discard(&d);
	}
	bpf_put_file(file);
	return 0;
}

SEC("lsm.s/file_open")
__success
int BPF_PROG(file_loop, struct file *arg)
{
	return __file_loop();
}

SEC("lsm.s/file_open")
__success __flag(BPF_F_TEST_STATE_FREQ)
int BPF_PROG(file_loop_freq, struct file *arg)
{
	return __file_loop();
}

/* A file that the program does not own is put while it has a dynptr. */
SEC("lsm.s/file_open")
__failure __msg("bpf_put_file " NOT_OWNED)
int BPF_PROG(file_argument_put, struct file *arg)
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file(arg, 0, &d);
	bpf_put_file(arg);
	bpf_dynptr_file_discard(&d);
	return 0;
}
