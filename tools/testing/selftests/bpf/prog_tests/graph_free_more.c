// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "run_prog.h"
#include "graph_free_more.skel.h"

static int refs(struct graph_free_more *skel)
{
	run(skel->progs.count_refs);
	return skel->bss->refs;
}

static void res_lock(void)
{
	struct graph_free_more *skel = graph_free_more__open_and_load();
	char zero[64] = {};
	int before, key = 0;

	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	before = refs(skel);
	run(skel->progs.push_res);
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
