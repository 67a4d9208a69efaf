// SPDX-License-Identifier: GPL-2.0
/* A process that installs, swaps, removes and tears down, and an NMI that does
 * the same to the same slots wherever the test lets it come.
 */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

#define SLOTS 4

/* Which map: a hash takes elements out of a list and gives them back as well */
bool hash;

/* NMIs that may still act: their jobs would keep a worker busy for ever */
__s32 budget;

struct value {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, SLOTS);
} slots SEC(".maps");

/* Twice the keys: half of them are the NMI's own */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, 2 * SLOTS);
} elements SEC(".maps");

/* Elements deleted, in NMI or not */
__u64 torn;

/* Add, replace, delete; an NMI that came meanwhile may have had a lock. */
static void use_elements(u32 from)
{
	struct value none = {}, *v;
	u32 i, k;

	bpf_for(i, from, from + SLOTS) {
		k = i;
		bpf_map_update_elem(&elements, &k, &none, BPF_ANY);
		v = bpf_map_lookup_elem(&elements, &k);
		if (v)
			install_in(&v->obj, next_id());
		bpf_map_update_elem(&elements, &k, &none, BPF_EXIST);
		v = bpf_map_lookup_elem(&elements, &k);
		if (v)
			install_in(&v->obj, next_id());
		if (i % 2)
			__sync_fetch_and_add(&torn, !bpf_map_delete_elem(&elements, &k));
	}
}

SEC("syscall")
int process(void *unused)
{
	struct value none = {}, *v;
	u32 i, k;

	budget = 4;
	if (hash) {
		use_elements(0);
		return 0;
	}
	bpf_for(i, 0, SLOTS) {
		k = i;
		v = bpf_map_lookup_elem(&slots, &k);
		if (!v)
			continue;
		install_in(&v->obj, next_id());
		install_in(&v->obj, next_id());
		remove_from(&v->obj);
		install_in(&v->obj, next_id());
		if (i % 2)
			bpf_map_update_elem(&slots, &k, &none, BPF_ANY);
	}
	return 0;
}

NMI_PROG(in_nmi)
{
	struct value none = {}, *v;
	u32 i, k;

	if (__sync_fetch_and_add(&budget, -1) <= 0)
		return;
	if (hash) {
		use_elements(SLOTS);
		return;
	}
	bpf_for(i, 0, SLOTS) {
		bpf_map_update_elem(&slots, &i, &none, BPF_ANY);
		k = i;
		v = bpf_map_lookup_elem(&slots, &k);
		if (!v)
			continue;
		install_in(&v->obj, next_id());
		install_in(&v->obj, next_id());
		if (i % 2)
			remove_from(&v->obj);
		else
			bpf_map_update_elem(&slots, &k, &none, BPF_ANY);
	}
}

/* What is left goes outside of NMI */
SEC("syscall")
int empty(void *unused)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, SLOTS)
		bpf_map_update_elem(&slots, &i, &none, BPF_ANY);
	bpf_for(i, 0, 2 * SLOTS)
		bpf_map_delete_elem(&elements, &i);
	return 0;
}

/* All keys can be had: no element is lost, and none is there twice. */
__u64 added;

SEC("syscall")
int add_all(void *unused)
{
	struct value none = {};
	u32 i;

	added = 0;
	bpf_for(i, 0, 2 * SLOTS)
		added += !bpf_map_update_elem(&elements, &i, &none, BPF_NOEXIST);
	return 0;
}

#define CHURN 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, CHURN);
} churned SEC(".maps");

/* Install as many kptrs as there are objects */
static void fill_churned(void)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, CHURN) {
		k = i;
		v = bpf_map_lookup_elem(&churned, &k);
		if (v)
			install_in(&v->obj, i);
	}
}

/* And remove them all */
SEC("syscall")
int churn(void *unused)
{
	struct value *v;
	u32 i, k;

	fill_churned();
	bpf_for(i, 0, CHURN) {
		k = i;
		v = bpf_map_lookup_elem(&churned, &k);
		if (v)
			remove_from(&v->obj);
	}
	return 0;
}

/* Or have the map tear them down */
SEC("syscall")
int churn_update(void *unused)
{
	struct value none = {};
	u32 i;

	fill_churned();
	bpf_for(i, 0, CHURN)
		bpf_map_update_elem(&churned, &i, &none, BPF_ANY);
	return 0;
}
