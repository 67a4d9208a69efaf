// SPDX-License-Identifier: GPL-2.0
/* Processes install, swap, remove and delete kptrs of each type that can be made
 * here, while NMIs delete, overwrite and exchange those in the same slots. The
 * test sets the map's type before it loads this, and then what is done.
 */
#include "kptr_dtor_nmi.h"
#include "../test_kmods/bpf_testmod_kfunc.h"

char _license[] SEC("license") = "GPL";

struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params,
					     u32 params__sz, int *err) __ksym;
struct bpf_crypto_ctx *bpf_crypto_ctx_acquire(struct bpf_crypto_ctx *ctx) __ksym;
void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;

/* Few, so that an NMI tears down no more kptrs than a CPU has jobs in reserve;
 * and a hash that allocates its elements counts many in a percpu_counter, whose
 * lock is not for NMI.
 */
#define KEYS 8

/* Which map, and what NMIs do */
bool array, nmi_deletes, nmi_updates, nmi_xchgs;
/* Values with which NMIs exchanged kptrs */
__u64 exchanged;
__u64 cgroup_id;

/* References that this got and put itself: the others are in slots, or destroyed.
 * As in prog_tests/kptr_dtor_nmi_storm.c.
 */
struct refs {
	__u64 got;
	__u64 put;
};

struct refs cpumask_refs, task_refs, cgroup_refs, ctx_refs, crypto_refs, ref_refs;

struct holder {
	struct bpf_test_nmi_obj __kptr * obj;
};

struct value {
	u64 data;
	struct bpf_test_nmi_obj __kptr * obj;
	struct bpf_cpumask __kptr * cpumask;
	struct task_struct __kptr * task;
	struct cgroup __kptr * cgroup;
	struct bpf_testmod_ctx __kptr * ctx;
	struct bpf_crypto_ctx __kptr * crypto;
	struct prog_test_ref_kfunc __kptr * ref;
	struct holder __kptr * holder;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, u32);
	__type(value, struct value);
	__uint(max_entries, 2 * KEYS);
} map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} storage SEC(".maps");

struct crypto_value {
	struct bpf_crypto_ctx __kptr * ctx;
};

/* To take references to: it can be made where sleeping is allowed only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct crypto_value);
	__uint(max_entries, 1);
} crypto SEC(".maps");

static u32 any(u32 n)
{
	return bpf_get_prandom_u32() % n;
}

#define count(counter) __sync_fetch_and_add(counter, 1)

/* Put a new kptr in a slot, and put the old one */
#define swap(slot, new, release, counts)					\
({										\
	struct refs *refs_ = (counts);						\
	typeof(new) kptr_ = (new);						\
										\
	if (kptr_) {								\
		count(&refs_->got);						\
		kptr_ = bpf_kptr_xchg(slot, kptr_);				\
		if (kptr_) {							\
			release(kptr_);						\
			count(&refs_->put);					\
		}								\
	}									\
})

#define take(slot, release, counts)						\
({										\
	typeof(slot) slot_ = (slot);						\
	typeof(*slot_) kptr_ = bpf_kptr_xchg(slot_, NULL);			\
										\
	if (kptr_) {								\
		release(kptr_);							\
		count(&(counts)->put);						\
	}									\
})

static struct bpf_testmod_ctx *get_ctx(void)
{
	int err;

	return bpf_testmod_ctx_create(&err);
}

static struct prog_test_ref_kfunc *get_ref(void)
{
	unsigned long unused = 0;

	return bpf_kfunc_call_test_acquire(&unused);
}

static void install_crypto(struct value *v)
{
	struct crypto_value *from;
	struct bpf_crypto_ctx *c;
	u32 k = 0;

	from = bpf_map_lookup_elem(&crypto, &k);
	if (!from)
		return;
	bpf_rcu_read_lock();
	c = from->ctx;
	if (c)
		c = bpf_crypto_ctx_acquire(c);
	bpf_rcu_read_unlock();
	swap(&v->crypto, c, bpf_crypto_ctx_release, &crypto_refs);
}

/* In a slot of a map value or of an object */
static __always_inline void install_holder(struct holder **slot)
{
	struct holder *h = bpf_obj_new(typeof(*h));

	if (!h)
		return;
	install_in(&h->obj, any(BPF_TEST_NMI_OBJS));
	h = bpf_kptr_xchg(slot, h);
	if (h)
		bpf_obj_drop(h);
}

/* What can be made and put in NMI, too */
static __always_inline void install_in_nmi(struct value *v)
{
	install_in(&v->obj, any(BPF_TEST_NMI_OBJS));
	swap(&v->cpumask, bpf_cpumask_create(), bpf_cpumask_release, &cpumask_refs);
	install_holder(&v->holder);
}

