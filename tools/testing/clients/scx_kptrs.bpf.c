// SPDX-License-Identifier: GPL-2.0
/*
 * A scheduler that gives each task two cpumasks: one in a preallocated hash, by pid,
 * as scx_rusty does, and one in task storage, as scx_layered does. A mask's bits are
 * those of its task's pid, so that a mask which another task meets is seen.
 */
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";

UEI_DEFINE(uei);

struct owned {
	struct bpf_cpumask __kptr * mask;
	u64 addr;		/* of the mask */
	u64 task;		/* whose it is */
	bool hashed;		/* in task storage: has an entry of by_pid as well */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, struct owned);
} by_pid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct owned);
} of_task SEC(".maps");

u64 created, released, destroyed;	/* masks: by a program, the latter by the kernel */
u64 checks, lost, foreign;		/* looks at a mask: it was gone, or another task's */
u64 reused;				/* pids that were in by_pid still */

static void count(u64 *n)
{
	__sync_fetch_and_add(n, 1);
}

static u32 marks(struct task_struct *p)
{
	return p->pid & ((1 << scx_bpf_nr_cpu_ids()) - 1);
}

static void put(struct owned *o, struct bpf_cpumask *mask)
{
	mask = bpf_kptr_xchg(&o->mask, mask);
	if (mask) {
		count(&foreign);
		bpf_cpumask_release(mask);
		count(&released);
	}
}

static int give(struct owned *o, struct task_struct *p)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();
	u32 cpu, bits = marks(p);

	if (!mask)
		return -ENOMEM;
	count(&created);
	bpf_for(cpu, 0, 8)
		if (bits >> cpu & 1)
			bpf_cpumask_set_cpu(cpu, mask);
	o->addr = (u64)mask;
	o->task = (u64)p;
	put(o, mask);
	return 0;
}

static void check(struct owned *o, struct task_struct *p)
{
	struct bpf_cpumask *mask = o->mask;

	count(&checks);
	if (!mask)
		count(&lost);
	else if ((u64)mask != o->addr || (u64)p != o->task || mask->cpumask.bits[0] != marks(p))
		count(&foreign);
}

s32 BPF_STRUCT_OPS_SLEEPABLE(kptrs_init_task, struct task_struct *p,
			     struct scx_init_task_args *args)
{
	struct owned none = {}, *o, *h;
	u32 pid = p->pid;
	int err;

	o = bpf_task_storage_get(&of_task, p, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!o)
		return -ENOMEM;
	err = give(o, p);
	if (err)
		return err;
	if (bpf_map_update_elem(&by_pid, &pid, &none, BPF_NOEXIST)) {
		count(&reused);
		return 0;
	}
	h = bpf_map_lookup_elem(&by_pid, &pid);
	if (!h)
		return -ENOENT;
	o->hashed = true;
	return give(h, p);
}

/* A mask goes in each of the ways there are, which the pid picks */
void BPF_STRUCT_OPS(kptrs_exit_task, struct task_struct *p, struct scx_exit_task_args *args)
{
	struct owned *o = bpf_task_storage_get(&of_task, p, NULL, 0), *h;
	bool dies = p->flags & PF_EXITING;
	struct bpf_cpumask *mask;
	u32 pid = p->pid;

	if (!o)
		return;
	h = o->hashed ? bpf_map_lookup_elem(&by_pid, &pid) : NULL;
	if (h) {
		check(h, p);
		mask = pid & 1 ? bpf_kptr_xchg(&h->mask, NULL) : NULL;
		if (mask) {
			bpf_cpumask_release(mask);
			count(&released);
		}
		if (dies || pid & 4)		/* else it goes with the map */
			bpf_map_delete_elem(&by_pid, &pid);
	} else if (o->hashed) {
		count(&lost);
	}
	check(o, p);
	if (pid & 2)				/* else it goes with the task, or the map */
		bpf_task_storage_delete(&of_task, p);
}

void BPF_STRUCT_OPS(kptrs_enqueue, struct task_struct *p, u64 enq_flags)
{
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, enq_flags);
}

void BPF_STRUCT_OPS(kptrs_running, struct task_struct *p)
{
	struct owned *o = bpf_task_storage_get(&of_task, p, NULL, 0), *h;
	u32 pid = p->pid;

	if (!o) {
		count(&lost);
		return;
	}
	check(o, p);
	h = o->hashed ? bpf_map_lookup_elem(&by_pid, &pid) : NULL;
	if (h)
		check(h, p);
	else if (o->hashed)
		count(&lost);
}

/* As a scheduler does that changes a mask: out, and in again */
void BPF_STRUCT_OPS(kptrs_stopping, struct task_struct *p, bool runnable)
{
	struct owned *o = bpf_task_storage_get(&of_task, p, NULL, 0);
	struct bpf_cpumask *mask;

	mask = o ? bpf_kptr_xchg(&o->mask, NULL) : NULL;
	if (!mask) {
		count(&lost);
		return;
	}
	count(&checks);
	if (mask->cpumask.bits[0] != marks(p))
		count(&foreign);
	put(o, mask);
}

void BPF_STRUCT_OPS(kptrs_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SEC("fentry/bpf_cpumask_release_dtor")
int BPF_PROG(kptrs_dtor, void *mask)
{
	count(&destroyed);
	return 0;
}

SCX_OPS_DEFINE(kptrs_ops,
	       .enqueue			= (void *)kptrs_enqueue,
	       .running			= (void *)kptrs_running,
	       .stopping		= (void *)kptrs_stopping,
	       .init_task		= (void *)kptrs_init_task,
	       .exit_task		= (void *)kptrs_exit_task,
	       .exit			= (void *)kptrs_exit,
	       .name			= "kptrs");
