// SPDX-License-Identifier: GPL-2.0
/* bpf_kptr_xchg() and teardown where nothing can be allocated: an NMI installs
 * more kptrs than there are idle jobs and objects in this CPU's caches of BPF's
 * allocator, which nothing refills before it returns.
 */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

#define N 1024

__u32 n = N;

/* Kptrs that came back where they should not, or did not; updates that failed;
 * kptrs of other keys; elements deleted in NMI
 */
__u64 wrong, busy, not_null, torn;

struct value {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} hash SEC(".maps");

/* Exchange what is in the slot, object was or none, for object id or none */
static void exchange(struct value *v, s32 was, s32 id)
{
	struct bpf_test_nmi_obj *p = NULL;

	if (id >= 0) {
		p = bpf_test_nmi_obj_create(id);
		if (!p) {
			wrong++;
			return;
		}
		installed++;
	}
	p = bpf_kptr_xchg(&v->obj, p);
	if (!p) {
		wrong += was >= 0;
		return;
	}
	wrong += p->id != was;
	removed++;
	bpf_test_nmi_obj_release(p);
}

/* Install an object in each slot and swap it for another one */
NMI_PROG(install)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&array, &k);
		if (!v)
			continue;
		exchange(v, -1, i);
		exchange(v, i, i + N);
	}
}

SEC("?syscall")
int remove(void *unused)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&array, &k);
		if (v)
			exchange(v, i + N, -1);
	}
	return 0;
}

SEC("?syscall")
int add_elements(void *unused)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, N)
		bpf_map_update_elem(&hash, &i, &none, BPF_NOEXIST);
	return 0;
}

/* Install an object in each element and delete the element at once */
NMI_PROG(install_and_delete)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&hash, &k);
		if (!v)
			continue;
		exchange(v, -1, i);
		torn += !bpf_map_delete_elem(&hash, &k);
	}
}

/* Each element under another key: empty, or not to be had yet */
SEC("?syscall")
int reuse(void *unused)
{
	struct bpf_test_nmi_obj *p;
	struct value none = {}, *v;
	u32 i, k;

	busy = 0;
	bpf_for(i, 0, N) {
		k = N + i;
		busy += !!bpf_map_update_elem(&hash, &k, &none, BPF_ANY);
		v = bpf_map_lookup_elem(&hash, &k);
		if (!v)
			continue;
		p = bpf_kptr_xchg(&v->obj, NULL);
		if (p) {
			not_null++;
			removed++;
			bpf_test_nmi_obj_release(p);
		}
	}
	return 0;
}
