// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "quiet_refusals_more.skel.h"

void test_quiet_refusals_more(void)
{
	RUN_TESTS(quiet_refusals_more);
}
