// SPDX-License-Identifier: GPL-2.0
/* Kptrs in a map whose type the test sets before it loads this. */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

#define N 32

__u32 n = N;
bool array;
__u32 nr_cpus;

/* Elements deleted, replaced, added; kptrs of other keys */
__u64 torn, not_null;

struct value {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} map SEC(".maps");

static void install(struct value *v)
{
	if (v)
		install_in(&v->obj, next_id());
}

/* An object for each key, and of a percpu map one for each CPU too */
SEC("?syscall")
int fill(void *unused)
{
	struct value none = {};
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		if (!array)
			bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		install(bpf_map_lookup_elem(&map, &k));
	}
	return 0;
}

SEC("?syscall")
int fill_percpu(void *unused)
{
	struct value none = {};
	u32 i, k, cpu;

	bpf_for(i, 0, N) {
		k = i;
		if (!array)
			bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		bpf_for(cpu, 0, nr_cpus)
			install(bpf_map_lookup_percpu_elem(&map, &k, cpu));
	}
	return 0;
}

static void delete_all(void)
{
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_delete_elem(&map, &i);
}

static void update_all(void)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_update_elem(&map, &i, &none, BPF_EXIST);
}

NMI_PROG(delete_in_nmi)
{
	delete_all();
}

NMI_PROG(update_in_nmi)
{
	update_all();
}

SEC("?syscall")
int delete_in_process(void *unused)
{
	delete_all();
	return 0;
}

SEC("?syscall")
int update_in_process(void *unused)
{
	update_all();
	return 0;
}

static void expect_null(struct value *v)
{
	struct bpf_test_nmi_obj *old;

	if (!v)
		return;
	old = bpf_kptr_xchg(&v->obj, NULL);
	if (!old)
		return;
	bpf_test_nmi_obj_release(old);
	not_null++;
}

/* Elements that other keys had show none of their kptrs. */
SEC("?syscall")
int reuse(void *unused)
{
	struct value none = {};
	u32 i, k;

	bpf_for(i, 0, N) {
		k = 1000 + i;
		torn += !bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		expect_null(bpf_map_lookup_elem(&map, &k));
		bpf_map_delete_elem(&map, &k);
	}
	return 0;
}

SEC("?syscall")
int reuse_percpu(void *unused)
{
	struct value none = {};
	u32 i, k, cpu;

	bpf_for(i, 0, N) {
		k = 1000 + i;
		torn += !bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		bpf_for(cpu, 0, nr_cpus)
			expect_null(bpf_map_lookup_percpu_elem(&map, &k, cpu));
		bpf_map_delete_elem(&map, &k);
	}
	return 0;
}

/* An update takes one element and leaves another for the next update */
SEC("?syscall")
int look(void *unused)
{
	u32 i;

	bpf_for(i, 0, N)
		expect_null(bpf_map_lookup_elem(&map, &i));
	return 0;
}
