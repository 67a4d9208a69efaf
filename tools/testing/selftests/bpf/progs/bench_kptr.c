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

struct large {
	long data[128];
};

struct holder {
	struct task_struct __kptr * task;
	long data[7];
};

struct plain_value {
	long data[8];
};

struct one_value {
	struct task_struct __kptr * task;
	struct small __kptr * obj;
	struct cgroup __kptr * cgrp;
	struct bpf_cpumask __kptr * mask;
	long data[4];
};

struct task_value {
	struct task_struct __kptr * task;
	long data[7];
};

struct eight_value {
	struct task_struct __kptr * a;
	struct task_struct __kptr * b;
	struct task_struct __kptr * c;
	struct task_struct __kptr * d;
	struct task_struct __kptr * e;
	struct task_struct __kptr * f;
	struct task_struct __kptr * g;
	struct task_struct __kptr * h;
};

#define MAP(name, map_type, flags, value_type)	\
struct {					\
	__uint(type, map_type);			\
	__uint(map_flags, flags);		\
	__type(key, int);			\
	__type(value, struct value_type);	\
	__uint(max_entries, 16);		\
} name SEC(".maps")

MAP(slots, BPF_MAP_TYPE_ARRAY, 0, one_value);
MAP(array_0, BPF_MAP_TYPE_ARRAY, 0, plain_value);
MAP(array_1, BPF_MAP_TYPE_ARRAY, 0, task_value);
MAP(array_8, BPF_MAP_TYPE_ARRAY, 0, eight_value);
MAP(hash_0, BPF_MAP_TYPE_HASH, 0, plain_value);
MAP(hash_1, BPF_MAP_TYPE_HASH, 0, task_value);
MAP(hash_8, BPF_MAP_TYPE_HASH, 0, eight_value);
MAP(alloc_0, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, plain_value);
MAP(alloc_1, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, task_value);
MAP(alloc_8, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, eight_value);
MAP(lru_0, BPF_MAP_TYPE_LRU_HASH, 0, plain_value);
MAP(lru_1, BPF_MAP_TYPE_LRU_HASH, 0, task_value);
MAP(lru_8, BPF_MAP_TYPE_LRU_HASH, 0, eight_value);

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
struct cgroup *bpf_cgroup_acquire(struct cgroup *cgrp) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 id) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;

u64 ns;
int done;

static const struct plain_value zeros;
static int key;

/* NR times OP, between BEFORE and AFTER; what takes something from OP to OP is declared
 * in BEFORE. OP breaks where it cannot go on, which @done tells.
 */
#define BENCH(name, before, op, after)				\
SEC("syscall")							\
int name(void *ctx)						\
{								\
	struct one_value *v = bpf_map_lookup_elem(&slots, &key); \
	u64 start;						\
	int i = 0;						\
								\
	if (!v)							\
		return 0;					\
	before;							\
	start = bpf_ktime_get_ns();				\
	for (i = 0; i < NR; i++) {				\
		barrier_var(v);					\
		op;						\
	}							\
	ns = bpf_ktime_get_ns() - start;			\
	done = i;						\
	after;							\
	return 0;						\
}

BENCH(loop,,,)

#define OUT(slot, drop) ({						\
	typeof(*(slot)) old_ = bpf_kptr_xchg(slot, NULL);		\
									\
	if (old_)							\
		drop(old_);						\
})
#define IN(slot, p, drop) ({						\
	typeof(p) old_ = bpf_kptr_xchg(slot, p);			\
									\
	if (old_)							\
		drop(old_);						\
})

BENCH(null_nodtor,, OUT(&v->obj, bpf_obj_drop),)
BENCH(null_dtor,, OUT(&v->task, bpf_task_release),)

#define PAIR(name, slot, type, get, drop)				\
BENCH(name,								\
      type *p = get;							\
      if (!p)								\
		return 0,						\
      IN(slot, p, drop);						\
      p = bpf_kptr_xchg(slot, NULL);					\
      if (!p)								\
		return 0,						\
      drop(p))

#define SWAP(name, slot, type, get, drop)				\
BENCH(name,								\
      type *p = get;							\
      if (!p)								\
		return 0;						\
      IN(slot, p, drop);						\
      p = get;								\
      if (!p)								\
		return 0,						\
      p = bpf_kptr_xchg(slot, p);					\
      if (!p)								\
		return 0,						\
      drop(p);								\
      OUT(slot, drop))

#define WHOLE(name, slot, type, get, drop)				\
BENCH(name,,								\
      type *p = get;							\
      if (!p)								\
		return 0;						\
      IN(slot, p, drop);						\
      OUT(slot, drop),)

#define TASK bpf_task_acquire(bpf_get_current_task_btf())

PAIR(pair_nodtor, &v->obj, struct small, bpf_obj_new(struct small), bpf_obj_drop)
PAIR(pair_dtor, &v->task, struct task_struct, TASK, bpf_task_release)
SWAP(swap_nodtor, &v->obj, struct small, bpf_obj_new(struct small), bpf_obj_drop)
SWAP(swap_dtor, &v->task, struct task_struct, TASK, bpf_task_release)
WHOLE(whole_task, &v->task, struct task_struct, TASK, bpf_task_release)
WHOLE(whole_cgroup, &v->cgrp, struct cgroup, bpf_cgroup_from_id(1), bpf_cgroup_release)
WHOLE(whole_cpumask, &v->mask, struct bpf_cpumask, bpf_cpumask_create(), bpf_cpumask_release)

#define UPDATE(map)							\
BENCH(update_##map,, bpf_map_update_elem(&map, &key, &zeros, 0),)

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
BENCH(delete_##map,,							\
      bpf_map_update_elem(&map, &key, &zeros, 0);			\
      bpf_map_delete_elem(&map, &key),)

DELETE(hash_0)
DELETE(hash_1)
DELETE(hash_8)
DELETE(alloc_0)
DELETE(alloc_1)
DELETE(alloc_8)

/* A task is installed, and torn down by an update. */
BENCH(teardown_array_1,,
      struct task_value *w = bpf_map_lookup_elem(&array_1, &key);
      struct task_struct *p;

      if (!w)
	      return 0;
      p = TASK;
      if (!p)
	      return 0;
      IN(&w->task, p, bpf_task_release);
      bpf_map_update_elem(&array_1, &key, &zeros, 0),)

#define OBJ(type)							\
BENCH(obj_##type,,							\
      struct type *p = bpf_obj_new(struct type);			\
      if (!p)								\
		return 0;						\
      bpf_obj_drop(p),)

OBJ(small)
OBJ(large)
OBJ(holder)
