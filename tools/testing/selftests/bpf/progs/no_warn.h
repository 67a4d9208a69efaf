/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs of no_warn.c are made of: types, maps, and the macros that make a
 * program of each type for a register.
 */
#ifndef __NO_WARN_H
#define __NO_WARN_H

#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

struct node {
	long data;
	struct bpf_refcount ref;
	struct bpf_list_node l;
	struct bpf_rb_node r;
};

struct plain {
	long a, b;
};

struct inner {
	struct plain __kptr * plain;
	long data;
};

/* What a map's value can hold, BTF_FIELDS_MAX at most; each member is an argument, too. */
struct no_warn_val {
	long data[8];
	struct bpf_timer timer;
	struct bpf_wq wq;
	struct bpf_task_work tw;
	struct task_struct __kptr * task;
	struct task_struct __kptr_untrusted * untrusted;
	struct bpf_cpumask __kptr * mask;
	struct plain __kptr * plain;
	struct node __kptr * node;
	struct plain __percpu_kptr * pcpu;
	struct bpf_spin_lock lock;
};

struct lists {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __contains(node, l);
	struct bpf_rb_root root __contains(node, r);
};

struct res_val {
	struct bpf_res_spin_lock lock;
	long data;
};

#define MAP(name, t, k, v, n)			\
struct {					\
	__uint(type, BPF_MAP_TYPE_##t);		\
	__uint(max_entries, n);			\
	__type(key, k);				\
	__type(value, v);			\
} name SEC(".maps")

#define STORAGE(name, t)			\
struct {					\
	__uint(type, BPF_MAP_TYPE_##t);		\
	__uint(map_flags, BPF_F_NO_PREALLOC);	\
	__type(key, int);			\
	__type(value, long);			\
} name SEC(".maps")

#define SIZED(name, t, k, v, n)			\
struct {					\
	__uint(type, BPF_MAP_TYPE_##t);		\
	__uint(max_entries, n);			\
	__uint(key_size, k);			\
	__uint(value_size, v);			\
} name SEC(".maps")

MAP(vals, ARRAY, int, struct no_warn_val, 1);
MAP(lists, ARRAY, int, struct lists, 1);
MAP(res_vals, ARRAY, int, struct res_val, 1);
MAP(array, ARRAY, int, long, 4);
MAP(hash, HASH, int, long, 4);
MAP(percpu_hash, PERCPU_HASH, int, long, 4);
SIZED(prog_array, PROG_ARRAY, 4, 4, 1);
SIZED(perf_array, PERF_EVENT_ARRAY, 4, 4, 1);
SIZED(cgroup_array, CGROUP_ARRAY, 4, 4, 1);
SIZED(stackmap, STACK_TRACE, 4, 80, 4);
SIZED(queue, QUEUE, 0, 8, 4);
SIZED(bloom, BLOOM_FILTER, 0, 8, 4);
SIZED(sockmap, SOCKMAP, 4, 8, 1);
SIZED(sockhash, SOCKHASH, 4, 8, 1);
SIZED(reuseport, REUSEPORT_SOCKARRAY, 4, 8, 1);
SIZED(xskmap, XSKMAP, 4, 4, 1);
SIZED(devmap, DEVMAP, 4, 4, 1);
SIZED(ringbuf, RINGBUF, 0, 0, 4096);
SIZED(user_ringbuf, USER_RINGBUF, 0, 0, 4096);
STORAGE(task_storage, TASK_STORAGE);
STORAGE(sk_storage, SK_STORAGE);
STORAGE(inode_storage, INODE_STORAGE);
STORAGE(cgrp_storage, CGRP_STORAGE);

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
} arena SEC(".maps");

extern const struct rq runqueues __ksym;
extern const int bpf_prog_active __ksym;

const int zero;

static int cb(void)
{
	return 0;
}

/* r6 is what the probe is about, r7 the context, r8 a callback. */
#define NOPS 40
#define __str(x) #x
#define REPT(n) ".rept " __str(n) "; r9 = 0; .endr"
#define PROBE(p) PROBE_WITH(p, cb)
#define PROBE_WITH(p, callback) ({					\
	register __u64 r6 asm("r6") = (__u64)(p);			\
	register __u64 r7 asm("r7") = (__u64)ctx;			\
	register __u64 r8 asm("r8") = (__u64)(callback);		\
	asm volatile (REPT(NOPS)					\
		      : "+r"(r6), "+r"(r7), "+r"(r8)			\
		      :: "r0", "r1", "r2", "r3", "r4", "r5", "r9", "memory"); \
	})

