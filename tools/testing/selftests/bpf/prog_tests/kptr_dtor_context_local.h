/* SPDX-License-Identifier: GPL-2.0 */
/* Chains, lists and trees of local objects, what outlives them, and latencies: of
 * prog_tests/kptr_dtor_context_hooks.c
 */
#ifndef _PROG_TESTS_KPTR_DTOR_CONTEXT_LOCAL_H
#define _PROG_TESTS_KPTR_DTOR_CONTEXT_LOCAL_H

#include "kptr_dtor_context.h"
#include "kptr_dtor_context_local.skel.h"
#include "kptr_dtor_context_latency.skel.h"

#define LINKS 100000

static struct kptr_dtor_context_local *load_local(const char *fill, const char *tear,
						  const char *trigger, const char *look)
{
	struct kptr_dtor_context_local *skel = kptr_dtor_context_local__open();

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	autoload(skel->obj, fill);
	autoload(skel->obj, tear);
	autoload(skel->obj, trigger);
	autoload(skel->obj, look);
	if (ASSERT_OK(kptr_dtor_context_local__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_context_local__attach(skel), "attach"))
		return skel;
	kptr_dtor_context_local__destroy(skel);
	return NULL;
}

static void check_masks(struct kptr_dtor_context_local *skel, __u64 n)
{
	check_runs("cpumask", &skel->bss->cpumask_runs, skel->progs.observe_cpumask, n);
}

/* Memory for that many may take a moment to be there. */
static bool grow_chain(struct kptr_dtor_context_local *skel)
{
	WAIT_FOR(({
		skel->bss->add = LINKS - skel->bss->links;
		run(skel->progs.grow_chain);
		skel->bss->links >= LINKS;
	}));
	return ASSERT_EQ(skel->bss->links, LINKS, "links") &&
	       ASSERT_EQ(skel->bss->installed, 1, "installed");
}

static void local_tear_down(struct kptr_dtor_context_local *skel, const char *tear,
			    const char *trigger, int n)
{
	bool process = strstr(tear, "_process");

	WRITE_ONCE(skel->bss->budget, n);
	trigger_until(&skel->bss->taken, n, !process && !trigger ? trigger_sleep : NULL,
		      prog_named(skel->obj, process ? tear : trigger));
	WRITE_ONCE(skel->bss->budget, 0);
	ASSERT_EQ(skel->bss->torn, n, "torn down");
	ASSERT_EQ(skel->bss->failed, 0, "failed");
	if (trigger)
		ASSERT_TRUE(skel->data->all_contexts & CTX_NMI, "in NMI");
	else if (!process && !is_rt())
		ASSERT_TRUE(skel->data->all_contexts & CTX_HARDIRQ, "in hard irq");
}

static void test_chain(const char *tear, const char *trigger)
{
	struct kptr_dtor_context_local *skel = load_local("grow_chain", tear, trigger, NULL);

	if (!skel)
		return;
	if (grow_chain(skel)) {
		check_masks(skel, 0);
		local_tear_down(skel, tear, trigger, 1);
		check_masks(skel, 1);
	}
	kptr_dtor_context_local__destroy(skel);
}

/* The chain goes with its map; the observer is another object's. */
static void test_chain_map_free(void)
{
	struct kptr_dtor_context_local *skel, *observer;

	observer = load_local(NULL, NULL, NULL, NULL);
	if (!observer)
		return;
	skel = load_local("grow_chain", NULL, NULL, NULL);
	if (skel) {
		bool grown = grow_chain(skel);

		check_masks(observer, 0);
		kptr_dtor_context_local__destroy(skel);
		if (grown)
			check_masks(observer, 1);
	}
	kptr_dtor_context_local__destroy(observer);
}

/* All that lists of lists, or trees of lists, hold */
static void test_roots(const char *fill, const char *tear, const char *trigger)
{
	struct kptr_dtor_context_local *skel = load_local(fill, tear, trigger, NULL);
	__u64 n;

	if (!skel)
		return;
	run(prog_named(skel->obj, fill));
	n = (__u64)skel->data->roots * skel->data->kptrs_of_root;
	ASSERT_EQ(skel->bss->installed, n, "installed");
	check_masks(skel, 0);
	local_tear_down(skel, tear, trigger, skel->data->roots);
	check_masks(skel, n);
	kptr_dtor_context_local__destroy(skel);
}