static __always_inline void remove_in_nmi(struct value *v)
{
	struct holder *h;

	remove_from(&v->obj);
	take(&v->cpumask, bpf_cpumask_release, &cpumask_refs);
	h = bpf_kptr_xchg(&v->holder, NULL);
	if (h)
		bpf_obj_drop(h);
}

static __always_inline void install(struct value *v)
{
	install_in_nmi(v);
	swap(&v->task, bpf_task_acquire(bpf_get_current_task_btf()), bpf_task_release,
	     &task_refs);
	swap(&v->cgroup, bpf_cgroup_from_id(cgroup_id), bpf_cgroup_release, &cgroup_refs);
	swap(&v->ctx, get_ctx(), bpf_testmod_ctx_release, &ctx_refs);
	swap(&v->ref, get_ref(), bpf_kfunc_call_test_release, &ref_refs);
	install_crypto(v);
}

static __always_inline void remove(struct value *v)
{
	remove_in_nmi(v);
	take(&v->task, bpf_task_release, &task_refs);
	take(&v->cgroup, bpf_cgroup_release, &cgroup_refs);
	take(&v->ctx, bpf_testmod_ctx_release, &ctx_refs);
	take(&v->ref, bpf_kfunc_call_test_release, &ref_refs);
	take(&v->crypto, bpf_crypto_ctx_release, &crypto_refs);
}

SEC("syscall")
int make_crypto(void *unused)
{
	struct bpf_crypto_params params = {
		.type = "skcipher",
		.algo = "ecb(aes)",
		.key_len = 16,
	};
	struct crypto_value *v;
	u32 k = 0;
	int err;

	v = bpf_map_lookup_elem(&crypto, &k);
	if (v)
		swap(&v->ctx, bpf_crypto_ctx_create(&params, sizeof(params), &err),
		     bpf_crypto_ctx_release, &crypto_refs);
	return !crypto_refs.got;
}

SEC("?syscall")
int process_map(void *unused)
{
	struct value none = {}, *v;
	u32 i, k;

	bpf_for(i, 0, KEYS) {
		k = KEYS + any(KEYS);
		/* Elements without a kptr replaced beside those that NMIs replace */
		if (!array && nmi_updates)
			bpf_map_update_elem(&map, &k, &none, BPF_ANY);
		k -= KEYS;
		if (!array)
			bpf_map_update_elem(&map, &k, &none, BPF_NOEXIST);
		v = bpf_map_lookup_elem(&map, &k);
		if (v)
			install(v);
		if (i % 4)
			continue;
		k = any(KEYS);
		v = bpf_map_lookup_elem(&map, &k);
		if (v)
			remove(v);
		k = any(KEYS);
		if (array)
			bpf_map_update_elem(&map, &k, &none, BPF_EXIST);
		else if (i % 8)
			bpf_map_delete_elem(&map, &k);
	}
	return 0;
}

NMI_PROG(nmi_map)
{
	struct value none = {}, *v;
	u32 i, k;

	bpf_for(i, 0, KEYS) {
		k = i;
		if (nmi_updates)
			bpf_map_update_elem(&map, &k, &none, BPF_EXIST);
		if (nmi_deletes)
			bpf_map_delete_elem(&map, &k);
		if (!nmi_xchgs)
			continue;
		v = bpf_map_lookup_elem(&map, &k);
		if (v) {
			install_in_nmi(v);
			count(&exchanged);
		}
		k = (k + KEYS / 2) % KEYS;
		v = bpf_map_lookup_elem(&map, &k);
		if (v)
			remove_in_nmi(v);
	}
}

/* Not only NMIs: what runs under the locks of workqueues, runqueues and timers, in soft
 * and hard irq, in the allocators and in RCU takes one value after the other as well.
 */
static __always_inline int tear_down_one(__u64 *hooked)
{
	struct value none = {};
	u32 k = any(KEYS);

	if (array)
		bpf_map_update_elem(&map, &k, &none, BPF_EXIST);
	else
		bpf_map_delete_elem(&map, &k);
	count(hooked);
	return 0;
}

__u64 hooked_workqueue_queue_work, hooked_sched_switch, hooked_timer_start;
__u64 hooked_hrtimer_expire_entry, hooked_softirq_entry, hooked_kmem_cache_alloc;
__u64 hooked_mm_page_alloc, hooked_rcu_utilization;