/* What the verifier must say of r6, or of what it points to on the stack, at the call */
#define R6(reg) __attribute__((btf_decl_tag("r6" reg)))

#define PROGRAM(prefix, name, reg, body, sec, ret)			\
	SEC(sec) R6(reg)						\
	int prefix##name(__u64 *ctx) { body; return ret; }

/* What most types of programs can make: one program of each */
#define MAKER(name, ...)						\
static __always_inline void mk_##name(void *ctx);			\
PROGRAM(tc, __##name, __VA_ARGS__, mk_##name(ctx), "tc", 0)		\
PROGRAM(tp, __##name, __VA_ARGS__, mk_##name(ctx), "tp_btf/task_newtask", 0)	\
PROGRAM(sys, __##name, __VA_ARGS__, mk_##name(ctx), "syscall", 0)		\
PROGRAM(lsm, __##name, __VA_ARGS__, mk_##name(ctx), "lsm.s/file_open", 0)	\
static __always_inline void mk_##name(void *ctx)

/* What one can */
#define MAKER_OF(sec, prefix, type, name, reg)				\
static __always_inline void prefix##_##name(typeof(type) *ctx);		\
SEC(sec) R6(reg)							\
int prefix##__##name(typeof(type) *ctx) { prefix##_##name(ctx); return 0; }	\
static __always_inline void prefix##_##name(typeof(type) *ctx)

#define TC(name, reg)	MAKER_OF("tc", tc, struct __sk_buff, name, reg)
#define TP(name, reg)	MAKER_OF("tp_btf/task_newtask", tp, __u64, name, reg)
#define LSM(name, reg)	MAKER_OF("lsm.s/file_open", lsm, __u64, name, reg)
#define XDP(name, reg)	MAKER_OF("xdp", xdp, struct xdp_md, name, reg)

/* Each type of program has what takes no making: those that exist for their helpers. */
#define BASIC(prefix, ...)						\
int prefix##__zero(__u64 *ctx);						\
PROGRAM(prefix##__, zero, "=0", PROBE(0), __VA_ARGS__)			\
PROGRAM(prefix##__, scalar, "=scalar(", PROBE(bpf_get_prandom_u32()), __VA_ARGS__)	\
PROGRAM(prefix##__, ctx, "=ctx(", PROBE(ctx), __VA_ARGS__)		\
PROGRAM(prefix##__, fp, "=fp", __u64 b[8] = {}; PROBE(b), __VA_ARGS__)	\
PROGRAM(prefix##__, const_value, "=map_value(", PROBE(data), __VA_ARGS__)

struct bpf_spin_lock glock SEC(".data.A") __hidden __aligned(8);
struct bpf_list_head ghead SEC(".data.A") __hidden __aligned(8) __contains(node, l);
struct bpf_rb_root groot SEC(".data.A") __hidden __aligned(8) __contains(node, r);

long data[8] = { 1 };

static __always_inline struct no_warn_val *vals_elem(void)
{
	return bpf_map_lookup_elem(&vals, &zero);
}

static __always_inline struct lists *lists_elem(void)
{
	return bpf_map_lookup_elem(&lists, &zero);
}

static __always_inline struct res_val *res_vals_elem(void)
{
	return bpf_map_lookup_elem(&res_vals, &zero);
}

static __always_inline long *hash_elem(void)
{
	return bpf_map_lookup_elem(&hash, &zero);
}

#endif