/* Nodes that a slot holds as well outlive the list or tree, and are in none then. */
static void test_survivors(const char *fill, const char *reuse)
{
	struct kptr_dtor_context_local *skel;
	int n;

	skel = load_local(fill, "tear_down_graphs", reuse, "look_for_owners");
	if (!skel)
		return;
	n = skel->data->survivors;
	run(prog_named(skel->obj, fill));
	ASSERT_EQ(skel->bss->installed, n, "installed");
	run(skel->progs.look_for_owners);
	ASSERT_EQ(skel->bss->owned, n, "in a root");
	run(skel->progs.tear_down_graphs);
	ASSERT_EQ(skel->bss->torn, n, "torn down");
	WAIT_SECONDS((run(skel->progs.look_for_owners), skel->bss->owned == 0), 5);
	ASSERT_EQ(skel->bss->owned, 0, "in a root that has gone");
	check_masks(skel, 0);

	run(prog_named(skel->obj, reuse));
	ASSERT_EQ(skel->bss->found, 0, "found in a root that has gone");
	ASSERT_EQ(skel->bss->added, n, "added to another root");
	ASSERT_EQ(skel->bss->taken_out, n, "taken out of it");
	check_masks(skel, n);
	kptr_dtor_context_local__destroy(skel);
}

static bool storm_ends;

static void *storm_thread(void *arg)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct kptr_dtor_context_latency *skel = arg;

	while (!READ_ONCE(storm_ends))
		if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.storm), &opts))
			break;
	return NULL;
}

