// SPDX-License-Identifier: GPL-2.0
/* Many kptrs of a module's type, torn down in one NMI: their destructors are
 * still to come when map and programs are gone and the module is to go.
 */
#include "kptr_dtor_nmi.h"
#include "../test_kmods/bpf_testmod_kfunc.h"

char _license[] SEC("license") = "GPL";

#define N 4096

__u32 n = N;
__u64 torn;

struct value {
	struct bpf_testmod_ctx __kptr * ctx;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} array SEC(".maps");

SEC("syscall")
int fill(void *unused)
{
	struct bpf_testmod_ctx *ctx;
	struct value *v;
	u32 i, k;
	int err;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&array, &k);
		if (!v)
			continue;
		ctx = bpf_testmod_ctx_create(&err);
		if (!ctx)
			break;
		ctx = bpf_kptr_xchg(&v->ctx, ctx);
		if (ctx)
			bpf_testmod_ctx_release(ctx);
		else
			installed++;
	}
	return 0;
}

NMI_PROG(update)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_update_elem(&array, &i, &none, BPF_ANY);
}
