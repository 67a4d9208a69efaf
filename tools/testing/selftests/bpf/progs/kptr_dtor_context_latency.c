// SPDX-License-Identifier: GPL-2.0
/* How long a destructor takes to run, with and without others about */
#include "kptr_dtor_context.h"

char _license[] SEC("license") = "GPL";

#define SAMPLES 1000
#define STORM 64

__u32 nr_samples = SAMPLES;
/* ns from each teardown to the destructor; how many there are */
__u64 samples[SAMPLES], destroyed, torn, failed;
/* Kptrs that the storm installed, and overwrote */
__u64 storm_installed, storm_torn;

static u64 start;

struct one_value {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct storm_value {
	struct bpf_cpumask __kptr * cpumask;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct one_value);
	__uint(max_entries, 1);
} one SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, u32);
	__type(value, struct storm_value);
	__uint(max_entries, STORM);
} storm_map SEC(".maps");

OBSERVE(bpf_cpumask_release_dtor, cpumask)

SEC("fentry/bpf_test_nmi_obj_release_dtor")
int BPF_PROG(stop_clock, void *p)
{
	u64 i = destroyed;

	if (i < SAMPLES)
		samples[i] = bpf_ktime_get_ns() - start;
	__sync_fetch_and_add(&destroyed, 1);
	return 0;
}

SEC("syscall")
int start_clock(void *unused)
{
	struct bpf_test_nmi_obj *obj;
	struct one_value none = {}, *v;
	u32 k = 0;

	v = bpf_map_lookup_elem(&one, &k);
	if (!v)
		return 1;
	obj = bpf_test_nmi_obj_create(torn % BPF_TEST_NMI_OBJS);
	if (!obj) {
		failed++;
		return 0;
	}
	obj = bpf_kptr_xchg(&v->obj, obj);
	if (obj)
		bpf_test_nmi_obj_release(obj);
	start = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&one, &k, &none, BPF_ANY)) {
		failed++;
		return 0;
	}
	/* Still there if it had no job, and memory for one was not to be had */
	obj = bpf_kptr_xchg(&v->obj, NULL);
	if (obj) {
		bpf_test_nmi_obj_release(obj);
		failed++;
	} else {
		torn++;
	}
	return 0;
}

SEC("syscall")
int storm(void *unused)
{
	struct storm_value none = {}, *v;
	struct bpf_cpumask *mask;
	u32 i, k;

	bpf_for(i, 0, STORM) {
		k = i;
		v = bpf_map_lookup_elem(&storm_map, &k);
		if (!v)
			break;
		mask = bpf_cpumask_create();
		if (!mask)
			break;
		mask = bpf_kptr_xchg(&v->cpumask, mask);
		if (mask)
			bpf_cpumask_release(mask);
		else
			__sync_fetch_and_add(&storm_installed, 1);
		/* Of the same CPU, which a program does not leave */
		if (!bpf_map_update_elem(&storm_map, &k, &none, BPF_ANY))
			__sync_fetch_and_add(&storm_torn, 1);
	}
	return 0;
}
