// SPDX-License-Identifier: GPL-2.0
/* Kptrs that programs tear down with locks held, interrupts off, or in interrupts:
 * destructors run in a worker, once each, with nothing held.
 */
#include "kptr_dtor_context.h"
#include "kptr_dtor_context_hooks.skel.h"
#include "kptr_dtor_context_release.skel.h"
#include "kptr_dtor_context_local.h"

/* As in progs/kptr_dtor_context_hooks.c */
#define KIND_TASK	1
#define KIND_CGROUP	2
#define KIND_CPUMASK	4
#define KIND_CRYPTO	8

struct map_op {
	enum bpf_map_type type;
	__u32 flags;
	bool deletes;
};

static const struct map_op array_update = { BPF_MAP_TYPE_ARRAY }, hash_update = {
	BPF_MAP_TYPE_HASH
}, hash_delete = {
	BPF_MAP_TYPE_HASH, .deletes = true
}, hash_alloc_delete = {
	BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, true
}, percpu_array_update = {
	BPF_MAP_TYPE_PERCPU_ARRAY
}, lru_evict = {
	BPF_MAP_TYPE_LRU_HASH
};

struct context {
	const char *name;
	/* Runs in the context, and tears down in this way */
	const char *prog;
	const struct map_op *op;
	__u32 kinds;
	/* What has it run, a function or a program; only in tasks of this process */
	void (*trigger)(void);
	const char *trigger_prog;
	bool own;
	/* What each teardown must find; @not_on_rt: PREEMPT_RT has a thread or a
	 * sleeping lock there instead
	 */
	__u64 expected;
	bool not_on_rt;
};

#define ALL (KIND_TASK | KIND_CGROUP | KIND_CPUMASK | KIND_CRYPTO)

static const struct context contexts[] = {
	{ "wq_lock", "wq_lock", &array_update, KIND_CGROUP, trigger_work,
	  .expected = CTX_IRQS_OFF },
	{ "wq_lock_hash", "wq_lock", &hash_delete, ALL, trigger_work,
	  .expected = CTX_IRQS_OFF },
	{ "rq_lock", "rq_lock", &hash_delete, KIND_TASK | KIND_CPUMASK, trigger_sleep,
	  .expected = CTX_IRQS_OFF },
	{ "rq_lock_percpu_array", "rq_lock", &percpu_array_update, KIND_CPUMASK, trigger_sleep,
	  .expected = CTX_IRQS_OFF },
	{ "rcu", "rcu_enqueue", &hash_alloc_delete, KIND_TASK | KIND_CRYPTO, trigger_call_rcu,
	  .expected = CTX_IRQS_OFF },
	{ "rcu_utilization", "rcu_utilization", &array_update, KIND_TASK, trigger_sleep },
	{ "timer", "timer", &array_update, KIND_TASK | KIND_CGROUP, trigger_grace_period,
	  .expected = CTX_IRQS_OFF },
	{ "hrtimer", "hrtimer", &lru_evict, KIND_TASK | KIND_CGROUP, trigger_sleep,
	  .expected = CTX_IRQS_OFF },
	{ "slab_alloc", "slab_alloc", &hash_delete, ALL, trigger_memory, .own = true },
	{ "slab_free", "slab_free", &lru_evict, ALL, trigger_memory, .own = true },
	{ "page_alloc", "page_alloc", &hash_alloc_delete, ALL, trigger_memory, .own = true },
	{ "page_free", "page_free", &array_update, ALL, trigger_memory, .own = true },
	{ "zone_lock", "zone_lock", &array_update, KIND_TASK | KIND_CPUMASK, trigger_memory,
	  .expected = CTX_IRQS_OFF, .not_on_rt = true },
	{ "bucket_lock", "bucket_lock", &hash_delete, ALL, NULL, "take_bucket_lock", true,
	  CTX_IRQS_OFF },
	{ "bucket_lock_alloc", "bucket_lock", &hash_alloc_delete, ALL, NULL,
	  "take_bucket_lock", true, CTX_IRQS_OFF },
	{ "spin_lock", "spin_lock", &array_update, ALL, NULL, "take_spin_lock", true,
	  CTX_IRQS_OFF },
	{ "spin_lock_lru", "spin_lock", &lru_evict, KIND_CPUMASK, NULL, "take_spin_lock", true,
	  CTX_IRQS_OFF },
	{ "res_spin_lock", "res_spin_lock", &hash_delete, ALL, NULL, "take_res_spin_lock", true,
	  CTX_PREEMPT_OFF },
	{ "irqs_on_lock", "futex", &array_update, ALL, trigger_futex, .own = true,
	  .expected = CTX_PREEMPT_OFF, .not_on_rt = true },
	{ "irqs_on_lock_hash", "futex", &hash_update, ALL, trigger_futex, .own = true,
	  .expected = CTX_PREEMPT_OFF, .not_on_rt = true },
	{ "softirq", "softirq", &hash_alloc_delete, ALL, trigger_sleep,
	  .expected = CTX_SOFTIRQ },
	{ "softirq_percpu_array", "softirq", &percpu_array_update, KIND_CPUMASK | KIND_CRYPTO,
	  trigger_sleep, .expected = CTX_SOFTIRQ },
	{ "hardirq", "hardirq", &hash_delete, ALL, trigger_sleep,
	  .expected = CTX_HARDIRQ, .not_on_rt = true },
	{ "hardirq_alloc", "hardirq", &hash_alloc_delete, ALL, trigger_sleep,
	  .expected = CTX_HARDIRQ, .not_on_rt = true },
	{ "nmi", "nmi", &array_update, ALL, NULL, "send_nmi", .expected = CTX_NMI },
	{ "nmi_hash", "nmi", &hash_delete, ALL, NULL, "send_nmi", .expected = CTX_NMI },
	{ "int3", "breakpoint", &array_update, ALL, trigger_clock_sleep, NULL, true, CTX_NMI },
	{ "int3_hash", "breakpoint", &hash_delete, ALL, trigger_clock_sleep, NULL, true,
	  CTX_NMI },
};

