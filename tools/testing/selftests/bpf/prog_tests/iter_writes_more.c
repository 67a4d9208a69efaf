// SPDX-License-Identifier: GPL-2.0
#include <test_progs.h>
#include "iter_writes_more.skel.h"
#include "iter_writes_ext.skel.h"

static void check(const char *name, struct bpf_program *prog, struct bpf_map *map, int err)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	union bpf_iter_link_info info = {};
	struct bpf_link *link;

	if (!test__start_subtest(name))
		return;
	if (map) {
		info.map.map_fd = bpf_map__fd(map);
		opts.link_info = &info;
		opts.link_info_len = sizeof(info);
	}
	link = bpf_program__attach_iter(prog, &opts);
	ASSERT_EQ(libbpf_get_error(link), err, "attach");
	bpf_link__destroy(link);
}

static void extension(struct bpf_program *target)
{
	struct iter_writes_ext *skel;

	if (!test__start_subtest("extension"))
		return;
	skel = iter_writes_ext__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_program__set_attach_target(skel->progs.ext, bpf_program__fd(target),
				       "bpf_iter_bpf_map_elem");
	ASSERT_EQ(iter_writes_ext__load(skel), -EINVAL, "load");
	iter_writes_ext__destroy(skel);
}

void test_iter_writes_more(void)
{
	struct iter_writes_more *skel = iter_writes_more__open_and_load();

	if (!ASSERT_OK_PTR(skel, "load"))
		return;
	check("by_helper", skel->progs.by_helper, skel->maps.array, -EACCES);
	check("by_helper_behind", skel->progs.by_helper_behind, skel->maps.array, 0);
	check("by_atomic", skel->progs.by_atomic, skel->maps.array, -EACCES);
	check("by_global", skel->progs.by_global, skel->maps.array, -EACCES);
	check("copy", skel->progs.by_helper, skel->maps.percpu, 0);
	check("sock_kptr", skel->progs.sock_kptr, skel->maps.socks, -EACCES);
	check("sock_count", skel->progs.sock_count, skel->maps.socks, 0);
	check("by_tail_call", skel->progs.by_tail_call, skel->maps.array, -EACCES);
	check("copy_tail_call", skel->progs.by_tail_call, skel->maps.percpu, -EACCES);
	check("sock_tail_call", skel->progs.sock_tail_call, skel->maps.socks, -EACCES);
	check("sockmap_tail_call", skel->progs.sockmap_tail_call, skel->maps.sockmap, -EACCES);
	check("maps_tail_call", skel->progs.maps_tail_call, NULL, 0);
	extension(skel->progs.extended);
	iter_writes_more__destroy(skel);
}
