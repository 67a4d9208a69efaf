// SPDX-License-Identifier: GPL-2.0
/* What operations on kptrs cost: each program does one of them NR times, and measures
 * how long that takes. `make bench` runs them where a nanosecond is an instruction.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

char _license[] SEC("license") = "GPL";

#define NR 1000

struct small {
	long data[2];
};

struct slot {
	struct task_struct __kptr * task;
	struct task_struct __kptr * other;
	struct small __kptr * obj;
	struct cgroup __kptr * cgrp;
	struct bpf_cpumask __kptr * mask;
};

struct value_0 {
	long data[8];
};

struct value_1 {
	struct task_struct __kptr * task;
	long data[7];
};

struct value_8 {
	struct task_struct __kptr * a;
	struct task_struct __kptr * b;
	struct task_struct __kptr * c;
	struct task_struct __kptr * d;
	struct task_struct __kptr * e;
	struct task_struct __kptr * f;
	struct task_struct __kptr * g;
	struct task_struct __kptr * h;
};

#define NR_MAP(name, map_type, flags, value_type, entries)	\
struct {							\
	__uint(type, BPF_MAP_TYPE_##map_type);			\
	__uint(map_flags, flags);				\
	__type(key, int);					\
	__type(value, struct value_type);			\
	__uint(max_entries, entries);				\
} name SEC(".maps")

#define STORAGE(name, value_type)				\
struct {							\
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);		\
	__uint(map_flags, BPF_F_NO_PREALLOC);			\
	__type(key, int);					\
	__type(value, struct value_type);			\
} name SEC(".maps")

#define MAP(name, map_type, flags, value_type)			\
	NR_MAP(name, map_type, flags, value_type, 16)

MAP(slots, ARRAY, 0, slot);
MAP(array_0, ARRAY, 0, value_0);
MAP(array_1, ARRAY, 0, value_1);
MAP(array_8, ARRAY, 0, value_8);
MAP(hash_0, HASH, 0, value_0);
MAP(hash_1, HASH, 0, value_1);
MAP(hash_8, HASH, 0, value_8);
MAP(alloc_0, HASH, BPF_F_NO_PREALLOC, value_0);
MAP(alloc_1, HASH, BPF_F_NO_PREALLOC, value_1);
MAP(alloc_8, HASH, BPF_F_NO_PREALLOC, value_8);
MAP(lru_0, LRU_HASH, 0, value_0);
MAP(lru_1, LRU_HASH, 0, value_1);
MAP(lru_8, LRU_HASH, 0, value_8);
STORAGE(storage_0, value_0);
STORAGE(storage_1, value_1);
STORAGE(storage_8, value_8);
NR_MAP(many_array, ARRAY, 0, value_1, NR);
NR_MAP(many_hash, HASH, 0, value_1, NR);

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(value_size, sizeof(int));
	__uint(max_entries, 1);
} queue SEC(".maps");

u64 ns;
int done;

static const struct value_0 zeros;
static int key;

/* NR times op_NAME(), which returns false where it cannot go on; @done tells. */
#define BENCH(name)							\
SEC("syscall")								\
int bench_##name(void *ctx)						\
{									\
	struct slot *v = bpf_map_lookup_elem(&slots, &key);		\
	u64 start = bpf_ktime_get_ns();					\
	int i;								\
									\
	for (i = 0; v && i < NR && op_##name(v); i++)			\
		barrier_var(v);						\
	ns = bpf_ktime_get_ns() - start;				\
	done = i;							\
	return 0;							\
}

static __always_inline bool op_loop(struct slot *v)
{
	return true;
}

BENCH(loop)

#define PUT(p, drop) ({							\
	typeof(p) p_ = (p);						\
	bool had_ = p_;							\
									\
	if (p_)								\
		drop(p_);						\
	had_;								\
})

#define TASK bpf_task_acquire(bpf_get_current_task_btf())

