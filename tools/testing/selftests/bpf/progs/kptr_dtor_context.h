/* SPDX-License-Identifier: GPL-2.0 */
/* Teardowns of kptrs from any context, and where the destructors then run. */
#ifndef _KPTR_DTOR_CONTEXT_H
#define _KPTR_DTOR_CONTEXT_H

#include <vmlinux.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"
#include "bpf_atomic.h"
#include "../test_kmods/bpf_test_nmi.h"

/* Contexts, as in prog_tests/kptr_dtor_context.h */
#define CTX_NMI		0x01
#define CTX_HARDIRQ	0x02
#define CTX_SOFTIRQ	0x04
#define CTX_BH_OFF	0x08
#define CTX_PREEMPT_OFF	0x10
#define CTX_IRQS_OFF	0x20
/* In the task, or in the interrupt of it, that tears down just now */
#define CTX_INLINE	0x40

#define PF_WQ_WORKER	0x20

/* As in prog_tests/kptr_dtor_context.h */
struct dtor_runs {
	__u64 runs, wrong, in_worker, contexts;
};

extern const void bpf_test_nmi_handler __ksym;
/* What lockdep knows of interrupts; only where it is built in */
extern const unsigned int hardirqs_enabled __ksym __weak;
extern bool CONFIG_PREEMPT_RCU __kconfig __weak;

static __always_inline __u64 context(void)
{
	__u32 count = get_preempt_count();
	__u32 preempt = count & __IRQ_MASK(PREEMPT_BITS);
	__u64 ctx = 0;

	if (count & NMI_MASK)
		ctx |= CTX_NMI;
	if (count & HARDIRQ_MASK)
		ctx |= CTX_HARDIRQ;
	if (bpf_in_serving_softirq())
		ctx |= CTX_SOFTIRQ;
	if (count & SOFTIRQ_MASK)
		ctx |= CTX_BH_OFF;
	/* Where RCU readers cannot be preempted, each program is such a reader. */
	if (preempt && CONFIG_PREEMPT_RCU)
		ctx |= CTX_PREEMPT_OFF;
	if (bpf_ksym_exists(&hardirqs_enabled) &&
	    !*(unsigned int *)bpf_this_cpu_ptr(&hardirqs_enabled))
		ctx |= CTX_IRQS_OFF;
	return ctx;
}

/* The task that tears down on this CPU, or is interrupted by who does */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, u32);
	__type(value, u64);
	__uint(max_entries, 1);
} tearing SEC(".maps");

static __always_inline __u64 set_tearing(__u64 task)
{
	__u64 *slot, old;
	__u32 k = 0;

	slot = bpf_map_lookup_elem(&tearing, &k);
	if (!slot)
		return 0;
	old = *slot;
	WRITE_ONCE(*slot, task);
	return old;
}

/* Bits that all teardowns, and that any of them, had set */
__u64 all_contexts = ~0ULL, any_context;

static __always_inline __u64 begin_teardown(void)
{
	__u64 ctx = context();

	__sync_fetch_and_and(&all_contexts, ctx);
	__sync_fetch_and_or(&any_context, ctx);
	return set_tearing(bpf_get_current_task());
}

static __always_inline void end_teardown(__u64 outer)
{
	set_tearing(outer);
}

static __always_inline __u64 wrong_context(void)
{
	__u64 ctx = context(), *slot;
	__u32 k = 0;

	slot = bpf_map_lookup_elem(&tearing, &k);
	if (slot && *slot && *slot == bpf_get_current_task())
		ctx |= CTX_INLINE;
	return ctx;
}

static __always_inline void observe(struct dtor_runs *r)
{
	__u64 ctx = wrong_context();

	if (ctx) {
		__sync_fetch_and_or(&r->contexts, ctx);
		__sync_fetch_and_add(&r->wrong, 1);
	}
	if (bpf_get_current_task_btf()->flags & PF_WQ_WORKER)
		__sync_fetch_and_add(&r->in_worker, 1);
	__sync_fetch_and_add(&r->runs, 1);
}

#define OBSERVE(function, type)			\
struct dtor_runs type##_runs;			\
						\
SEC("fentry/" #function)			\
int BPF_PROG(observe_##type, void *p)		\
{						\
	observe(&type##_runs);			\
	return 0;				\
}

/* A program that runs in each NMI of bpf_test_nmi.ko and in no other */
#define NMI_PROG(name)								\
static __always_inline void in_nmi_##name(void);				\
SEC("?tp_btf/nmi_handler")							\
int BPF_PROG(name, void *handler, s64 delta_ns, int handled)			\
{										\
	if (handler == &bpf_test_nmi_handler && handled)			\
		in_nmi_##name();						\
	return 0;								\
}										\
static __always_inline void in_nmi_##name(void)

/* NMIs to the CPU that runs this */
#define SEND_NMI_PROG(name)						\
SEC("?syscall")								\
int name##_nmi(void *unused)						\
{									\
	return bpf_test_nmi_send(bpf_get_smp_processor_id());		\
}

/* At most so many teardowns, by tasks of one process if it is not 0 */
__u64 budget, taken;
__u32 only_tgid;

static __always_inline bool may_tear_down(__u64 *nr)
{
	if (READ_ONCE(taken) >= READ_ONCE(budget))
		return false;
	if (only_tgid && bpf_get_current_pid_tgid() >> 32 != only_tgid)
		return false;
	*nr = __sync_fetch_and_add(&taken, 1);
	return *nr < budget;
}

#endif
