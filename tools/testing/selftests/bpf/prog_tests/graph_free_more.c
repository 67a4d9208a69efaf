// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "graph_free_more.skel.h"

void test_graph_free_more(void)
{
	RUN_TESTS(graph_free_more);
}
