// SPDX-License-Identifier: GPL-2.0
/* Objects of a program's own that hold kptrs, directly and through each other,
 * lists and trees, and go in NMI.
 */
#include "kptr_dtor_nmi_more.h"
#include "kptr_dtor_nmi_local.skel.h"

struct local_case {
	const char *name, *fill, *in_nmi;
	/* NMIs, and for each element the kptrs that the last one destroys */
	int nmis, kptrs;
	/* What an NMI deletes, overwrites or drops, if not an element each */
	int dropped;
};

static struct kptr_dtor_nmi_local *load_local(const char *fill, const char *fill_one,
					      const char *in_nmi)
{
	struct kptr_dtor_nmi_local *skel = kptr_dtor_nmi_local__open();

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	autoload(skel->obj, fill);
	autoload(skel->obj, fill_one);
	autoload(skel->obj, in_nmi);
	if (ASSERT_OK(kptr_dtor_nmi_local__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_nmi_local__attach(skel), "attach"))
		return skel;
	kptr_dtor_nmi_local__destroy(skel);
	return NULL;
}

static void test_local(const struct local_case *c)
{
	struct bpf_test_nmi_stats before = stats();
	__s64 retained = nmi->bss->retained_fields;
	struct kptr_dtor_nmi_local *skel;
	int i, n;

	skel = load_local(c->fill, NULL, c->in_nmi);
	if (!skel)
		return;
	n = skel->data->n;
	if (c->fill) {
		run(bpf_object__find_program_by_name(skel->obj, c->fill));
		ASSERT_EQ(skel->bss->installed, n * c->kptrs, "installed");
	}
	for (i = 1; i <= c->nmis; i++) {
		if (c->fill)
			ASSERT_EQ(stats_since(&before).destroyed, 0, "destroyed before");
		if (!send_nmis(OTHER_CPU, 1, &skel->bss->runs))
			goto out;
		ASSERT_EQ(skel->bss->dropped, i * (c->dropped ?: n), "dropped in NMI");
	}
	ASSERT_EQ(nmi->bss->retained_fields - retained, 0, "retained");
	check_destroyed(&before, n * c->kptrs);
	ASSERT_EQ(skel->bss->installed, n * c->kptrs, "installed");
out:
	kptr_dtor_nmi_local__destroy(skel);
	check_gone(&before);
}

/* bpf_rbtree_add() runs with the lock of the value held: an NMI there leaves the
 * objects to the next teardown.
 */
static void test_tree_locked(void)
{
	struct bpf_test_nmi_stats before = stats();
	struct kptr_dtor_nmi_local *skel;
	unsigned long long addr;
	__s64 retained;
	int n;

	if (!ASSERT_TRUE(traced, "bpf_kptr_retained tracepoint"))
		return;
	retained = nmi->bss->retained_trees;
	skel = load_local("fill_tree_array", "fill_one_tree_array", "update_tree");
	if (!skel)
		return;
	n = skel->data->n;
	run(skel->progs.fill_tree_array);
	ASSERT_EQ(skel->bss->installed, n, "installed");

	if (!ASSERT_OK(kallsyms_find("bpf_rbtree_add", &addr), "kallsyms") ||
	    !ASSERT_OK(probe(addr), "probe"))
		goto out;
	run(skel->progs.fill_one_tree_array);
	probe(0);
	ASSERT_EQ(skel->bss->installed, n + 1, "installed");
	ASSERT_EQ(skel->bss->runs, 1, "NMIs with the lock taken");
	ASSERT_EQ(skel->bss->dropped, 1, "overwritten in NMI");
	ASSERT_EQ(nmi->bss->retained_trees - retained, 1, "retained");
	ASSERT_EQ(stats_since(&before).destroyed, 0, "destroyed with the lock taken");

	if (!send_nmis(THIS_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(nmi->bss->retained_trees - retained, 1, "retained");
	check_destroyed(&before, n + 1);
out:
	kptr_dtor_nmi_local__destroy(skel);
	check_gone(&before);
}

static void test_locals(void)
{
	static const struct local_case cases[] = {
		{ "holder_drop", "fill_holder", "drop", 1, 1 },
		{ "nested_delete", "fill_nested", "delete", 1, 2 },
		{ "shared_delete", "fill_shared", "delete", 1, 1 },
		{ "shared_drop", "fill_shared", "drop_shared", 2, 1 },
		{ "make_and_drop", NULL, "make_and_drop", 16, 1, 1 },
		{ "list_in_object", "fill_list_in_object", "delete", 1, 1 },
		{ "list_hash_delete", "fill_list_hash", "delete_list", 1, 1, 1 },
		{ "list_array_update", "fill_list_array", "update_list", 1, 1, 1 },
		{ "tree_hash_delete", "fill_tree_hash", "delete_tree", 1, 1, 1 },
		{ "tree_array_update", "fill_tree_array", "update_tree", 1, 1, 1 },
	};
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(name, sizeof(name), "local_%s", cases[i].name);
		if (test__start_subtest(name))
			test_local(&cases[i]);
	}
	if (test__start_subtest("tree_lock_taken"))
		test_tree_locked();
}

void serial_test_kptr_dtor_nmi_local(void)
{
	run_with_nmis(test_locals);
}
