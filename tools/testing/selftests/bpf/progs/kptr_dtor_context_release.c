// SPDX-License-Identifier: GPL-2.0
/* Last references that a program itself releases, where the object must not go. */
#include "kptr_dtor_context.h"

char _license[] SEC("license") = "GPL";

#define NR 32

struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params,
					     u32 params__sz, int *err) __ksym;
void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;
void bpf_local_irq_save(unsigned long *flags) __ksym;
void bpf_local_irq_restore(unsigned long *flags) __ksym;

__u32 n = NR;
__u32 pids[NR];
__u64 cgroup_ids[NR];

/* Objects put into a slot; released by a program; gone in the end */
__u64 filled, released;
__u64 tasks_gone, cgroups_gone, crypto_gone;
__u64 shared;

struct holder {
	struct bpf_cpumask __kptr * cpumask;
};

struct value {
	struct task_struct __kptr * task;
	struct cgroup __kptr * cgroup;
	struct bpf_crypto_ctx __kptr * crypto;
	struct holder __kptr * holder;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, NR);
} map SEC(".maps");

OBSERVE(bpf_cpumask_release_dtor, cpumask)

SEND_NMI_PROG(send)

struct dtor_runs css_runs;

static __always_inline bool is_ours(struct cgroup_subsys_state *css)
{
	struct cgroup *cgrp = container_of(css, struct cgroup, self);
	u64 id;
	u32 i;

	if (BPF_CORE_READ(css, ss))
		return false;
	id = BPF_CORE_READ(cgrp, kn, id);
	bpf_for(i, 0, NR)
		if (cgroup_ids[i % NR] == id)
			return true;
	return false;
}

/* What the last put of a cgroup queues */
SEC("fentry/css_release_work_fn")
int BPF_PROG(observe_css, struct work_struct *work)
{
	if (is_ours(container_of(work, struct cgroup_subsys_state, destroy_work)))
		observe(&css_runs);
	return 0;
}

SEC("fentry/css_free_rwork_fn")
int BPF_PROG(observe_css_free, struct work_struct *work)
{
	struct rcu_work *rwork = container_of(work, struct rcu_work, work);

	if (is_ours(container_of(rwork, struct cgroup_subsys_state, destroy_rwork)))
		__sync_fetch_and_add(&cgroups_gone, 1);
	return 0;
}

SEC("fentry/delayed_put_task_struct")
int BPF_PROG(observe_put_task, struct callback_head *head)
{
	struct task_struct *task = container_of(head, struct task_struct, rcu);
	u32 i, pid = BPF_CORE_READ(task, pid);

	bpf_for(i, 0, NR) {
		if (pids[i % NR] == pid) {
			__sync_fetch_and_add(&tasks_gone, 1);
			break;
		}
	}
	return 0;
}

SEC("fentry/crypto_free_cb")
int BPF_PROG(observe_free_crypto, struct callback_head *head)
{
	__sync_fetch_and_add(&crypto_gone, 1);
	return 0;
}

#define put(slot, kptr, release)			\
({							\
	typeof(kptr) kptr_ = (kptr);			\
							\
	if (kptr_) {					\
		kptr_ = bpf_kptr_xchg(slot, kptr_);	\
		if (kptr_)				\
			release(kptr_);			\
		else					\
			filled++;			\
	}						\
})

static struct holder *new_holder(void)
{
	struct bpf_cpumask *mask;
	struct holder *h;

	h = bpf_obj_new(typeof(*h));
	if (!h)
		return NULL;
	mask = bpf_cpumask_create();
	if (mask) {
		mask = bpf_kptr_xchg(&h->cpumask, mask);
		if (mask)
			bpf_cpumask_release(mask);
	}
	return h;
}

static struct bpf_crypto_ctx *new_crypto(void)
{
	struct bpf_crypto_params params = {
		.type = "skcipher",
		.algo = "ecb(aes)",
		.key_len = 16,
	};
	int err;

	return bpf_crypto_ctx_create(&params, sizeof(params), &err);
}

#define FILL(type, new, release)			\
SEC("?syscall")						\
int fill_##type(void *unused)				\
{							\
	struct value *v;				\
	u32 i, k;					\
							\
	bpf_for(i, 0, NR) {				\
		k = i;					\
		v = bpf_map_lookup_elem(&map, &k);	\
		if (v)					\
			put(&v->type, new, release);	\
	}						\
	return 0;					\
}

FILL(task, bpf_task_from_pid(pids[i % NR]), bpf_task_release)
FILL(cgroup, bpf_cgroup_from_id(cgroup_ids[i % NR]), bpf_cgroup_release)
FILL(crypto, new_crypto(), bpf_crypto_ctx_release)
FILL(holder, new_holder(), bpf_obj_drop)

SEC("?syscall")
int look(void *unused)
{
	struct task_struct *t;
	struct cgroup *c;
	struct value *v;
	u32 i, k;

	shared = 0;
	bpf_for(i, 0, NR) {
		k = i;
		v = bpf_map_lookup_elem(&map, &k);
		if (!v)
			continue;
		t = v->task;
		if (t && t->rcu_users.refs.counter != 1)
			shared++;
		c = v->cgroup;
		if (c && c->self.refcnt.data->count.counter != 1)
			shared++;
	}
	return 0;
}

/* The next value's reference is released, whatever the context is. */
#define RELEASE(type, release)					\
static __always_inline void do_release_##type(void)		\
{								\
	struct value *v;					\
	u64 nr, outer;						\
	u32 k;							\
								\
	if (!may_tear_down(&nr))				\
		return;						\
	k = nr;							\
	v = bpf_map_lookup_elem(&map, &k);			\
	if (!v)							\
		return;						\
	outer = begin_teardown();				\
	typeof(v->type) p = bpf_kptr_xchg(&v->type, NULL);	\
								\
	if (p) {						\
		release(p);					\
		__sync_fetch_and_add(&released, 1);		\
	}							\
	end_teardown(outer);					\
}								\
								\
SEC("?syscall")							\
int type##_irqs_off(void *unused)				\
{								\
	unsigned long flags;					\
								\
	bpf_local_irq_save(&flags);				\
	do_release_##type();					\
	bpf_local_irq_restore(&flags);				\
	return 0;						\
}

#define RELEASE_TRACING(type, release)				\
RELEASE(type, release)						\
								\
NMI_PROG(type##_nmi)						\
{								\
	do_release_##type();					\
}								\
								\
SEC("?tp_btf/workqueue_queue_work")				\
int type##_wq_lock(void *ctx)					\
{								\
	do_release_##type();					\
	return 0;						\
}

RELEASE_TRACING(task, bpf_task_release)
RELEASE_TRACING(cgroup, bpf_cgroup_release)
RELEASE_TRACING(holder, bpf_obj_drop)
/* Not for tracing programs */
RELEASE(crypto, bpf_crypto_ctx_release)
