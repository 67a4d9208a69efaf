// SPDX-License-Identifier: GPL-2.0
/* Kptrs in a map's values that a program tears down wherever it happens to run.
 * The test sets the map's type and flags, and what is done, before it loads this.
 */
#include "kptr_dtor_context.h"

char _license[] SEC("license") = "GPL";

#define NR 32

struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params,
					     u32 params__sz, int *err) __ksym;
void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;

/* Kinds of kptrs, as in prog_tests/kptr_dtor_context.h */
#define KIND_TASK	1
#define KIND_CGROUP	2
#define KIND_CPUMASK	4
#define KIND_CRYPTO	8

__u32 n = NR;
__u32 kinds, nr_cpus;
/* Of the map: elements are deleted, or others added in their place */
bool array, deletes;
__u32 key_offset;

/* What to make kptrs of: tasks and cgroups, one for each value */
__u32 pids[NR];
__u64 cgroup_ids[NR];

/* Values filled; operations that failed */
__u64 filled, failed;
/* Values that still have their kptrs; kptrs that others have references to */
__u64 left, shared;

struct value {
	struct task_struct __kptr * task;
	struct cgroup __kptr * cgroup;
	struct bpf_cpumask __kptr * cpumask;
	struct bpf_crypto_ctx __kptr * crypto;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, NR);
} map SEC(".maps");

OBSERVE(bpf_task_release_dtor, task)
OBSERVE(bpf_cgroup_release_dtor, cgroup)
OBSERVE(bpf_cpumask_release_dtor, cpumask)
OBSERVE(bpf_crypto_ctx_release_dtor, crypto)

SEND_NMI_PROG(send)

#define put(slot, kptr, release)			\
({							\
	typeof(kptr) kptr_ = (kptr);			\
							\
	if (kptr_) {					\
		kptr_ = bpf_kptr_xchg(slot, kptr_);	\
		if (kptr_)				\
			release(kptr_);			\
	}						\
})

static void fill_value(struct value *v, u32 i)
{
	struct bpf_crypto_params params = {
		.type = "skcipher",
		.algo = "ecb(aes)",
		.key_len = 16,
	};
	int err;

	if (!v)
		return;
	if (kinds & KIND_TASK)
		put(&v->task, bpf_task_from_pid(pids[i % NR]), bpf_task_release);
	if (kinds & KIND_CGROUP)
		put(&v->cgroup, bpf_cgroup_from_id(cgroup_ids[i % NR]), bpf_cgroup_release);
	if (kinds & KIND_CPUMASK)
		put(&v->cpumask, bpf_cpumask_create(), bpf_cpumask_release);
	if (kinds & KIND_CRYPTO)
		put(&v->crypto, bpf_crypto_ctx_create(&params, sizeof(params), &err),
		    bpf_crypto_ctx_release);
	if (!(kinds & KIND_TASK) == !v->task && !(kinds & KIND_CGROUP) == !v->cgroup &&
	    !(kinds & KIND_CPUMASK) == !v->cpumask && !(kinds & KIND_CRYPTO) == !v->crypto)
		filled++;
}

SEC("?syscall")
int fill(void *unused)
{
	struct value none = {};
	u32 i, k;

	bpf_for(i, 0, NR) {
		k = i;
		if (!array)
			bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		fill_value(bpf_map_lookup_elem(&map, &k), i);
	}
	return 0;
}

SEC("?syscall")
int fill_percpu(void *unused)
{
	u32 i, k, cpu;

	bpf_for(i, 0, NR) {
		k = i;
		bpf_for(cpu, 0, nr_cpus)
			fill_value(bpf_map_lookup_percpu_elem(&map, &k, cpu), i);
	}
	return 0;
}

static void look_at(struct value *v)
{
	struct task_struct *t;
	struct cgroup *c;

	if (!v)
		return;
	t = v->task;
	if (t && t->rcu_users.refs.counter != 1)
		shared++;
	c = v->cgroup;
	if (c && c->self.refcnt.data->count.counter != 1)
		shared++;
	if (t || c || v->cpumask || v->crypto)
		left++;
}

SEC("?syscall")
int look(void *unused)
{
	u32 i, k;

	left = 0;
	shared = 0;
	bpf_for(i, 0, NR) {
		k = i;
		look_at(bpf_map_lookup_elem(&map, &k));
	}
	return 0;
}

SEC("?syscall")
int look_percpu(void *unused)
{
	u32 i, k, cpu;

	left = 0;
	shared = 0;
	bpf_for(i, 0, NR) {
		k = i;
		bpf_for(cpu, 0, nr_cpus)
			look_at(bpf_map_lookup_percpu_elem(&map, &k, cpu));
	}
	return 0;
}

