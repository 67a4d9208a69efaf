// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "lent_memory_more.skel.h"

void test_lent_memory_more(void)
{
	RUN_TESTS(lent_memory_more);
}
