/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of ring buffer records share. */
#ifndef __DYNPTR_LIFETIME_RECORDS_H
#define __DYNPTR_LIFETIME_RECORDS_H

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "words.h"

/* The compiler has to write var to its stack slot, and to read it from there again. */
#define spill(var) ({ asm volatile("" : "+m"(var)); })

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u64);
	__type(value, __u64);
} values SEC(".maps");

__u64 sink;
__u64 value;

/* A store to any byte of a dynptr is its end. */
static __always_inline void overwrite(struct bpf_dynptr *d)
{
	*(__u8 *)d = 0;
	barrier();
}

#endif /* __DYNPTR_LIFETIME_RECORDS_H */
