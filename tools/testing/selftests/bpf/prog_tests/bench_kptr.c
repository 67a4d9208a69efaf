// SPDX-License-Identifier: GPL-2.0
/* Runs the programs of progs/bench_kptr.c; the fastest of RUNS runs of each counts. */
#include <test_progs.h>
#include "bench_kptr.skel.h"

#define RUNS 25
#define NR 1000

static bool run(struct bpf_program *p)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(p), &opts), bpf_program__name(p));
}

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
out:
	bench_kptr__destroy(skel);
}