static int compare_samples(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* The kernel's clock may be as coarse as jiffies. */
static __u64 cycles(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return get_time_ns();
#endif
}

static long long failures_left(const char *times)
{
	long long left = -1;
	FILE *f = fopen(times, "r");

	if (f) {
		if (fscanf(f, "%lld", &left) != 1)
			left = -1;
		fclose(f);
	}
	return left;
}

#define FAILSLAB "/sys/kernel/debug/failslab/"
#define FAILURES "1000000000"

/* Every other allocation that must not wait */
static void fail_allocations(void)
{
	write_sysctl(FAILSLAB "verbose", "0");
	write_sysctl(FAILSLAB "times", FAILURES);
	write_sysctl(FAILSLAB "probability", "50");
}

static void stop_failing(void)
{
	long long failed = atoll(FAILURES) - failures_left(FAILSLAB "times");

	write_sysctl(FAILSLAB "probability", "0");
	ASSERT_GT(failed, 0, "allocations failed");
	printf("%lld allocations failed\n", failed);
}

/* From a teardown to its destructor, one after the other: as the program's clock
 * says, and, with the system call, as the processor's does
 */
static void test_latency(const char *name, bool loaded, bool no_memory)
{
	int cpus = libbpf_num_possible_cpus(), threads = 0, n, i;
	struct kptr_dtor_context_latency *skel;
	__u64 *s, *c, began, began_ns;
	pthread_t thread[64];
	double us;

	skel = kptr_dtor_context_latency__open_and_load();
	if (!ASSERT_OK_PTR(skel, "load"))
		return;
	if (!ASSERT_OK(kptr_dtor_context_latency__attach(skel), "attach"))
		goto out;
	n = skel->data->nr_samples;
	c = calloc(n, sizeof(*c));
	if (!ASSERT_OK_PTR(c, "calloc"))
		goto out;
	storm_ends = false;
	for (i = 0; loaded && i < cpus && i < ARRAY_SIZE(thread); i++) {
		pthread_attr_t attr;
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i, &set);
		pthread_attr_init(&attr);
		pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
		if (!pthread_create(&thread[threads], &attr, storm_thread, skel))
			threads++;
		pthread_attr_destroy(&attr);
	}
	if (loaded)
		ASSERT_GT(threads, 0, "threads");
	if (no_memory)
		fail_allocations();
	began = cycles();
	began_ns = get_time_ns();
	for (i = 0; i < n; i++) {
		__u64 end = get_time_ns() + 10 * 1000000000ULL;

		do {
			c[i] = cycles();
			run(skel->progs.start_clock);
		} while (no_memory && skel->bss->torn == i && get_time_ns() < end);
		while (READ_ONCE(skel->bss->destroyed) <= i && get_time_ns() < end)
			sched_yield();
		c[i] = cycles() - c[i];
		if (READ_ONCE(skel->bss->destroyed) <= i)
			break;
	}
	us = (get_time_ns() - began_ns) / 1e3 / (cycles() - began);
	WRITE_ONCE(storm_ends, true);
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	if (no_memory)
		stop_failing();
	else
		ASSERT_EQ(skel->bss->failed, 0, "failed");
	ASSERT_EQ(skel->bss->torn, n, "torn down");
	if (!ASSERT_EQ(skel->bss->destroyed, n, "destroyed"))
		goto out_free;
	if (loaded) {
		ASSERT_GT(skel->bss->storm_torn, 0, "storm");
		check_runs("cpumask", &skel->bss->cpumask_runs, skel->progs.observe_cpumask,
			   skel->bss->storm_installed);
	}
	s = skel->bss->samples;
	qsort(s, n, sizeof(*s), compare_samples);
	qsort(c, n, sizeof(*c), compare_samples);
	printf("latency %s: p50 %.1f us, p99 %.1f us, max %.1f us\n", name,
	       s[n / 2] / 1e3, s[n * 99 / 100] / 1e3, s[n - 1] / 1e3);
	printf("latency %s, seen by user space: p50 %.1f us, p99 %.1f us, max %.1f us\n",
	       name, c[n / 2] * us, c[n * 99 / 100] * us, c[n - 1] * us);
	printf("percentiles %s: ", name);
	for (i = 0; i <= 100; i++)
		printf("%s%.1f", i ? ", " : "", c[(n - 1) * i / 100] * us);
	printf("\n");
	ASSERT_LT(s[n - 1], 1000000000ULL, "max");
out_free:
	free(c);
out:
	kptr_dtor_context_latency__destroy(skel);
}

static void local_subtests(void)
{
	static const struct {
		const char *name, *what;
		const char *trigger;
	} where[] = {
		{ "process", "_process" },
		{ "hardirq", "_hardirq" },
		{ "nmi", "_nmi", "send_nmi" },
	};
	static const char * const whats[] = { "chain_drop", "chain_update", "lists", "tree" };
	static const char * const tears[] = {
		"drop_chain", "update_chain", "update_lists", "update_tree"
	};
	char name[64], tear[64];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(whats); i++) {
		for (j = 0; j < ARRAY_SIZE(where); j++) {
			snprintf(name, sizeof(name), "%s_%s", whats[i], where[j].name);
			snprintf(tear, sizeof(tear), "%s%s", tears[i], where[j].what);
			if (!test__start_subtest(name))
				continue;
			if (i < 2)
				test_chain(tear, where[j].trigger);
			else
				test_roots(i == 2 ? "fill_lists" : "fill_tree", tear,
					   where[j].trigger);
		}
	}
	if (test__start_subtest("chain_map_free"))
		test_chain_map_free();
	if (test__start_subtest("survivor_list"))
		test_survivors("fill_survivors_list", "reuse_survivors_list");
	if (test__start_subtest("survivor_tree"))
		test_survivors("fill_survivors_tree", "reuse_survivors_tree");
	if (test__start_subtest("latency_idle"))
		test_latency("idle", false, false);
	if (test__start_subtest("latency_storm"))
		test_latency("storm", true, false);
	if (test__start_subtest("latency_no_memory")) {
		if (access(FAILSLAB "times", W_OK))
			test__skip();	/* a profile without fault injection */
		else
			test_latency("no memory", true, true);
	}
}

#endif
