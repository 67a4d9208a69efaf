// SPDX-License-Identifier: GPL-2.0
/* bpf_kptr_xchg() in NMI, under a lock, and its call sites. */
#include "kptr_dtor_nmi_more.h"
#include "kptr_dtor_nmi_sites.skel.h"
#include "kptr_dtor_nmi_xchg.skel.h"

struct xchg_step {
	/* A program, and whether it runs in NMI */
	const char *prog;
	bool nmi;
	/* Kptrs that it installs, removes and tears down, a slot each */
	int installed, removed, destroyed;
};

static void test_xchg(const struct xchg_step *steps, int n)
{
	struct bpf_test_nmi_stats before = stats();
	__u64 installed = 0, removed = 0, destroyed = 0;
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_xchg *skel;
	struct bpf_program *prog;
	struct bpf_link *link;
	int i;

	skel = kptr_dtor_nmi_xchg__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	for (i = 0; i < n; i++)
		autoload(skel->obj, steps[i].prog);
	if (!ASSERT_OK(kptr_dtor_nmi_xchg__load(skel), "load"))
		goto out;
	for (i = 0; i < n; i++) {
		prog = bpf_object__find_program_by_name(skel->obj, steps[i].prog);
		if (steps[i].nmi) {
			link = bpf_program__attach(prog);
			if (!ASSERT_OK_PTR(link, "attach"))
				goto out;
			send_nmis(OTHER_CPU, 1, &skel->bss->runs);
			bpf_link__destroy(link);
		} else {
			run(prog);
		}
		installed += steps[i].installed * skel->data->n;
		removed += steps[i].removed * skel->data->n;
		destroyed += steps[i].destroyed * skel->data->n;
		ASSERT_EQ(skel->bss->installed, installed, "installed");
		ASSERT_EQ(skel->bss->removed, removed, "removed");
		if (!check_destroyed(&before, destroyed))
			goto out;
	}
	ASSERT_EQ(nmi->bss->retained_kptrs - retained, 0, "retained");
	ASSERT_EQ(skel->bss->failed, 0, "failed");
out:
	kptr_dtor_nmi_xchg__destroy(skel);
	check_gone(&before);
}

#define XCHG(name, ...) do {							\
	static const struct xchg_step steps[] = { __VA_ARGS__ };		\
										\
	if (test__start_subtest(name))						\
		test_xchg(steps, ARRAY_SIZE(steps));				\
} while (0)

static void test_xchgs(void)
{
	XCHG("xchg_in_then_update",
	     { "fill_in_nmi", true, 1, 0, 0 }, { "update", false, 0, 0, 1 });
	XCHG("xchg_in_then_update_in_nmi",
	     { "fill_in_nmi", true, 1, 0, 0 }, { "update_in_nmi", true, 0, 0, 1 });
	XCHG("xchg_out",
	     { "fill", false, 1, 0, 0 }, { "empty_in_nmi", true, 0, 1, 0 });
	XCHG("xchg_swap_then_empty",
	     { "fill_in_nmi", true, 1, 0, 0 }, { "fill", false, 1, 1, 0 },
	     { "empty", false, 0, 1, 0 });
	XCHG("xchg_update_twice_in_nmi",
	     { "fill", false, 1, 0, 0 }, { "update_in_nmi", true, 0, 0, 1 },
	     { "update_in_nmi", true, 0, 0, 0 });
	XCHG("xchg_locked",
	     { "locked_fill", false, 1, 0, 0 }, { "locked_fill_in_nmi", true, 1, 1, 0 },
	     { "locked_empty_in_nmi", true, 0, 1, 0 }, { "locked_fill_in_nmi", true, 1, 0, 0 },
	     { "locked_update_in_nmi", true, 0, 0, 1 });
	XCHG("xchg_locked_in_process",
	     { "locked_fill_in_nmi", true, 1, 0, 0 }, { "locked_fill", false, 1, 1, 0 },
	     { "locked_empty", false, 0, 1, 0 }, { "locked_fill", false, 1, 0, 0 },
	     { "locked_update", false, 0, 0, 1 });
}

void serial_test_kptr_dtor_nmi_xchg(void)
{
	RUN_TESTS(kptr_dtor_nmi_sites);
	run_with_nmis(test_xchgs);
}
