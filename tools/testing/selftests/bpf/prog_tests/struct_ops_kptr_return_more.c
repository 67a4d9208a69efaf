// SPDX-License-Identifier: GPL-2.0
/* struct_ops programs with a kptr in R0 where they do not return to the kernel. */

#include <test_progs.h>
#include "struct_ops_ret_ptr_more.skel.h"

void test_struct_ops_kptr_return_more(void)
{
	RUN_TESTS(struct_ops_ret_ptr_more);
}
