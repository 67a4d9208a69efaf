// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "rcu_ends_more.skel.h"

void test_rcu_ends_more(void)
{
	RUN_TESTS(rcu_ends_more);
}
