// SPDX-License-Identifier: GPL-2.0
/* Kptrs in each type of map, torn down in NMI and in process context, and elements
 * that are used again.
 */
#include "kptr_dtor_nmi_more.h"
#include "kptr_dtor_nmi_maps.skel.h"
#include "kptr_dtor_nmi_rusty.skel.h"

struct map_case {
	const char *name;
	enum bpf_map_type type;
	__u32 flags;
	bool update;
};

static struct kptr_dtor_nmi_maps *load_maps(const struct map_case *c, bool in_nmi)
{
	struct kptr_dtor_nmi_maps *skel = kptr_dtor_nmi_maps__open();
	bool percpu = is_percpu(c->type);

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	bpf_map__set_type(skel->maps.map, c->type);
	bpf_map__set_map_flags(skel->maps.map, c->flags);
	bpf_program__set_autoload(skel->progs.fill, !percpu);
	bpf_program__set_autoload(skel->progs.fill_percpu, percpu);
	bpf_program__set_autoload(skel->progs.look, !percpu);
	bpf_program__set_autoload(skel->progs.reuse, !percpu);
	bpf_program__set_autoload(skel->progs.reuse_percpu, percpu);
	bpf_program__set_autoload(skel->progs.delete_in_process, !c->update);
	bpf_program__set_autoload(skel->progs.update_in_process, c->update);
	bpf_program__set_autoload(skel->progs.delete_in_nmi, in_nmi && !c->update);
	bpf_program__set_autoload(skel->progs.update_in_nmi, in_nmi && c->update);
	skel->bss->array = is_array(c->type);
	skel->bss->nr_cpus = libbpf_num_possible_cpus();
	if (ASSERT_OK(kptr_dtor_nmi_maps__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_nmi_maps__attach(skel), "attach"))
		return skel;
	kptr_dtor_nmi_maps__destroy(skel);
	return NULL;
}

/* Kptrs in a filled map, and those of them that one pass of deletes or updates
 * tears down: an update by a program is to the values of its own CPU.
 */
static __u64 filled(struct kptr_dtor_nmi_maps *skel, const struct map_case *c)
{
	return (__u64)skel->data->n * (is_percpu(c->type) ? skel->bss->nr_cpus : 1);
}

static __u64 torn_down(struct kptr_dtor_nmi_maps *skel, const struct map_case *c)
{
	return c->update ? skel->data->n : filled(skel, c);
}

static void test_map_in_nmi(const struct map_case *c)
{
	struct bpf_test_nmi_stats before = stats();
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_maps *skel;

	skel = load_maps(c, true);
	if (!skel)
		return;
	run(is_percpu(c->type) ? skel->progs.fill_percpu : skel->progs.fill);
	ASSERT_EQ(skel->bss->installed, filled(skel, c), "installed");
	ASSERT_EQ(stats_since(&before).destroyed, 0, "destroyed before");
	if (!send_nmis(OTHER_CPU, 1, &skel->bss->runs))
		goto out;
	ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down in NMI");
	ASSERT_EQ(nmi->bss->retained_kptrs - retained, 0, "retained");
	check_destroyed(&before, torn_down(skel, c));
out:
	kptr_dtor_nmi_maps__destroy(skel);
	check_gone(&before);
}

/* Torn down by a program, outside of NMI */
static void test_map_in_process(const struct map_case *c)
{
	struct bpf_test_nmi_stats before = stats();
	struct kptr_dtor_nmi_maps *skel;

	skel = load_maps(c, false);
	if (!skel)
		return;
	run(is_percpu(c->type) ? skel->progs.fill_percpu : skel->progs.fill);
	ASSERT_EQ(skel->bss->installed, filled(skel, c), "installed");
	run(c->update ? skel->progs.update_in_process : skel->progs.delete_in_process);
	ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down");
	check_destroyed(&before, torn_down(skel, c));
	kptr_dtor_nmi_maps__destroy(skel);
	check_gone(&before);
}

/* Elements that NMIs deleted or replaced serve other keys, round after round */
static void test_map_reuse(const struct map_case *c)
{
	struct bpf_test_nmi_stats before = stats();
	__s64 retained = nmi->bss->retained_kptrs;
	struct kptr_dtor_nmi_maps *skel;
	int i;

	skel = load_maps(c, true);
	if (!skel)
		return;
	for (i = 1; i <= 8; i++) {
		run(is_percpu(c->type) ? skel->progs.fill_percpu : skel->progs.fill);
		if (!ASSERT_EQ(skel->bss->installed, i * filled(skel, c), "installed"))
			break;
		skel->bss->torn = 0;
		if (!send_nmis(THIS_CPU, 1, &skel->bss->runs))
			break;
		ASSERT_EQ(skel->bss->torn, skel->data->n, "torn down in NMI");
		if (c->update) {
			run(skel->progs.look);
		} else {
			skel->bss->torn = 0;
			run(is_percpu(c->type) ? skel->progs.reuse_percpu : skel->progs.reuse);
			ASSERT_EQ(skel->bss->torn, skel->data->n, "elements for other keys");
		}
		if (!ASSERT_EQ(skel->bss->not_null, 0, "kptrs of other keys"))
			break;
		if (!check_destroyed(&before, i * torn_down(skel, c)))
			break;
	}
	ASSERT_EQ(nmi->bss->retained_kptrs - retained, 0, "retained");
	kptr_dtor_nmi_maps__destroy(skel);
	check_gone(&before);
}

