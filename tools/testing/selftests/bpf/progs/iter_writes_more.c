// SPDX-License-Identifier: GPL-2.0
/* Writes by a helper, to copies of values, and to those of sockets */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct value {
	struct task_struct __kptr * task;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} socks SEC(".maps");

struct progs {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sockmap SEC(".maps");

int sink;

/* The last byte of the kptr */
SEC("iter/bpf_map_elem")
int by_helper(struct bpf_iter__bpf_map_elem *ctx)
{
	void *v = ctx->value;

	if (v)
		bpf_get_current_comm(v + 7, 1);
	/* Without a use, the BTF only has the name of task_struct, and the map no kptr. */
	sink = bpf_get_current_task_btf()->pid;
	return 0;
}

SEC("iter/bpf_map_elem")
int by_helper_behind(struct bpf_iter__bpf_map_elem *ctx)
{
	void *v = ctx->value;

	if (v)
		bpf_get_current_comm(v + 8, 8);
	return 0;
}

SEC("iter/bpf_map_elem")
int by_atomic(struct bpf_iter__bpf_map_elem *ctx)
{
	__u64 *v = ctx->value;

	if (v)
		__sync_fetch_and_add(v, 1);
	return 0;
}

__weak int set(__u64 *v)
{
	if (v)
		*v = 42;
	return 0;
}

SEC("iter/bpf_map_elem")
int by_global(struct bpf_iter__bpf_map_elem *ctx)
{
	__u64 *v = ctx->value;

	if (v)
		set(v);
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int sock_kptr(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	__u64 *v = ctx->value;

	if (v)
		*v = 42;
	return 0;
}

SEC("iter/bpf_sk_storage_map")
int sock_count(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	__u64 *v = ctx->value;

	if (v)
		v[1] = 42;
	return 0;
}

/* A prog array takes programs of one context. What is called may have been made for
 * larger values, and write anything.
 */
#define TAIL_CALL(name, target)					\
	struct progs name##_progs SEC(".maps");			\
								\
	SEC("iter/" #target)					\
	int name(struct bpf_iter__##target *ctx)		\
	{							\
		bpf_tail_call(ctx, &name##_progs, 0);		\
		return 0;					\
	}

TAIL_CALL(by_tail_call, bpf_map_elem)
TAIL_CALL(sock_tail_call, bpf_sk_storage_map)
TAIL_CALL(sockmap_tail_call, sockmap)	/* only the key is a buffer */
TAIL_CALL(maps_tail_call, bpf_map)	/* has none */

/* Has the name of the iterator's target: an extension of it gets the context as well. */
__weak int bpf_iter_bpf_map_elem(struct bpf_iter__bpf_map_elem *ctx __arg_ctx)
{
	return !ctx->value;
}

SEC("iter/bpf_map_elem")
int extended(struct bpf_iter__bpf_map_elem *ctx)
{
	bpf_iter_bpf_map_elem(ctx);
	return 0;
}
