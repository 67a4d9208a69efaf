// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "untrusted_writes.skel.h"

enum which { SOCKET, CAST, BEFORE };

static void load(const char *name, enum which which, int err)
{
	struct untrusted_writes *skel;

	if (!test__start_subtest(name))
		return;
	skel = untrusted_writes__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_map__set_autocreate(skel->maps.ops_socket, which == SOCKET);
	bpf_map__set_autocreate(skel->maps.ops_cast, which == CAST);
	bpf_program__set_autoload(skel->progs.write_before, which == BEFORE);
	ASSERT_EQ(untrusted_writes__load(skel), err, "load");
	untrusted_writes__destroy(skel);
}

void test_untrusted_writes(void)
{
	load("socket", SOCKET, 0);
	load("cast", CAST, -EACCES);
	load("before", BEFORE, -EACCES);
}
