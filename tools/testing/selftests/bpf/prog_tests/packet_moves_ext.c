// SPDX-License-Identifier: GPL-2.0
/* What an extension may do to the packet is what the function that it replaces does. */
#include <test_progs.h>
#include "packet_moves_ext.skel.h"

static const struct {
	const char *target, *function, *extension;
	bool loads;
} cases[] = {
	{ "tc", "tc_reads", "reads", true },
	{ "tc", "tc_reads", "writes_local", true },
	{ "tc", "tc_reads", "pulls" },
	{ "tc", "tc_reads", "writes_skb" },
	{ "tc", "tc_writes_local", "reads", true },
	{ "tc", "tc_writes_local", "writes_local", true },
	{ "tc", "tc_writes_local", "pulls" },
	{ "tc", "tc_writes_local", "writes_skb" },
	{ "tc", "tc_pulls", "writes_local", true },
	{ "tc", "tc_pulls", "pulls", true },
	{ "tc", "tc_pulls", "writes_skb", true },
	{ "tc", "tc_reads_arg", "reads_arg", true },
	{ "tc", "tc_reads_arg", "writes_arg" },
	{ "tc", "tc_writes_arg", "reads_arg", true },
	{ "tc", "tc_writes_arg", "writes_arg", true },
	{ "xdp", "xdp_reads", "writes_xdp", true },
};

static char log_buf[64 * 1024];

static void extend(const char *target, const char *function, const char *extension, bool loads)
{
	struct packet_moves_ext *main_skel, *ext_skel;
	struct bpf_program *main_prog, *ext_prog;
	int fd, err;

	main_skel = packet_moves_ext__open();
	ext_skel = packet_moves_ext__open();
	if (!ASSERT_OK_PTR(main_skel, "open target") || !ASSERT_OK_PTR(ext_skel, "open extension"))
		goto out;

	main_prog = bpf_object__find_program_by_name(main_skel->obj, target);
	bpf_program__set_autoload(main_prog, true);
	if (!ASSERT_OK(packet_moves_ext__load(main_skel), "load target"))
		goto out;

	ext_prog = bpf_object__find_program_by_name(ext_skel->obj, extension);
	bpf_program__set_autoload(ext_prog, true);
	bpf_program__set_log_buf(ext_prog, log_buf, sizeof(log_buf));
	log_buf[0] = 0;
	fd = bpf_program__fd(main_prog);
	err = bpf_program__set_attach_target(ext_prog, fd, function);
	if (!ASSERT_OK(err, "set_attach_target"))
		goto out;
	err = packet_moves_ext__load(ext_skel);
	if (loads)
		ASSERT_OK(err, "load extension");
	else if (ASSERT_EQ(err, -EINVAL, "load extension"))
		ASSERT_HAS_SUBSTR(log_buf, "Extension program changes packet data", "log");
out:
	packet_moves_ext__destroy(ext_skel);
	packet_moves_ext__destroy(main_skel);
}

void test_packet_moves_ext(void)
{
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(name, sizeof(name), "%s_for_%s", cases[i].extension, cases[i].function);
		if (test__start_subtest(name))
			extend(cases[i].target, cases[i].function, cases[i].extension,
			       cases[i].loads);
	}
}