static struct kptr_dtor_context_hooks *load_context(const struct map_op *op, const char *prog,
						    const char *trigger_prog)
{
	struct kptr_dtor_context_hooks *skel = kptr_dtor_context_hooks__open();
	bool percpu = op->type == BPF_MAP_TYPE_PERCPU_ARRAY;
	char name[64];

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	bpf_map__set_type(skel->maps.map, op->type);
	bpf_map__set_map_flags(skel->maps.map, op->flags);
	if (prog) {
		snprintf(name, sizeof(name), "in_%s", prog);
		autoload(skel->obj, name);
	}
	autoload(skel->obj, trigger_prog);
	autoload(skel->obj, percpu ? "fill_percpu" : "fill");
	autoload(skel->obj, percpu ? "look_percpu" : "look");
	skel->bss->array = percpu || op->type == BPF_MAP_TYPE_ARRAY;
	skel->bss->deletes = op->deletes;
	if (op->type == BPF_MAP_TYPE_LRU_HASH)
		skel->bss->key_offset = 1000;
	skel->bss->nr_cpus = libbpf_num_possible_cpus();
	if (ASSERT_OK(kptr_dtor_context_hooks__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_context_hooks__attach(skel), "attach"))
		return skel;
	kptr_dtor_context_hooks__destroy(skel);
	return NULL;
}

static void look(struct kptr_dtor_context_hooks *skel)
{
	run(bpf_program__fd(skel->progs.look_percpu) >= 0 ? skel->progs.look_percpu :
							    skel->progs.look);
}

/* Values full of kptrs, which are the last references; how many there are */
static __u64 fill(struct kptr_dtor_context_hooks *skel, __u32 kinds)
{
	bool percpu = bpf_program__fd(skel->progs.fill_percpu) >= 0;
	int n = skel->data->n;

	skel->bss->kinds = kinds;
	if (kinds & KIND_TASK)
		start_tasks(skel->bss->pids, n);
	if (kinds & KIND_CGROUP && !make_cgroups(skel->bss->cgroup_ids, n))
		kinds = 0;
	run(percpu ? skel->progs.fill_percpu : skel->progs.fill);
	if (kinds & KIND_CGROUP)
		cleanup_cgroup_environment();
	if (skel->bss->kinds & KIND_TASK)
		end_tasks(skel->bss->pids, n);
	ASSERT_EQ(skel->bss->filled, n * (percpu ? skel->bss->nr_cpus : 1), "filled");
	WAIT_FOR((look(skel), skel->bss->shared == 0));
	ASSERT_EQ(skel->bss->shared, 0, "references of others");
	return skel->bss->left;
}

static void check_kinds(struct kptr_dtor_context_hooks *skel, __u64 n)
{
	__u32 kinds = skel->bss->kinds;

	check_runs("task", &skel->bss->task_runs, skel->progs.observe_task,
		   kinds & KIND_TASK ? n : 0);
	check_runs("cgroup", &skel->bss->cgroup_runs, skel->progs.observe_cgroup,
		   kinds & KIND_CGROUP ? n : 0);
	check_runs("cpumask", &skel->bss->cpumask_runs, skel->progs.observe_cpumask,
		   kinds & KIND_CPUMASK ? n : 0);
	check_runs("crypto", &skel->bss->crypto_runs, skel->progs.observe_crypto,
		   kinds & KIND_CRYPTO ? n : 0);
}

