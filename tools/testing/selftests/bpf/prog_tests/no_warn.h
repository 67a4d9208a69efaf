/* SPDX-License-Identifier: GPL-2.0 */
/* The functions that no_warn.c calls: all helpers of uapi, all kfuncs in BTF */
#ifndef __NO_WARN_H
#define __NO_WARN_H

#include <bpf/btf.h>

#define NR_ARGS 5
#define MAX_FUNCS 1024

struct func {
	const char *name;
	__u32 id;
	/* 0: of the kernel, 1: of bpf_testmod */
	int btf;
	bool kfunc;
	int nr_args;
};

static struct func funcs[MAX_FUNCS];
static int nr_funcs, fd_array[2] = { -1, -1 };

static void add_helpers(void)
{
	static const char *names[MAX_FUNCS];
	int i;

#define HELPER(name, value, ...) (names[value] = "bpf_" #name),
	___BPF_FUNC_MAPPER(HELPER) 0;
	for (i = 1; i < ARRAY_SIZE(names) && names[i]; i++)
		funcs[nr_funcs++] = (struct func){ .name = names[i], .id = i, .nr_args = NR_ARGS };
}

static void add_kfuncs(const struct btf *btf, int which)
{
	const struct btf *base = btf__base_btf(btf);
	int i, first = base ? btf__type_cnt(base) : 1;

	for (i = first; i < btf__type_cnt(btf) && nr_funcs < MAX_FUNCS; i++) {
		const struct btf_type *t = btf__type_by_id(btf, i);
		struct func f = { .kfunc = true, .btf = which };

		if (!btf_is_decl_tag(t) ||
		    strcmp(btf__name_by_offset(btf, t->name_off), "bpf_kfunc"))
			continue;
		f.id = t->type;
		t = btf__type_by_id(btf, t->type);
		f.name = btf__name_by_offset(btf, t->name_off);
		f.nr_args = btf_vlen(btf__type_by_id(btf, t->type));
		/* On 7.3 some take arguments on the stack, too. */
		if (f.nr_args <= NR_ARGS)
			funcs[nr_funcs++] = f;
	}
}

static struct btf *module_btf(struct btf *vmlinux)
{
	struct bpf_btf_info info;
	__u32 id = 0, len;
	char name[64];
	int fd;

	while (!bpf_btf_get_next_id(id, &id)) {
		fd = bpf_btf_get_fd_by_id(id);
		memset(&info, 0, sizeof(info));
		info.name = ptr_to_u64(name);
		info.name_len = sizeof(name);
		len = sizeof(info);
		if (fd >= 0 && !bpf_btf_get_info_by_fd(fd, &info, &len) &&
		    !strcmp(name, "bpf_testmod")) {
			fd_array[1] = fd;
			return btf__load_from_kernel_by_id_split(id, vmlinux);
		}
		close(fd);
	}
	return NULL;
}

#endif
