// SPDX-License-Identifier: GPL-2.0
/* bpf_kptr_xchg() on map values in NMI: in, out and swap, with and without the
 * value's lock held.
 */
#include "kptr_dtor_nmi.h"

char _license[] SEC("license") = "GPL";

#define N 32

__u32 n = N;
__u64 torn, failed;

struct value {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, N);
} array SEC(".maps");

struct locked_value {
	struct bpf_spin_lock lock;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct locked_value);
	__uint(max_entries, N);
} locked_array SEC(".maps");

static void do_fill(void)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&array, &k);
		if (v)
			install_in(&v->obj, next_id());
	}
}

static void do_empty(void)
{
	struct value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&array, &k);
		if (v)
			remove_from(&v->obj);
	}
}

static void do_update(void)
{
	struct value none = {};
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_update_elem(&array, &i, &none, BPF_ANY);
}

/* Exchange with the lock held: for an object if there is one */
static void xchg_locked(bool in)
{
	struct bpf_test_nmi_obj *p;
	struct locked_value *v;
	u32 i, k;

	bpf_for(i, 0, N) {
		k = i;
		v = bpf_map_lookup_elem(&locked_array, &k);
		if (!v)
			continue;
		p = NULL;
		if (in) {
			p = bpf_test_nmi_obj_create(next_id());
			if (!p) {
				failed++;
				continue;
			}
			installed++;
		}
		bpf_spin_lock(&v->lock);
		p = bpf_kptr_xchg(&v->obj, p);
		bpf_spin_unlock(&v->lock);
		if (p) {
			bpf_test_nmi_obj_release(p);
			removed++;
		}
	}
}

static void do_locked_update(void)
{
	struct locked_value none = {};
	u32 i;

	bpf_for(i, 0, N)
		torn += !bpf_map_update_elem(&locked_array, &i, &none, BPF_ANY);
}

static void do_locked_fill(void)
{
	xchg_locked(true);
}

static void do_locked_empty(void)
{
	xchg_locked(false);
}

#define BOTH(op)				\
NMI_PROG(op##_in_nmi)				\
{						\
	do_##op();				\
}						\
						\
SEC("?syscall")					\
int op(void *unused)				\
{						\
	do_##op();				\
	return 0;				\
}

BOTH(fill)
BOTH(empty)
BOTH(update)
BOTH(locked_fill)
BOTH(locked_empty)
BOTH(locked_update)