/* The next value, whatever the context is: one operation on the map */
static __noinline int tear_down(void)
{
	struct value none = {};
	u64 nr, outer;
	long err;
	u32 k;

	if (!may_tear_down(&nr))
		return 0;
	k = nr + key_offset;
	outer = begin_teardown();
	if (deletes)
		err = bpf_map_delete_elem(&map, &k);
	else
		err = bpf_map_update_elem(&map, &k, &none, BPF_ANY);
	end_teardown(outer);
	if (err)
		__sync_fetch_and_add(&failed, 1);
	return 0;
}

/* Programs of a context, and of nothing but it */
#define CONTEXT(name, section)		\
SEC("?" section)			\
int in_##name(void *ctx)		\
{					\
	tear_down();			\
	return 0;			\
}

CONTEXT(wq_lock, "tp_btf/workqueue_queue_work")
CONTEXT(rq_lock, "tp_btf/sched_switch")
CONTEXT(rcu_enqueue, "fentry/rcu_segcblist_enqueue")
CONTEXT(rcu_utilization, "tp_btf/rcu_utilization")
CONTEXT(timer, "tp_btf/timer_start")
CONTEXT(hrtimer, "tp_btf/hrtimer_start")
CONTEXT(slab_alloc, "tp_btf/kmem_cache_alloc")
CONTEXT(slab_free, "tp_btf/kfree")
CONTEXT(page_alloc, "tp_btf/mm_page_alloc")
CONTEXT(page_free, "tp_btf/mm_page_free")
CONTEXT(zone_lock, "tp_btf/mm_page_pcpu_drain")
CONTEXT(futex, "fentry/__futex_queue")
CONTEXT(softirq, "tp_btf/softirq_entry")
CONTEXT(hardirq, "tp_btf/hrtimer_expire_entry")
CONTEXT(breakpoint, "kprobe")

NMI_PROG(in_nmi)
{
	tear_down();
}

/* Functions that are called with a lock of BPF's own held, by the programs below */
static u64 locker;

static __always_inline int if_locked(void)
{
	if (locker && locker == bpf_get_current_task())
		tear_down();
	return 0;
}

#define LOCKED(name, section)		\
SEC("?" section)			\
int in_##name(void *ctx)		\
{					\
	return if_locked();		\
}

LOCKED(bucket_lock, "fentry/copy_map_value_locked")
LOCKED(spin_lock, "fentry/bpf_list_front")
LOCKED(res_spin_lock, "fentry/bpf_list_front")

struct locked_value {
	struct bpf_spin_lock lock;
	u32 data;
};

/* A new element's value is copied with the bucket locked, and by a function of its
 * own if the value has a lock too.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct locked_value);
	__uint(max_entries, 64);
} locked SEC(".maps");

struct item {
	struct bpf_list_node node;
};

struct list_value {
	struct bpf_spin_lock lock;
	struct bpf_list_head list __contains(item, node);
};

struct res_value {
	struct bpf_res_spin_lock lock;
	struct bpf_list_head list __contains(item, node);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct list_value);
	__uint(max_entries, 1);
} list SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct res_value);
	__uint(max_entries, 1);
} res_array SEC(".maps");

SEC("?syscall")
int take_bucket_lock(void *unused)
{
	struct locked_value value = {};
	u32 k = 1;

	bpf_map_delete_elem(&locked, &k);
	locker = bpf_get_current_task();
	bpf_map_update_elem(&locked, &k, &value, BPF_F_LOCK);
	locker = 0;
	return 0;
}

/* Into a list, so that there is a type that it contains */
SEC("?syscall")
int take_spin_lock(void *unused)
{
	struct list_value *v;
	struct item *it;
	u32 k = 0;

	v = bpf_map_lookup_elem(&list, &k);
	if (!v)
		return 1;
	it = bpf_obj_new(typeof(*it));
	if (!it)
		return 0;
	locker = bpf_get_current_task();
	bpf_spin_lock(&v->lock);
	bpf_list_front(&v->list);
	bpf_list_push_back(&v->list, &it->node);
	bpf_spin_unlock(&v->lock);
	locker = 0;
	return 0;
}

SEC("?syscall")
int take_res_spin_lock(void *unused)
{
	struct res_value *v;
	u32 k = 0;

	v = bpf_map_lookup_elem(&res_array, &k);
	if (!v)
		return 1;
	locker = bpf_get_current_task();
	if (!bpf_res_spin_lock(&v->lock)) {
		bpf_list_front(&v->list);
		bpf_res_spin_unlock(&v->lock);
	}
	locker = 0;
	return 0;
}
