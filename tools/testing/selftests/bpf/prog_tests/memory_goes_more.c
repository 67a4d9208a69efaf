// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "memory_goes_more.skel.h"
#include "struct_ops_tail_call.skel.h"

void test_memory_goes_more(void)
{
	RUN_TESTS(memory_goes_more);
	RUN_TESTS(struct_ops_tail_call);
}
