// SPDX-License-Identifier: GPL-2.0
/* As scx_rusty does it: a preallocated hash, a cpumask in the value. An element
 * that was deleted comes back under another key.
 */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

__u64 torn, not_null, errors;
__u32 pid_now;

struct task_ctx {
	u64 dom_mask;
	struct bpf_cpumask __kptr * cpumask;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct task_ctx);
	__uint(max_entries, 1);
} task_data SEC(".maps");

SEC("syscall")
int init_task(void *unused)
{
	struct bpf_cpumask *mask;
	struct task_ctx none = {}, *taskc;
	u32 pid = pid_now;

	if (bpf_map_update_elem(&task_data, &pid, &none, BPF_NOEXIST))
		goto error;
	taskc = bpf_map_lookup_elem(&task_data, &pid);
	if (!taskc)
		goto error;
	mask = bpf_cpumask_create();
	if (!mask)
		goto error;
	mask = bpf_kptr_xchg(&taskc->cpumask, mask);
	if (mask) {
		not_null++;
		bpf_cpumask_release(mask);
	} else {
		installed++;
	}
	return 0;
error:
	errors++;
	return 0;
}

SEC("?syscall")
int exit_task(void *unused)
{
	u32 pid = pid_now;

	torn += !bpf_map_delete_elem(&task_data, &pid);
	return 0;
}

NMI_PROG(exit_task_in_nmi)
{
	u32 pid = pid_now;

	torn += !bpf_map_delete_elem(&task_data, &pid);
}
