// SPDX-License-Identifier: GPL-2.0
/* What is freed while a program, or the callback of its bpf_wq, still has it */
#include <vmlinux.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_atomic.h"
#include "bpf_experimental.h"
#include "../test_kmods/bpf_testmod_kfunc.h"
#include "count_refs.h"

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym;

struct value {
	struct prog_test_ref_kfunc __kptr * ref;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} storage SEC(".maps");

struct elem {
	struct bpf_wq wq;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct elem);
} array SEC(".maps");

int pid, held, done, gone, ended, freed;

static long is_done(__u32 i, void *ctx)
{
	__sync_fetch_and_or(&held, 1);
	if (READ_ONCE(done))
		return 1;
	return 0;
}

/* Returns whether it was told to go on. */
static bool wait_for_user(void)
{
	bpf_loop(1 << 23, is_done, NULL, 0);
	return READ_ONCE(done);
}

SEC("syscall")
int hold(void *ctx)
{
	struct prog_test_ref_kfunc *p, *old;
	struct task_struct *task;
	struct value *v;

	task = bpf_task_from_pid(pid);
	if (!task)
		return 1;
	v = bpf_task_storage_get(&storage, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	bpf_task_release(task);
	if (!v)
		return 2;
	if (!wait_for_user())
		return 3;
	p = bpf_kfunc_call_test_acquire(&(unsigned long){0});
	if (!p)
		return 4;
	old = bpf_kptr_xchg(&v->ref, p);
	if (old) {
		bpf_kfunc_call_test_release(old);
		return 5;
	}
	return 0;
}

SEC("syscall")
int delete(void *ctx)
{
	struct task_struct *task;
	long err;

	task = bpf_task_from_pid(pid);
	if (!task)
		return 1;
	err = bpf_task_storage_delete(&storage, task);
	bpf_task_release(task);
	return err != 0;
}

SEC("fexit/bpf_task_storage_free")
int BPF_PROG(storage_free, struct task_struct *task)
{
	if (task->pid == pid)
		WRITE_ONCE(gone, 1);
	return 0;
}

/* It also needs its exception table: the load faults, and gives 0. */
static int callback(void *map, int *key, void *value)
{
	struct task_struct *nowhere = bpf_rdonly_cast((void *)~(1ul << 30),
						      bpf_core_type_id_kernel(struct task_struct));
	bool told = wait_for_user();

	WRITE_ONCE(ended, !told ? 2 : nowhere->pid ? 3 : 1);
	return 0;
}

/* In a second copy of this object */
SEC("tc")
int wq_start(struct __sk_buff *skb)
{
	struct elem *e;
	int key = 0;

	e = bpf_map_lookup_elem(&array, &key);
	if (!e)
		return 1;
	return bpf_wq_init(&e->wq, &array, 0) || bpf_wq_set_callback(&e->wq, callback, 0) ||
	       bpf_wq_start(&e->wq, 0) ? 2 : 0;
}

SEC("fentry/bpf_prog_free_deferred")
int BPF_PROG(prog_free, struct work_struct *work)
{
	struct bpf_prog_aux *aux = (void *)work - bpf_core_field_offset(struct bpf_prog_aux, work);
	char name[sizeof(aux->name)];

	BPF_CORE_READ_STR_INTO(&name, aux, name);
	if (!bpf_strncmp(name, sizeof("wq_start"), "wq_start"))
		__sync_fetch_and_add(&freed, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
