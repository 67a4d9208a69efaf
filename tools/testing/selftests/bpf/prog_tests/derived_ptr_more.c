// SPDX-License-Identifier: GPL-2.0
/* What derived_ptr tests with a ring buffer record, with pointers to other objects. */

#include <test_progs.h>
#include "derived_ptr_more.skel.h"

void test_derived_ptr_more(void)
{
	RUN_TESTS(derived_ptr_more);
}