#define NO_OPTIMIZATION "/proc/sys/debug/kprobes-optimization"

static char set_optimization(char on)
{
	int fd = open(NO_OPTIMIZATION, O_RDWR);
	char was = 0;

	if (fd < 0)
		return 0;
	if (read(fd, &was, 1) != 1 || pwrite(fd, &on, 1, 0) != 1)
		was = 0;
	close(fd);
	return was;
}

/* A breakpoint: not at the function's start, where ftrace would serve the probe */
static struct bpf_link *attach_breakpoint(struct bpf_program *prog)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct bpf_link *link = NULL;
	int offset;

	for (offset = 5; offset < 64 && !link; offset++) {
		LIBBPF_OPTS(bpf_kprobe_opts, opts, .offset = offset);

		link = bpf_program__attach_kprobe_opts(prog, "hrtimer_nanosleep", &opts);
	}
	libbpf_set_print(print);
	ASSERT_OK_PTR(link, "breakpoint");
	return link;
}

static void test_context(const struct context *c)
{
	bool breakpoint = !strcmp(c->prog, "breakpoint");
	struct bpf_link *link = NULL;
	struct kptr_dtor_context_hooks *skel;
	__u64 before, torn, expected;
	char optimization = 0;

	skel = load_context(c->op, c->prog, c->trigger_prog);
	if (!skel)
		return;
	before = fill(skel, c->kinds);
	check_kinds(skel, 0);
	if (env.subtest_state && env.subtest_state->error_cnt)
		goto out;
	if (breakpoint) {
		optimization = set_optimization('0');
		link = attach_breakpoint(skel->progs.in_breakpoint);
		if (!link)
			goto out;
	}
	if (c->own)
		skel->bss->only_tgid = getpid();

	WRITE_ONCE(skel->bss->budget, skel->data->n);
	trigger_until(&skel->bss->taken, skel->data->n, c->trigger,
		      prog_named(skel->obj, c->trigger_prog));
	WRITE_ONCE(skel->bss->budget, 0);
	look(skel);
	torn = before - skel->bss->left;
	ASSERT_GT(torn, 0, "torn down");
	ASSERT_EQ(skel->bss->taken >= skel->data->n, true, "teardowns");
	ASSERT_EQ(skel->bss->failed, 0, "failed");
	/* Without lockdep nobody knows of interrupts, nor without a preempt count. */
	expected = c->not_on_rt && is_rt() ? 0 : c->expected;
	if (!skel->kconfig->CONFIG_PREEMPT_RCU)
		expected &= ~CTX_PREEMPT_OFF;
	if (libbpf_find_vmlinux_btf_id("lockdep_hardirqs_on", BPF_TRACE_FENTRY) < 0)
		expected &= ~CTX_IRQS_OFF;
	ASSERT_EQ(skel->data->all_contexts & expected, expected, "context of teardowns");
	if (!strcmp(c->name, "irqs_on_lock"))
		ASSERT_EQ(skel->bss->any_context & CTX_IRQS_OFF, 0, "interrupts on");
	check_kinds(skel, torn);
out:
	bpf_link__destroy(link);
	if (optimization)
		set_optimization(optimization);
	kptr_dtor_context_hooks__destroy(skel);
}

/* A bpf() syscall that tears down waits for the destructors. */
static void test_syscall(const struct map_op *op)
{
	struct kptr_dtor_context_hooks *skel;
	__u64 before;
	void *value;
	__u32 k;
	int fd;

	skel = load_context(op, NULL, NULL);
	if (!skel)
		return;
	before = fill(skel, ALL);
	value = calloc(1, bpf_map__value_size(skel->maps.map));
	fd = bpf_map__fd(skel->maps.map);
	for (k = 0; value && k < skel->data->n; k++) {
		if (op->deletes)
			ASSERT_OK(bpf_map_delete_elem(fd, &k), "delete");
		else
			ASSERT_OK(bpf_map_update_elem(fd, &k, value, BPF_EXIST), "update");
		ASSERT_EQ(skel->bss->cpumask_runs.runs, k + 1, "destroyed at once");
	}
	check_kinds(skel, before);
	free(value);
	kptr_dtor_context_hooks__destroy(skel);
}

/* All that a map holds goes with it: the observer is another object's. */
static void test_map_free(void)
{
	struct kptr_dtor_context_hooks *skel, *observer;

	observer = load_context(&array_update, NULL, NULL);
	if (!observer)
		return;
	skel = load_context(&hash_delete, NULL, NULL);
	if (skel) {
		observer->bss->kinds = ALL;
		fill(skel, ALL);
		check_kinds(observer, 0);
		kptr_dtor_context_hooks__destroy(skel);
		check_kinds(observer, observer->data->n);
	}
	kptr_dtor_context_hooks__destroy(observer);
}