/* What pair_*() and swap_*() move */
SEC("syscall")
int install(void *ctx)
{
	struct slot *v = bpf_map_lookup_elem(&slots, &key);
	struct task_struct *p;
	struct small *obj;

	if (!v)
		return 0;
	p = TASK;
	if (p)
		PUT(bpf_kptr_xchg(&v->task, p), bpf_task_release);
	p = TASK;
	if (p)
		PUT(bpf_kptr_xchg(&v->other, p), bpf_task_release);
	obj = bpf_obj_new(struct small);
	if (obj)
		PUT(bpf_kptr_xchg(&v->obj, obj), bpf_obj_drop);
	return 0;
}

static __always_inline bool op_pair_nodtor(struct slot *v)
{
	struct small *p = bpf_kptr_xchg(&v->obj, NULL);

	return p && !PUT(bpf_kptr_xchg(&v->obj, p), bpf_obj_drop);
}

static __always_inline bool op_pair_dtor(struct slot *v)
{
	struct task_struct *p = bpf_kptr_xchg(&v->task, NULL);

	return p && !PUT(bpf_kptr_xchg(&v->task, p), bpf_task_release);
}

/* A pair, and a swap */
static __always_inline bool op_pair_swap_dtor(struct slot *v)
{
	struct task_struct *p = bpf_kptr_xchg(&v->other, NULL);

	if (p)
		p = bpf_kptr_xchg(&v->task, p);
	return p && !PUT(bpf_kptr_xchg(&v->other, p), bpf_task_release);
}

BENCH(pair_nodtor)
BENCH(pair_dtor)
BENCH(pair_swap_dtor)

static __always_inline bool op_whole_task(struct slot *v)
{
	struct task_struct *p = TASK;

	if (p)
		PUT(bpf_kptr_xchg(&v->task, p), bpf_task_release);
	return PUT(bpf_kptr_xchg(&v->task, NULL), bpf_task_release);
}

static __always_inline bool op_whole_cgroup(struct slot *v)
{
	struct cgroup *p = bpf_cgroup_from_id(1);

	if (p)
		PUT(bpf_kptr_xchg(&v->cgrp, p), bpf_cgroup_release);
	return PUT(bpf_kptr_xchg(&v->cgrp, NULL), bpf_cgroup_release);
}

static __always_inline bool op_whole_cpumask(struct slot *v)
{
	struct bpf_cpumask *p = bpf_cpumask_create();

	if (p)
		PUT(bpf_kptr_xchg(&v->mask, p), bpf_cpumask_release);
	return PUT(bpf_kptr_xchg(&v->mask, NULL), bpf_cpumask_release);
}

/* All that is installed has gone from the slots by then. */
static __always_inline bool op_null_dtor(struct slot *v)
{
	return !PUT(bpf_kptr_xchg(&v->task, NULL), bpf_task_release);
}

static __always_inline bool op_null_nodtor(struct slot *v)
{
	PUT(bpf_kptr_xchg(&v->obj, NULL), bpf_obj_drop);
	return true;
}

BENCH(whole_task)
BENCH(whole_cgroup)
BENCH(whole_cpumask)
BENCH(null_dtor)
BENCH(null_nodtor)

/* A task is installed, and torn down by an update. */
static __always_inline bool op_install_teardown(struct slot *v)
{
	struct value_1 *w = bpf_map_lookup_elem(&array_1, &key);
	struct task_struct *p = TASK;

	if (w && p)
		PUT(bpf_kptr_xchg(&w->task, p), bpf_task_release);
	else
		PUT(p, bpf_task_release);
	return !bpf_map_update_elem(&array_1, &key, &zeros, 0);
}

BENCH(install_teardown)

/* Before each run of a bench_teardown_*() */
SEC("syscall")
int fill(void *ctx)
{
	struct value_1 *v;
	int i;

	bpf_for(i, 0, NR) {
		struct task_struct *p;

		v = bpf_map_lookup_elem(&many_array, &i);
		p = TASK;
		if (v && p)
			PUT(bpf_kptr_xchg(&v->task, p), bpf_task_release);
		else
			PUT(p, bpf_task_release);
		bpf_map_update_elem(&many_hash, &i, &zeros, BPF_ANY);
		v = bpf_map_lookup_elem(&many_hash, &i);
		p = TASK;
		if (v && p)
			PUT(bpf_kptr_xchg(&v->task, p), bpf_task_release);
		else
			PUT(p, bpf_task_release);
	}
	return 0;
}

