// SPDX-License-Identifier: GPL-2.0
/* More of what several paths bring to one call of a kfunc on local objects. */
#include <test_progs.h>
#include "local_obj_paths_more.skel.h"

void test_local_obj_paths_more(void)
{
	RUN_TESTS(local_obj_paths_more);
}