SEC("?tp_btf/workqueue_queue_work")
int BPF_PROG(hook_workqueue_queue_work, int cpu, struct pool_workqueue *pwq,
	     struct work_struct *work)
{
	return tear_down_one(&hooked_workqueue_queue_work);
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(hook_sched_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	return tear_down_one(&hooked_sched_switch);
}

SEC("?tp_btf/timer_start")
int BPF_PROG(hook_timer_start, struct timer_list *timer, unsigned long bucket_expiry)
{
	return tear_down_one(&hooked_timer_start);
}

SEC("?tp_btf/hrtimer_expire_entry")
int BPF_PROG(hook_hrtimer_expire_entry, struct hrtimer *hrtimer, s64 *now)
{
	return tear_down_one(&hooked_hrtimer_expire_entry);
}

SEC("?tp_btf/softirq_entry")
int BPF_PROG(hook_softirq_entry, unsigned int vec)
{
	return tear_down_one(&hooked_softirq_entry);
}

SEC("?tp_btf/kmem_cache_alloc")
int BPF_PROG(hook_kmem_cache_alloc, unsigned long call_site, const void *ptr,
	     struct kmem_cache *s, gfp_t gfp_flags, int node)
{
	return tear_down_one(&hooked_kmem_cache_alloc);
}

SEC("?tp_btf/mm_page_alloc")
int BPF_PROG(hook_mm_page_alloc, struct page *page, unsigned int order, gfp_t gfp_flags,
	     int migratetype)
{
	return tear_down_one(&hooked_mm_page_alloc);
}

SEC("?tp_btf/rcu_utilization")
int BPF_PROG(hook_rcu_utilization, const char *what)
{
	return tear_down_one(&hooked_rcu_utilization);
}

/* Without kfuncs, which the interpreter does not call */
NMI_PROG(nmi_interpreted)
{
	u32 i, k;

	for (i = 0; i < KEYS; i++) {
		k = i;
		bpf_map_delete_elem(&map, &k);
	}
}

/* In the storage of the tasks that run this; NMIs cannot delete from storage. */
SEC("?syscall")
int process_storage(void *unused)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct value *v;
	u32 i;

	bpf_for(i, 0, KEYS) {
		v = bpf_task_storage_get(&storage, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (v)
			install(v);
		if (i % 4)
			continue;
		if (v)
			remove(v);
		if (i % 8)
			bpf_task_storage_delete(&storage, task);
	}
	return 0;
}

NMI_PROG(nmi_storage)
{
	struct value *v;
	u32 i;

	v = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), NULL, 0);
	if (!v)
		return;
	count(&exchanged);
	bpf_for(i, 0, KEYS) {
		install_in_nmi(v);
		if (i % 2)
			remove_in_nmi(v);
	}
}

struct item {
	struct bpf_list_node node;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct leaf {
	struct bpf_rb_node node;
	u64 key;
	struct bpf_test_nmi_obj __kptr * obj;
};

struct holder_of_holder {
	struct holder __kptr * holder;
	struct bpf_cpumask __kptr * cpumask;
};

struct local_value {
	struct bpf_spin_lock lock;
	struct bpf_list_head list __contains(item, node);
	struct bpf_rb_root tree __contains(leaf, node);
	struct holder_of_holder __kptr * nested;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, u32);
	__type(value, struct local_value);
	__uint(max_entries, KEYS);
} local_map SEC(".maps");

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container_of(a, struct leaf, node)->key < container_of(b, struct leaf, node)->key;
}

static __always_inline void install_nested(struct local_value *v)
{
	struct holder_of_holder *nested;

	nested = bpf_obj_new(typeof(*nested));
	if (!nested)
		return;
	swap(&nested->cpumask, bpf_cpumask_create(), bpf_cpumask_release, &cpumask_refs);
	install_holder(&nested->holder);
	nested = bpf_kptr_xchg(&v->nested, nested);
	if (nested)
		bpf_obj_drop(nested);
}

SEC("?syscall")
int process_local(void *unused)
{
	struct local_value *v;
	struct item *it;
	struct leaf *l;
	u32 i, k;

	bpf_for(i, 0, KEYS) {
		k = any(KEYS);
		v = bpf_map_lookup_elem(&local_map, &k);
		if (!v)
			break;
		install_nested(v);
		it = bpf_obj_new(typeof(*it));
		if (!it)
			continue;
		install_in(&it->obj, any(BPF_TEST_NMI_OBJS));
		bpf_spin_lock(&v->lock);
		bpf_list_push_back(&v->list, &it->node);
		bpf_spin_unlock(&v->lock);
		l = bpf_obj_new(typeof(*l));
		if (!l)
			continue;
		l->key = k;
		install_in(&l->obj, any(BPF_TEST_NMI_OBJS));
		bpf_spin_lock(&v->lock);
		bpf_rbtree_add(&v->tree, &l->node, less);
		bpf_spin_unlock(&v->lock);
	}
	return 0;
}

NMI_PROG(nmi_local)
{
	struct local_value none = {}, *v;
	u32 i, k;

	bpf_for(i, 0, KEYS) {
		k = i;
		if (nmi_updates)
			bpf_map_update_elem(&local_map, &k, &none, BPF_EXIST);
		v = bpf_map_lookup_elem(&local_map, &k);
		if (v)
			install_nested(v);
		if (v && i % 2)
			install_nested(v);
	}
}
