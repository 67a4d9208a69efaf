// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "graph_free_more.skel.h"

static int refs(struct graph_free_more *skel)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.count_refs), &opts), "count");
	ASSERT_OK(opts.retval, "count retval");
	return skel->bss->refs;
}

static void res_lock(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct graph_free_more *skel = graph_free_more__open_and_load();
	char zero[64] = {};
	int before, key = 0;

	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	before = refs(skel);
	ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(skel->progs.push_res), &opts), "push");
	ASSERT_OK(opts.retval, "push retval");
	ASSERT_EQ(refs(skel), before + 1, "held by the list");
	ASSERT_OK(bpf_map__update_elem(skel->maps.res_values, &key, sizeof(key), zero,
				       bpf_map__value_size(skel->maps.res_values), 0), "update");
	ASSERT_EQ(refs(skel), before, "after the update");
	graph_free_more__destroy(skel);
}

void serial_test_graph_free_more(void)
{
	RUN_TESTS(graph_free_more);
	if (test__start_subtest("res_lock"))
		res_lock();
}
