/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of a TC or XDP program's packet share. */
#ifndef __DYNPTR_LIFETIME_PACKET_H
#define __DYNPTR_LIFETIME_PACKET_H

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "words.h"

/* The compiler has to write var to its stack slot, and to read it from there again. */
#define spill(var) ({ asm volatile("" : "+m"(var)); })

__u64 sink;

/* A store to any byte of a dynptr is its end. */
static __always_inline void overwrite(struct bpf_dynptr *d)
{
	*(__u8 *)d = 0;
	barrier();
}

#endif /* __DYNPTR_LIFETIME_PACKET_H */
