// SPDX-License-Identifier: GPL-2.0
/* Runs the programs of progs/bench_kptr.c; the fastest of RUNS runs of each counts. */
#include <test_progs.h>
#include "bench_kptr.skel.h"

#define RUNS 25
#define NR 1000

void test_bench_kptr(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct bpf_program *p;
	struct bench_kptr *skel;
	__u64 best, loop = 0;
	int i, err;

	skel = bench_kptr__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open and load"))
		return;
	bpf_object__for_each_program(p, skel->obj) {
		if (p == skel->progs.install) {
			ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(p), &opts), "install");
			continue;
		}
		for (i = 0, best = -1; i < RUNS; i++) {
			skel->bss->done = 0;
			err = bpf_prog_test_run_opts(bpf_program__fd(p), &opts);
			if (!ASSERT_OK(err, bpf_program__name(p)) ||
			    !ASSERT_EQ(skel->bss->done, NR, bpf_program__name(p)))
				goto out;
			if (skel->bss->ns < best)
				best = skel->bss->ns;
		}
		if (!loop)
			loop = best;
		printf("bench %s %.1f\n", bpf_program__name(p) + strlen("bench_"),
		       ((double)best - loop) / NR);
	}
out:
	bench_kptr__destroy(skel);
}
