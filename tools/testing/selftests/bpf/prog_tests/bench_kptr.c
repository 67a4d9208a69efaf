// SPDX-License-Identifier: GPL-2.0
/* Runs the programs of progs/bench_kptr.c; the fastest of RUNS runs of each counts. */
#include <test_progs.h>
#include "run_prog.h"
#include "bench_kptr.skel.h"

#define RUNS 25
#define NR 1000

/* What the kernel has of slabs, pages and per-CPU memory in use, in kB */
static long memory_in_use(void)
{
	char line[128];
	long used = 0, kb;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Slab: %ld", &kb) == 1 || sscanf(line, "Percpu: %ld", &kb) == 1)
			used += kb;
	if (f)
		fclose(f);
	return used;
}

/* Two maps of NR kptrs each, then none */
static void memory_of_kptrs(struct bench_kptr *skel)
{
	long before, installed, none, now;
	int i;

	before = memory_in_use();
	run(skel->progs.fill);
	installed = memory_in_use();
	for (i = 0; i < 2; i++)
		run(i ? skel->progs.bench_teardown_hash : skel->progs.bench_teardown_array);
	/* Workers give memory back at their leisure: as little as there is within a second */
	for (i = 0, none = installed; i < 10; i++) {
		usleep(100000);
		now = memory_in_use();
		none = now < none ? now : none;
	}
	printf("memory %d kptrs: %ld kB, then none: %ld kB\n", 2 * NR, installed - before,
	       none - before);
}

/* With the probes of the kernel's function @name, the least that it took of NR calls */
static long long time_of(struct bench_kptr *skel, const char *name, struct bpf_program *caller)
{
	struct bpf_link *enter, *leave = NULL;
	long long took = -1;
	int key, i;

	enter = bpf_program__attach_kprobe(skel->progs.enter, false, name);
	if (ASSERT_OK_PTR(enter, name))
		leave = bpf_program__attach_kprobe(skel->progs.leave, true, name);
	if (enter && ASSERT_OK_PTR(leave, name)) {
		skel->bss->took = -1;
		if (caller)
			run(caller);
		for (i = 0; !caller && i < NR; i++)
			bpf_map_get_next_key(bpf_map__fd(skel->maps.queue), NULL, &key);
		took = skel->bss->took;
		ASSERT_GT(took, 0, name);
	}
	bpf_link__destroy(leave);
	bpf_link__destroy(enter);
	return took;
}

/* These have no other way in. Their probes cost as much as those of a function of two
 * instructions, give or take a few.
 */
static void freelist(struct bench_kptr *skel)
{
	long long none = time_of(skel, "queue_stack_map_get_next_key", NULL) - 2;
	struct bpf_program *p = skel->progs.bench_delete_hash_0;

	printf("bench freelist_push %lld.0\n", time_of(skel, "pcpu_freelist_push", p) - none);
	printf("bench freelist_pop %lld.0\n", time_of(skel, "__pcpu_freelist_pop", p) - none);
}

void test_bench_kptr(void)
{
	struct bpf_program *p;
	const char *name;
	struct bench_kptr *skel;
	__u64 best, loop = 0;
	int i;

	skel = bench_kptr__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open and load"))
		return;
	memory_of_kptrs(skel);
	bpf_object__for_each_program(p, skel->obj) {
		name = bpf_program__name(p);
		if (p == skel->progs.install)
			run(p);
		if (strncmp(name, "bench_", 6))
			continue;
		for (i = 0, best = -1; i < RUNS; i++) {
			if (!strncmp(name, "bench_teardown_", 15) && !run(skel->progs.fill))
				goto out;
			skel->bss->done = 0;
			if (!run(p) || !ASSERT_EQ(skel->bss->done, NR, name))
				goto out;
			if (skel->bss->ns < best)
				best = skel->bss->ns;
		}
		if (!loop)
			loop = best;
		printf("bench %s %.1f\n", name + strlen("bench_"),
		       ((double)best - loop) / NR);
	}
	freelist(skel);
out:
	bench_kptr__destroy(skel);
}
