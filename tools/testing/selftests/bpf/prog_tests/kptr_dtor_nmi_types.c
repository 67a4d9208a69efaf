// SPDX-License-Identifier: GPL-2.0
/* Kptrs of each type in an array that NMIs overwrite, packets that a qdisc keeps,
 * and the module of a destructor that goes right after such an NMI.
 */
#include "kptr_dtor_nmi_more.h"
#include <signal.h>
#include <sys/wait.h>
#include "kptr_dtor_nmi_qdisc.h"
#include "kptr_dtor_nmi_module.skel.h"
#include "kptr_dtor_nmi_types.skel.h"

struct type {
	const char *name;
	struct dtor dtor;
	/* Before and after kptrs are made: what they point to goes meanwhile */
	bool (*before)(struct kptr_dtor_nmi_types *skel);
	void (*after)(struct kptr_dtor_nmi_types *skel);
};

static void kill_tasks(struct kptr_dtor_nmi_types *skel)
{
	int i;

	for (i = 0; i < skel->data->n; i++) {
		if (!skel->bss->pids[i])
			continue;
		kill(skel->bss->pids[i], SIGKILL);
		waitpid(skel->bss->pids[i], NULL, 0);
	}
}

static bool make_tasks(struct kptr_dtor_nmi_types *skel)
{
	int i, pid;

	for (i = 0; i < skel->data->n; i++) {
		pid = fork();
		if (!pid)
			for (;;)
				pause();
		if (!ASSERT_GT(pid, 0, "fork")) {
			kill_tasks(skel);
			return false;
		}
		skel->bss->pids[i] = pid;
	}
	return true;
}

static bool make_cgroup_of_types(struct kptr_dtor_nmi_types *skel)
{
	return make_cgroup(&skel->bss->cgroup_id);
}

static void remove_cgroup_env(struct kptr_dtor_nmi_types *skel)
{
	cleanup_cgroup_environment();
}

/* Fill an array with kptrs of a type, and have an NMI overwrite them all */
static void test_type(const struct type *type)
{
	struct bpf_program *fill, *in_nmi;
	struct dtor_count before;
	struct kptr_dtor_nmi_types *skel;
	struct bpf_link *link = NULL;
	__s64 retained;

	skel = kptr_dtor_nmi_types__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	fill = prog_of(skel->obj, type->name, "fill_array");
	in_nmi = prog_of(skel->obj, type->name, "update");
	bpf_program__set_autoload(fill, true);
	bpf_program__set_autoload(in_nmi, true);
	if (!ASSERT_OK(kptr_dtor_nmi_types__load(skel), "load"))
		goto out;
	link = bpf_program__attach(in_nmi);
	if (!ASSERT_OK_PTR(link, "attach"))
		goto out;
	if (type->before && !type->before(skel))
		goto out;
	before = dtor_now(type->dtor);
	retained = nmi->bss->retained_kptrs;
	run(fill);
	if (type->after)
		type->after(skel);
	ASSERT_EQ(skel->bss->installed, skel->data->n, "installed");
	ASSERT_EQ(dtor_now(type->dtor).runs - before.runs, 0, "destroyed before");

	if (!send_nmis(OTHER_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down in NMI");
	ASSERT_EQ(nmi->bss->retained_kptrs - retained, 0, "retained");
	check_dtor(type->dtor, &before, skel->data->n);
out:
	bpf_link__destroy(link);
	kptr_dtor_nmi_types__destroy(skel);
}

static void test_types(void)
{
	const struct type types[] = {
		{ "task", DTOR(task), make_tasks, kill_tasks },
		{ "cgroup", DTOR(cgroup), make_cgroup_of_types, remove_cgroup_env },
		{ "cpumask", DTOR(cpumask) },
		{ "ctx", DTOR(ctx) },
		{ "obj", DTOR(obj) },
	};
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		snprintf(name, sizeof(name), "%s_array_update", types[i].name);
		if (test__start_subtest(name))
			test_type(&types[i]);
	}
}

/* The module of a destructor goes when the last one has run. */
static void test_unload(void)
{
	struct kptr_dtor_nmi_module *skel;

	skel = kptr_dtor_nmi_module__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_program__set_autoload(skel->progs.update, true);
	if (!ASSERT_OK(kptr_dtor_nmi_module__load(skel), "load") ||
	    !ASSERT_OK(kptr_dtor_nmi_module__attach(skel), "attach"))
		goto out;
	run(skel->progs.fill);
	ASSERT_EQ(skel->bss->installed, skel->data->n, "installed");
	send_nmis(OTHER_CPU, 1, &skel->bss->runs);
	ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down in NMI");
out:
	kptr_dtor_nmi_module__destroy(skel);
}

static void test_module_unload(void)
{
	unload_nmi();
	if (load_nmi(false))
		test_unload();
	unload_nmi();
	ASSERT_OK(unload_bpf_testmod(false), "unload bpf_testmod");
	ASSERT_OK(load_bpf_testmod(false), "load bpf_testmod");
	load_nmi(true);
}

static void test_qdisc(void)
{
	struct dtor_count before = dtor_now(DTOR(skb));
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_qdisc *skel;

	skel = load_qdisc();
	if (!skel)
		return;
	if (!ASSERT_OK(set_qdisc(true), "attach qdisc"))
		goto out;
	ASSERT_EQ(send_packets(skel->data->n), skel->data->n, "packets");
	set_qdisc(false);
	ASSERT_EQ(skel->bss->installed, skel->data->n, "installed");
	ASSERT_EQ(dtor_now(DTOR(skb)).runs - before.runs, 0, "destroyed before");
	if (!send_nmis(OTHER_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down in NMI");
	ASSERT_EQ(nmi->bss->retained_kptrs - retained, 0, "retained");
	check_dtor(DTOR(skb), &before, skel->data->n);
out:
	kptr_dtor_nmi_qdisc__destroy(skel);
}

static void subtests(void)
{
	if (test__start_subtest("module_unload"))
		test_module_unload();
	test_types();
	if (test__start_subtest("skb_qdisc"))
		test_qdisc();
}

void serial_test_kptr_dtor_nmi_types(void)
{
	run_with_nmis(subtests);
}
