// SPDX-License-Identifier: GPL-2.0
/* The pool of kptr jobs: memory short, many kptrs that come and go, and an NMI at
 * each instruction of the functions that keep the account.
 */
#include "kptr_dtor_nmi_more.h"
#include "kptr_dtor_nmi_insn.skel.h"
#include "kptr_dtor_nmi_nomem.skel.h"

static struct kptr_dtor_nmi_nomem *load_nomem(bool delete)
{
	struct kptr_dtor_nmi_nomem *skel = kptr_dtor_nmi_nomem__open();

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	bpf_program__set_autoload(skel->progs.install, !delete);
	bpf_program__set_autoload(skel->progs.remove, !delete);
	bpf_program__set_autoload(skel->progs.add_elements, delete);
	bpf_program__set_autoload(skel->progs.install_and_delete, delete);
	bpf_program__set_autoload(skel->progs.reuse, delete);
	if (ASSERT_OK(kptr_dtor_nmi_nomem__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_nmi_nomem__attach(skel), "attach"))
		return skel;
	kptr_dtor_nmi_nomem__destroy(skel);
	return NULL;
}

/* bpf_kptr_xchg() puts in what it is given and returns what was there */
static void test_nomem_install(void)
{
	struct bpf_test_nmi_stats before = stats();
	struct kptr_dtor_nmi_nomem *skel;
	int n;

	skel = load_nomem(false);
	if (!skel)
		return;
	n = skel->data->n;
	if (!send_nmis(THIS_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(skel->bss->installed, 2 * n, "installed in NMI");
	ASSERT_EQ(skel->bss->removed, n, "swapped in NMI");
	run(skel->progs.remove);
	ASSERT_EQ(skel->bss->removed, 2 * n, "removed");
	ASSERT_EQ(skel->bss->wrong, 0, "wrong kptrs");
	ASSERT_EQ(stats_since(&before).destroyed, 0, "destroyed");
out:
	kptr_dtor_nmi_nomem__destroy(skel);
	check_gone(&before);
}

/* A teardown that finds no job leaves the kptr in its slot, which shows under
 * no other key.
 */
static void test_nomem_teardown(void)
{
	struct bpf_test_nmi_stats before = stats();
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_nomem *skel;
	int n;

	if (!ASSERT_TRUE(traced, "bpf_kptr_retained tracepoint"))
		return;
	skel = load_nomem(true);
	if (!skel)
		return;
	n = skel->data->n;
	run(skel->progs.add_elements);
	if (!send_nmis(THIS_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(skel->bss->installed, n, "installed in NMI");
	ASSERT_EQ(skel->bss->torn, n, "deleted in NMI");
	ASSERT_EQ(skel->bss->wrong, 0, "wrong kptrs");
	retained = nmi->bss->retained_kptrs - retained;
	ASSERT_GT(retained, 0, "retained");
	/* All others are on their way; these go when their elements are used again. */
	check_destroyed(&before, n - retained);
	WAIT_FOR((run(skel->progs.reuse), !skel->bss->busy));
	ASSERT_EQ(skel->bss->busy, 0, "elements for other keys");
	ASSERT_EQ(skel->bss->not_null, 0, "kptrs of other keys");
	check_destroyed(&before, n);
out:
	kptr_dtor_nmi_nomem__destroy(skel);
	check_gone(&before);
}

/* Kptrs to come and go, far more at a time than the bound */
#define POOL_KPTRS 100000
#define POOL_KPTRS_AT_ONCE 4096

/* Kptrs that come and go outside of NMI leave no more jobs than the bound */
static void test_pool_churn(bool update)
{
	struct bpf_test_nmi_stats before = stats();
	struct kptr_dtor_nmi_insn *skel;
	__u64 n;

	skel = kptr_dtor_nmi_insn__open_and_load();
	if (!ASSERT_OK_PTR(skel, "load"))
		return;
	for (n = 0; n < POOL_KPTRS;) {
		run(update ? skel->progs.churn_update : skel->progs.churn);
		n += POOL_KPTRS_AT_ONCE;
		/* No object is left until the worker has destroyed some. */
		if (update)
			WAIT_FOR(stats_since(&before).destroyed >= n);
	}
	ASSERT_EQ(skel->bss->installed, n, "installed");
	kptr_dtor_nmi_insn__destroy(skel);
	check_gone(&before);
	check_pool();
}

static int compare_addr(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Do what NMIs are to interrupt, and what one that interrupts nothing does; the
 * NMIs that came besides that one.
 */
static __u64 interrupted(struct kptr_dtor_nmi_insn *skel)
{
	__u64 runs = READ_ONCE(skel->bss->runs);
	int not_taken;

	run(skel->progs.process);
	ASSERT_OK(try_send(THIS_CPU, 1, &not_taken), "send");
	ASSERT_OK(not_taken, "NMI taken");
	WRITE_ONCE(skel->bss->budget, 0);
	run(skel->progs.empty);
	return READ_ONCE(skel->bss->runs) - runs - 1;
}

/* A function that nothing enters here has no instruction to be interrupted at. */
static bool is_entered(struct kptr_dtor_nmi_insn *skel, const char *func, long addr)
{
	struct bpf_test_nmi_stats before = stats();
	__u64 runs = READ_ONCE(skel->bss->runs);
	int i;

	if (strstr(func, ".cold") || probe(addr))
		return true;
	for (i = 0; i < 4; i++) {
		interrupted(skel);
		check_gone(&before);
	}
	probe(0);
	return READ_ONCE(skel->bss->runs) - runs > i;
}

/* An NMI at each instruction of a function, one after the other */
static __u64 test_each_insn(struct kptr_dtor_nmi_insn *skel, const char *func, long addr, long end)
{
	__u64 hits = 0;
	int insns = 0;

	if (!is_entered(skel, func, addr)) {
		printf("%s: not entered\n", func);
		return 0;
	}
	for (; addr < end; addr++) {
		struct bpf_test_nmi_stats before = stats();

		/* Not an instruction, or not one to be probed */
		if (probe(addr))
			continue;
		insns++;
		hits += interrupted(skel);
		if (!check_gone(&before)) {
			printf("%s: an NMI at %lx\n", func, addr);
			break;
		}
	}
	probe(0);
	printf("%s: %d instructions, %llu NMIs\n", func, insns, hits);
	return hits;
}

struct insn_case {
	const char *name;
	/* What the functions' names begin with, after underscores */
	const char *func;
	bool hash;
	/* An NMI that comes there may find the pool, or a list, locked */
	bool may_retain;
};

static void test_insns(const struct insn_case *c)
{
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_insn *skel;
	unsigned long long end;
	struct ksyms *ksyms;
	__u64 hits = 0;
	int i;

	if (!ASSERT_OK(kallsyms_find("_etext", &end), "_etext"))
		return;
	ksyms = load_kallsyms_local();
	if (!ASSERT_OK_PTR(ksyms, "kallsyms"))
		return;
	qsort(ksyms->syms, ksyms->sym_cnt, sizeof(*ksyms->syms), compare_addr);
	skel = kptr_dtor_nmi_insn__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		goto out;
	skel->bss->hash = c->hash;
	bpf_program__set_autoload(skel->progs.in_nmi, true);
	if (!ASSERT_OK(kptr_dtor_nmi_insn__load(skel), "load") ||
	    !ASSERT_OK(kptr_dtor_nmi_insn__attach(skel), "attach"))
		goto out;
	/* Functions, no data of such names */
	for (i = 0; i + 1 < ksyms->sym_cnt && ksyms->syms[i].addr < end; i++)
		if (!strncmp(ksyms->syms[i].name + strspn(ksyms->syms[i].name, "_"), c->func,
			     strlen(c->func)))
			hits += test_each_insn(skel, ksyms->syms[i].name, ksyms->syms[i].addr,
					       ksyms->syms[i + 1].addr);
	ASSERT_GT(hits, 0, "NMIs");
	retained = nmi->bss->retained_kptrs - retained;
	printf("%s: %lld retained\n", c->name, retained);
	if (!c->may_retain)
		ASSERT_EQ(retained, 0, "retained");
	if (c->hash) {
		ASSERT_GT(skel->bss->torn, 0, "elements deleted");
		run(skel->progs.add_all);
		ASSERT_EQ(skel->bss->added, bpf_map__max_entries(skel->maps.elements),
			  "elements to be had");
	}
out:
	kptr_dtor_nmi_insn__destroy(skel);
	free_kallsyms_local(ksyms);
	if (traced)
		check_pool();
}

static void test_all_insns(void)
{
	static const struct insn_case cases[] = {
		{ "insn_bpf_kptr", "bpf_kptr_" },
		{ "insn_bpf_obj_free_fields", "bpf_obj_free_fields" },
		{ "insn_freelist", "pcpu_freelist_", .may_retain = true },
		{ "freelist_push_nmi", "pcpu_freelist_pop", .hash = true },
		{ "insn_htab_update", "htab_map_update_elem", .hash = true },
		{ "insn_htab_alloc", "alloc_htab_elem", .hash = true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (test__start_subtest(cases[i].name))
			test_insns(&cases[i]);
}

static void subtests(void)
{
	if (test__start_subtest("nomem_install"))
		test_nomem_install();
	if (test__start_subtest("nomem_teardown"))
		test_nomem_teardown();
	if (test__start_subtest("pool_churn"))
		test_pool_churn(false);
	if (test__start_subtest("pool_churn_update"))
		test_pool_churn(true);
	test_all_insns();
}

void serial_test_kptr_dtor_nmi_pool(void)
{
	run_with_nmis(subtests);
}