static __always_inline void nothing(void)
{
}

/* What tears down; *_here: what it costs this context alone, as workers wait */
#define TEARDOWN(name, call, begin, end)				\
SEC("syscall")								\
int bench_teardown_##name(void *ctx)					\
{									\
	u64 start = bpf_ktime_get_ns();					\
	int i, n = 0;							\
									\
	begin();							\
	for (i = 0; i < NR; i++) {					\
		int k = i;						\
									\
		n += !(call);						\
	}								\
	end();								\
	ns = bpf_ktime_get_ns() - start;				\
	done = n;							\
	return 0;							\
}

#define UPDATE_K bpf_map_update_elem(&many_array, &k, &zeros, BPF_ANY)
#define DELETE_K bpf_map_delete_elem(&many_hash, &k)

TEARDOWN(array, UPDATE_K, nothing, nothing)
TEARDOWN(array_here, UPDATE_K, bpf_preempt_disable, bpf_preempt_enable)
TEARDOWN(hash, DELETE_K, nothing, nothing)
TEARDOWN(hash_here, DELETE_K, bpf_preempt_disable, bpf_preempt_enable)

#define UPDATE(map)							\
static __always_inline bool op_update_##map(struct slot *v)		\
{									\
	return !bpf_map_update_elem(&(map), &key, &zeros, 0);		\
}									\
BENCH(update_##map)

UPDATE(array_0)
UPDATE(array_1)
UPDATE(array_8)
UPDATE(hash_0)
UPDATE(hash_1)
UPDATE(hash_8)
UPDATE(alloc_0)
UPDATE(alloc_1)
UPDATE(alloc_8)
UPDATE(lru_0)
UPDATE(lru_1)
UPDATE(lru_8)

/* Into the map and out of it again */
#define DELETE(map)							\
static __always_inline bool op_delete_##map(struct slot *v)		\
{									\
	return !bpf_map_delete_elem(&(map), &key) && op_update_##map(v); \
}									\
BENCH(delete_##map)

DELETE(hash_0)
DELETE(hash_1)
DELETE(hash_8)
DELETE(alloc_0)
DELETE(alloc_1)
DELETE(alloc_8)
DELETE(lru_0)
DELETE(lru_1)
DELETE(lru_8)

/* Storage that a task gets, and loses again */
#define CREATE(map)							\
static __always_inline bool op_create_##map(struct slot *v)		\
{									\
	struct task_struct *task = bpf_get_current_task_btf();		\
	void *m = &(map);						\
									\
	return bpf_task_storage_get(m, task, NULL,			\
				    BPF_LOCAL_STORAGE_GET_F_CREATE) &&	\
	       !bpf_task_storage_delete(m, task);			\
}									\
BENCH(create_##map)

CREATE(storage_0)
CREATE(storage_1)
CREATE(storage_8)

#define OBJ(type)							\
static __always_inline bool op_obj_##type(struct slot *v)		\
{									\
	return PUT(bpf_obj_new(struct type), bpf_obj_drop);		\
}									\
BENCH(obj_##type)

#define OBJS(size, longs, longs_more)					\
struct plain_##size {							\
	long data[longs];						\
};									\
struct holder_##size {							\
	struct task_struct __kptr * task;				\
	long data[longs_more];						\
};									\
OBJ(plain_##size)							\
OBJ(holder_##size)

OBJS(16, 2, 1)
OBJS(32, 4, 3)
OBJS(64, 8, 7)
OBJS(128, 16, 15)
OBJS(256, 32, 31)
OBJS(512, 64, 63)
OBJS(1024, 128, 127)
OBJS(2048, 256, 255)

/* How long the function takes to which both are attached, at least */
u64 entered, took;

SEC("kprobe")
int enter(void *ctx)
{
	entered = bpf_ktime_get_ns();
	return 0;
}

SEC("kretprobe")
int leave(void *ctx)
{
	u64 t = bpf_ktime_get_ns() - entered;

	if (t < took)
		took = t;
	return 0;
}