/* The last reference, taken out of its slot and released by the program */
static void test_release(const char *kind, const char *where)
{
	struct kptr_dtor_context_release *skel;
	char fill[32], release[32], *trigger_prog = NULL;
	void (*trigger)(void) = NULL;
	bool cgroups = false;
	__u64 *gone = NULL;
	int n;

	snprintf(fill, sizeof(fill), "fill_%s", kind);
	snprintf(release, sizeof(release), "%s_%s", kind, where);
	if (!strcmp(where, "nmi"))
		trigger_prog = "send_nmi";
	else if (!strcmp(where, "wq_lock"))
		trigger = trigger_work;
	else
		trigger_prog = release;

	skel = kptr_dtor_context_release__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	autoload(skel->obj, fill);
	autoload(skel->obj, release);
	autoload(skel->obj, trigger_prog);
	autoload(skel->obj, "look");
	if (!ASSERT_OK(kptr_dtor_context_release__load(skel), "load") ||
	    !ASSERT_OK(kptr_dtor_context_release__attach(skel), "attach"))
		goto out;
	n = skel->data->n;
	if (!strcmp(kind, "task")) {
		gone = &skel->bss->tasks_gone;
		start_tasks(skel->bss->pids, n);
	} else if (!strcmp(kind, "cgroup")) {
		gone = &skel->bss->cgroups_gone;
		cgroups = make_cgroups(skel->bss->cgroup_ids, n);
	} else if (!strcmp(kind, "crypto")) {
		gone = &skel->bss->crypto_gone;
	}
	run(prog_named(skel->obj, fill));
	end_tasks(skel->bss->pids, n);
	if (cgroups)
		cleanup_cgroup_environment();
	WAIT_FOR((run(skel->progs.look), skel->bss->shared == 0));
	if (!ASSERT_EQ(skel->bss->filled, n, "filled") ||
	    !ASSERT_EQ(skel->bss->shared, 0, "references of others") ||
	    !ASSERT_EQ(gone ? *gone : 0, 0, "gone before"))
		goto out;

	WRITE_ONCE(skel->bss->budget, n);
	trigger_until(&skel->bss->taken, n, trigger, prog_named(skel->obj, trigger_prog));
	WRITE_ONCE(skel->bss->budget, 0);
	ASSERT_EQ(skel->bss->released, n, "released");
	if (!strcmp(where, "nmi"))
		ASSERT_TRUE(skel->data->all_contexts & CTX_NMI, "in NMI");
	if (gone) {
		WAIT_FOR(READ_ONCE(*gone) >= n);
		ASSERT_EQ(*gone, n, "gone");
	} else {
		check_runs("cpumask", &skel->bss->cpumask_runs, skel->progs.observe_cpumask, n);
	}
	if (cgroups)
		check_runs("css", &skel->bss->css_runs, skel->progs.observe_css, n);
out:
	kptr_dtor_context_release__destroy(skel);
}

static void test_releases(void)
{
	static const char * const kinds[] = { "task", "cgroup", "holder", "crypto" };
	static const char * const where[] = { "nmi", "wq_lock", "irqs_off" };
	char name[64];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (j = 0; j < ARRAY_SIZE(where); j++) {
			/* Tracing programs release no crypto context. */
			if (!strcmp(kinds[i], "crypto") && strcmp(where[j], "irqs_off"))
				continue;
			snprintf(name, sizeof(name), "release_%s_%s", kinds[i], where[j]);
			if (test__start_subtest(name))
				test_release(kinds[i], where[j]);
		}
	}
}

static void subtests(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(contexts); i++)
		if (test__start_subtest(contexts[i].name))
			test_context(&contexts[i]);
	if (test__start_subtest("syscall_array_update"))
		test_syscall(&array_update);
	if (test__start_subtest("syscall_hash_update"))
		test_syscall(&hash_update);
	if (test__start_subtest("syscall_hash_delete"))
		test_syscall(&hash_delete);
	if (test__start_subtest("syscall_hash_alloc_delete"))
		test_syscall(&hash_alloc_delete);
	if (test__start_subtest("map_free"))
		test_map_free();
	test_releases();
	local_subtests();
}

void serial_test_kptr_dtor_context_hooks(void)
{
#ifdef __x86_64__
	if (!ASSERT_OK(load_module("bpf_test_nmi.ko", false), "load bpf_test_nmi.ko"))
		return;
	subtests();
	ASSERT_OK(unload_module("bpf_test_nmi", false), "unload bpf_test_nmi.ko");
#else
	printf("%s:SKIP:no way to send NMIs on this architecture\n", __func__);
	test__skip();
#endif
}