static void test_maps(void)
{
	static const struct map_case in_nmi[] = {
		{ "hash_delete", BPF_MAP_TYPE_HASH },
		{ "hash_update", BPF_MAP_TYPE_HASH, .update = true },
		{ "hash_alloc_delete", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC },
		{ "hash_alloc_update", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, true },
		{ "percpu_hash_delete", BPF_MAP_TYPE_PERCPU_HASH },
		{ "percpu_hash_update", BPF_MAP_TYPE_PERCPU_HASH, .update = true },
		{ "percpu_hash_alloc_delete", BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC },
		{ "array_update", BPF_MAP_TYPE_ARRAY, .update = true },
		{ "percpu_array_update", BPF_MAP_TYPE_PERCPU_ARRAY, .update = true },
	}, in_process[] = {
		{ "hash_update", BPF_MAP_TYPE_HASH, .update = true },
		{ "array_update", BPF_MAP_TYPE_ARRAY, .update = true },
		{ "lru_hash_delete", BPF_MAP_TYPE_LRU_HASH },
		{ "lru_percpu_hash_delete", BPF_MAP_TYPE_LRU_PERCPU_HASH },
	}, reuse[] = {
		{ "hash_update", BPF_MAP_TYPE_HASH, .update = true },
		{ "hash_alloc_delete", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC },
		{ "percpu_hash_delete", BPF_MAP_TYPE_PERCPU_HASH },
		{ "percpu_hash_alloc_delete", BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC },
	};
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(in_nmi); i++) {
		snprintf(name, sizeof(name), "map_%s", in_nmi[i].name);
		if (test__start_subtest(name))
			test_map_in_nmi(&in_nmi[i]);
	}
	for (i = 0; i < ARRAY_SIZE(in_process); i++) {
		snprintf(name, sizeof(name), "process_%s", in_process[i].name);
		if (test__start_subtest(name))
			test_map_in_process(&in_process[i]);
	}
	for (i = 0; i < ARRAY_SIZE(reuse); i++) {
		snprintf(name, sizeof(name), "reuse_%s", reuse[i].name);
		if (test__start_subtest(name))
			test_map_reuse(&reuse[i]);
	}
}

#define RUSTY_ROUNDS 200

/* Tasks come and go, each in the element of the one before */
static void test_rusty(bool in_nmi)
{
	struct dtor_count before = dtor_now(DTOR(cpumask));
	struct kptr_dtor_nmi_rusty *skel;
	int i;

	skel = kptr_dtor_nmi_rusty__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_program__set_autoload(skel->progs.exit_task, !in_nmi);
	bpf_program__set_autoload(skel->progs.exit_task_in_nmi, in_nmi);
	if (!ASSERT_OK(kptr_dtor_nmi_rusty__load(skel), "load") ||
	    !ASSERT_OK(kptr_dtor_nmi_rusty__attach(skel), "attach"))
		goto out;
	for (i = 0; i < RUSTY_ROUNDS; i++) {
		skel->bss->pid_now = i;
		run(skel->progs.init_task);
		if (!in_nmi)
			run(skel->progs.exit_task);
		else if (!send_nmis(THIS_CPU, 1, &skel->bss->runs))
			break;
	}
	ASSERT_EQ(skel->bss->errors, 0, "errors");
	ASSERT_EQ(skel->bss->not_null, 0, "cpumasks of other tasks");
	ASSERT_EQ(skel->bss->installed, RUSTY_ROUNDS, "installed");
	ASSERT_EQ(skel->bss->torn, RUSTY_ROUNDS, "torn down");
	check_dtor(DTOR(cpumask), &before, RUSTY_ROUNDS);
out:
	kptr_dtor_nmi_rusty__destroy(skel);
}

static void subtests(void)
{
	test_maps();
	if (test__start_subtest("rusty"))
		test_rusty(false);
	if (test__start_subtest("rusty_in_nmi"))
		test_rusty(true);
}

void serial_test_kptr_dtor_nmi_maps(void)
{
	run_with_nmis(subtests);
}
