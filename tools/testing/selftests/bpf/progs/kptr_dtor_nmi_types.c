// SPDX-License-Identifier: GPL-2.0
/* Kptrs of each type in an array, whose elements an NMI overwrites. */
#include "kptr_dtor_nmi.h"
#include "../test_kmods/bpf_testmod_kfunc.h"

char _license[] SEC("license") = "GPL";

#define N 32

__u32 n = N;

/* What to make kptrs of: the pids of N tasks, a cgroup */
__u32 pids[N];
__u64 cgroup_id;
/* Elements overwritten in NMI */
__u64 torn;

static struct task_struct *task_get(u32 i)
{
	return bpf_task_from_pid(pids[i % N]);
}

static struct cgroup *cgroup_get(u32 i)
{
	return bpf_cgroup_from_id(cgroup_id);
}

static struct bpf_cpumask *cpumask_get(u32 i)
{
	return bpf_cpumask_create();
}

static struct bpf_testmod_ctx *ctx_get(u32 i)
{
	int err;

	return bpf_testmod_ctx_create(&err);
}

static struct bpf_test_nmi_obj *obj_get(u32 i)
{
	return bpf_test_nmi_obj_create(i);
}

#define TYPE(t, type_of_kptr, release)							\
struct t##_value {									\
	type_of_kptr __kptr *kptr;							\
};											\
											\
struct {										\
	__uint(type, BPF_MAP_TYPE_ARRAY);						\
	__type(key, u32);								\
	__type(value, struct t##_value);						\
	__uint(max_entries, N);								\
} t##_array SEC(".maps");								\
											\
static void t##_install(struct t##_value *v, u32 i)					\
{											\
	typeof(t##_get(i)) p;								\
											\
	p = t##_get(i);									\
	if (!p)										\
		return;									\
	p = bpf_kptr_xchg(&v->kptr, p);							\
	if (p)										\
		release(p);								\
	else										\
		installed++;								\
}											\
											\
SEC("?syscall")										\
int t##_fill_array(void *unused)							\
{											\
	struct t##_value *v;								\
	u32 i, k;									\
											\
	bpf_for(i, 0, N) {								\
		k = i;									\
		v = bpf_map_lookup_elem(&t##_array, &k);				\
		if (v)									\
			t##_install(v, i);						\
	}										\
	return 0;									\
}											\
											\
NMI_PROG(t##_update)									\
{											\
	struct t##_value none = {};							\
	u32 i;										\
											\
	bpf_for(i, 0, N)								\
		torn += !bpf_map_update_elem(&t##_array, &i, &none, BPF_ANY);		\
}

TYPE(task, struct task_struct, bpf_task_release)
TYPE(cgroup, struct cgroup, bpf_cgroup_release)
TYPE(cpumask, struct bpf_cpumask, bpf_cpumask_release)
TYPE(ctx, struct bpf_testmod_ctx, bpf_testmod_ctx_release)
TYPE(obj, struct bpf_test_nmi_obj, bpf_test_nmi_obj_release)
