// SPDX-License-Identifier: GPL-2.0
/* Registers of each type, for the test of this name: it puts a call in PROBE()'s
 * place. None of these programs is run.
 */
#include "no_warn.h"

char _license[] SEC("license") = "GPL";

MAKER(zero, "=0")		{ PROBE(0); }
MAKER(minus_one, "=-1")		{ PROBE(-1L); }
MAKER(eight, "=8")		{ PROBE(8); }
MAKER(scalar, "=scalar(")	{ PROBE(bpf_get_prandom_u32()); }
MAKER(ctx, "=ctx(")		{ PROBE(ctx); }
MAKER(fp, "=fp")		{ __u64 b[8] = {}; PROBE(b); }
MAKER(fp_uninit, "=fp")		{ __u64 b[8]; PROBE(b); }
MAKER(callback, "=func(")	{ PROBE(cb); }
MAKER(map_array, "=map_ptr(map=array,")	{ PROBE(&array); }
MAKER(map_vals, "=map_ptr(map=vals,")	{ PROBE(&vals); }
MAKER(map_hash, "=map_ptr(map=hash,")	{ PROBE(&hash); }
MAKER(map_ringbuf, "=map_ptr(map=ringbuf,")	{ PROBE(&ringbuf); }
MAKER(map_storage, "=map_ptr(map=task_storage,")	{ PROBE(&task_storage); }
MAKER(map_arena, "=map_ptr(map=arena,")	{ PROBE(&arena); }
MAKER(const_value, "=map_value(")	{ PROBE(data); }
MAKER(rodata, "=map_value(")	{ PROBE(&zero); }
MAKER(percpu_struct, "=percpu_ptr_rq(")	{ PROBE(&runqueues); }
MAKER(percpu_int, "=percpu_ptr_int(")	{ PROBE(&bpf_prog_active); }
MAKER(per_cpu_or_null, "ptr_or_null_rq(")	{ PROBE(bpf_per_cpu_ptr(&runqueues, 0)); }
MAKER(per_cpu_int_or_null, "mem_or_null(")	{ PROBE(bpf_per_cpu_ptr(&bpf_prog_active, 0)); }
MAKER(this_cpu, "ptr_rq(")	{ PROBE(bpf_this_cpu_ptr(&runqueues)); }

#define VALUE(name, reg, map, expr)					\
static __always_inline void mk_##name(void *ctx);			\
MAKER(name, reg)							\
{									\
	typeof(map##_elem()) v = map##_elem();				\
									\
	if (v)								\
		PROBE(expr);						\
}

MAKER(value_or_null, "=map_value_or_null(")	{ PROBE(bpf_map_lookup_elem(&vals, &zero)); }
MAKER(long_or_null, "=map_value_or_null(")	{ PROBE(bpf_map_lookup_elem(&hash, &zero)); }
VALUE(value, "=map_value(", vals, v)
VALUE(value_long, "=map_value(", hash, v)
VALUE(value_res, "=map_value(", res_vals, v)
VALUE(value_task, "=map_value(", vals, &v->task)
VALUE(value_plain, "=map_value(", vals, &v->plain)
VALUE(value_pcpu, "=map_value(", vals, &v->pcpu)
VALUE(value_timer, "=map_value(", vals, &v->timer)
VALUE(value_wq, "=map_value(", vals, &v->wq)
VALUE(value_tw, "=map_value(", vals, &v->tw)
VALUE(value_head, "=map_value(", lists, &v->head)
VALUE(value_root, "=map_value(", lists, &v->root)
VALUE(value_lock, "=map_value(", vals, &v->lock)
VALUE(kptr_task, "ptr_or_null_task_struct(", vals, v->task)
VALUE(kptr_untrusted, "untrusted_ptr_or_null_task_struct(", vals, v->untrusted)
VALUE(kptr_mask, "ptr_or_null_bpf_cpumask(", vals, v->mask)
VALUE(kptr_plain, "ptr_or_null_plain(", vals, v->plain)
VALUE(kptr_node, "ptr_or_null_node(", vals, v->node)
VALUE(kptr_pcpu, "ptr_or_null_plain(", vals, v->pcpu)

#define VALUE_RCU(name, member_of_v, type)				\
static __always_inline void *get_##name(struct no_warn_val *v)		\
{									\
	return member_of_v;						\
}									\
									\
static __always_inline void mk_##name##_rcu(void *ctx);			\
MAKER(name##_rcu_or_null, "ptr_or_null_" type "(")			\
{									\
	struct no_warn_val *v = vals_elem();				\
									\
	if (!v)								\
		return;							\
	bpf_rcu_read_lock();						\
	PROBE(get_##name(v));						\
	bpf_rcu_read_unlock();						\
}									\
MAKER(name##_rcu, "ptr_" type "(")					\
{									\
	struct no_warn_val *v = vals_elem();				\
	void *p;							\
									\
	if (!v)								\
		return;							\
	bpf_rcu_read_lock();						\
	p = get_##name(v);							\
	if (p)								\
		PROBE(p);						\
	bpf_rcu_read_unlock();						\
}

VALUE_RCU(kptr_task, v->task, "task_struct")
VALUE_RCU(kptr_mask, v->mask, "bpf_cpumask")
VALUE_RCU(kptr_plain, v->plain, "plain")
VALUE_RCU(kptr_node, v->node, "node")
VALUE_RCU(kptr_pcpu, v->pcpu, "plain")

MAKER(kptr_pcpu_this_cpu, "ptr_plain(")
{
	struct no_warn_val *v = vals_elem();
	void *p;

	if (!v)
		return;
	bpf_rcu_read_lock();
	p = v->pcpu;
	if (p)
		PROBE(bpf_this_cpu_ptr(p));
	bpf_rcu_read_unlock();
}

MAKER(kptr_owned_or_null, "ptr_or_null_task_struct(")
{
	struct no_warn_val *v = vals_elem();
	struct task_struct *p;

	if (!v)
		return;
	p = bpf_kptr_xchg(&v->task, NULL);
	PROBE(p);
	if (p)
		bpf_task_release(p);
}

/* Objects that are owned: as they are made, checked, and with what is done to them */
#define ACQUIRE(name, or_null, reg, type, get, put)			\
static __always_inline type *get_##name(void)				\
{									\
	return get;							\
}									\
									\
static __always_inline void put_##name(type *p)				\
{									\
	put(p);								\
}									\
									\
static __always_inline void mk_##name(void *ctx);			\
MAKER(name##_or_null, or_null)						\
{									\
	type *p = get_##name();						\
									\
	PROBE(p);							\
	if (p)								\
		put_##name(p);						\
}									\
MAKER(name, reg)							\
{									\
	type *p = get_##name();						\
									\
	if (p) {							\
		PROBE(p);						\
		put_##name(p);						\
	}								\
}

#define discard(p) bpf_ringbuf_discard(p, 0)

ACQUIRE(task_owned, "ptr_or_null_task_struct(", "ptr_task_struct(", struct task_struct,
	bpf_task_acquire(bpf_get_current_task_btf()), bpf_task_release)
ACQUIRE(task_found, "ptr_or_null_task_struct(", "ptr_task_struct(", struct task_struct,
	bpf_task_from_pid(1), bpf_task_release)
ACQUIRE(cgroup_owned, "ptr_or_null_cgroup(", "ptr_cgroup(", struct cgroup,
	bpf_cgroup_from_id(1), bpf_cgroup_release)
ACQUIRE(mask_owned, "ptr_or_null_bpf_cpumask(", "ptr_bpf_cpumask(", struct bpf_cpumask,
	bpf_cpumask_create(), bpf_cpumask_release)
ACQUIRE(obj_plain, "ptr_or_null_plain(", "ptr_plain(", struct plain,
	bpf_obj_new(struct plain), bpf_obj_drop)
ACQUIRE(obj_node, "ptr_or_null_node(", "ptr_node(", struct node,
	bpf_obj_new(struct node), bpf_obj_drop)
ACQUIRE(obj_inner, "ptr_or_null_inner(", "ptr_inner(", struct inner,
	bpf_obj_new(struct inner), bpf_obj_drop)
ACQUIRE(obj_pcpu, "percpu_ptr_or_null_plain(", "percpu_ptr_plain(", struct plain __percpu_kptr,
	bpf_percpu_obj_new(struct plain), bpf_percpu_obj_drop)
ACQUIRE(record, "=ringbuf_mem_or_null(", "=ringbuf_mem(", void,
	bpf_ringbuf_reserve(&ringbuf, 64, 0), discard)

/* What lies in an owned object */
#define INSIDE(name, reg, type, expr)					\
static __always_inline void mk_##name(void *ctx);			\
MAKER(name, reg)							\
{									\
	struct type *n = bpf_obj_new(struct type);			\
									\
	if (n) {							\
		PROBE(expr);						\
		bpf_obj_drop(n);					\
	}								\
}

INSIDE(obj_node_l, "=ptr_node(", node, &n->l)
INSIDE(obj_node_r, "=ptr_node(", node, &n->r)
INSIDE(obj_member, "=ptr_node(", node, &n->data)
INSIDE(obj_kptr, "=ptr_inner(", inner, &n->plain)

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return false;
}

MAKER(locked, "=map_value(")	{ bpf_spin_lock(&glock); PROBE(&glock); bpf_spin_unlock(&glock); }
MAKER(locked_head, "=map_value(") { bpf_spin_lock(&glock); PROBE(&ghead); bpf_spin_unlock(&glock); }

/* Under the lock: owned, and not any more after it was put into a list or a tree */
#define NODE(name, reg, ...)						\
static __always_inline void mk_##name(void *ctx);			\
MAKER(name, reg)							\
{									\
	struct node *n = bpf_obj_new(struct node), *m = NULL;		\
									\
	if (!n)								\
		return;							\
	bpf_spin_lock(&glock);						\
	__VA_ARGS__;							\
	bpf_spin_unlock(&glock);					\
	if (m)								\
		bpf_obj_drop(m);					\
}

NODE(node_locked_l, "=ptr_node(", m = n; PROBE(&n->l))
NODE(node_locked_r, "=ptr_node(", m = n; PROBE(&n->r))
NODE(node_listed, "ptr_node(non_own_ref", bpf_list_push_front(&ghead, &n->l); PROBE(n))
NODE(node_listed_l, "ptr_node(non_own_ref", bpf_list_push_front(&ghead, &n->l); PROBE(&n->l))
#define ADD	bpf_rbtree_add(&groot, &n->r, less)
NODE(node_added, "ptr_node(non_own_ref", ADD; PROBE_WITH(n, less))
NODE(node_added_r, "ptr_node(non_own_ref", ADD; PROBE_WITH(&n->r, less))

MAKER(list_popped_or_null, "ptr_or_null_node(")
{
	struct bpf_list_node *l;

	bpf_spin_lock(&glock);
	l = bpf_list_pop_front(&ghead);
	bpf_spin_unlock(&glock);
	PROBE(l);
	if (l)
		bpf_obj_drop(container_of(l, struct node, l));
}

MAKER(list_front_or_null, "ptr_or_null_node(")
{
	bpf_spin_lock(&glock);
	PROBE(bpf_list_front(&ghead));
	bpf_spin_unlock(&glock);
}

MAKER(rb_first_or_null, "ptr_or_null_node(")
{
	bpf_spin_lock(&glock);
	PROBE(bpf_rbtree_first(&groot));
	bpf_spin_unlock(&glock);
}

MAKER(rb_first, "ptr_node(")
{
	struct bpf_rb_node *r;

	bpf_spin_lock(&glock);
	r = bpf_rbtree_first(&groot);
	if (r)
		PROBE(r);
	bpf_spin_unlock(&glock);
}

MAKER(refcount_acquired_or_null, "ptr_or_null_node(")
{
	struct no_warn_val *v = vals_elem();
	struct node *n, *m;

	if (!v)
		return;
	bpf_rcu_read_lock();
	n = v->node;
	if (n) {
		m = bpf_refcount_acquire(n);
		PROBE(m);
		if (m)
			bpf_obj_drop(m);
	}
	bpf_rcu_read_unlock();
}

/* Kernel objects */
MAKER(task, "=trusted_ptr_task_struct(")	{ PROBE(bpf_get_current_task_btf()); }
MAKER(task_as_scalar, "=scalar(")	{ PROBE(bpf_get_current_task()); }
MAKER(task_mm, "ptr_mm_struct(")	{ PROBE(bpf_get_current_task_btf()->mm); }
MAKER(task_files, "ptr_files_struct(")	{ PROBE(bpf_get_current_task_btf()->files); }
MAKER(task_parent, "ptr_task_struct(")	{ PROBE(bpf_get_current_task_btf()->real_parent); }
MAKER(task_member, "ptr_task_struct(")	{ PROBE(&bpf_get_current_task_btf()->cpus_mask); }
MAKER(task_comm, "ptr_task_struct(")	{ PROBE(&bpf_get_current_task_btf()->comm); }

MAKER(task_cast, "ptr_task_struct(")
{
	PROBE(bpf_core_cast((void *)bpf_get_current_task(), struct task_struct));
}

MAKER(mem_cast, "untrusted_mem(") { PROBE(bpf_rdonly_cast((void *)bpf_get_current_task(), 0)); }
MAKER(task_pt_regs, "ptr_pt_regs(")	{ PROBE(bpf_task_pt_regs(bpf_get_current_task_btf())); }

MAKER(task_rcu, "ptr_task_struct(")
{
	bpf_rcu_read_lock();
	PROBE(bpf_get_current_task_btf()->real_parent);
	bpf_rcu_read_unlock();
}

MAKER(cgroup_rcu, "ptr_cgroup(")
{
	bpf_rcu_read_lock();
	PROBE(bpf_get_current_task_btf()->cgroups->dfl_cgrp);
	bpf_rcu_read_unlock();
}

MAKER(in_rcu, "=trusted_ptr_task_struct(")
{
	bpf_rcu_read_lock();
	PROBE(bpf_get_current_task_btf());
	bpf_rcu_read_unlock();
}

MAKER(in_preempt_off, "=trusted_ptr_task_struct(")
{
	bpf_preempt_disable();
	PROBE(bpf_get_current_task_btf());
	bpf_preempt_enable();
}

MAKER(irq_flags, "=fp")
{
	unsigned long f;

	bpf_local_irq_save(&f);
	PROBE(&f);
	bpf_local_irq_restore(&f);
}

MAKER(storage_or_null, "=map_value_or_null(")
{
	PROBE(bpf_task_storage_get(&task_storage, bpf_get_current_task_btf(), 0, 0));
}

/* Dynptrs and slices */
#define PROBE_CHECKED(p) ({ void *__p = p; if (__p) PROBE(__p); })

#define DYNPTR(name, reg, make, ...)					\
static __always_inline void mk_##name(void *ctx);			\
MAKER(name, reg)							\
{									\
	struct bpf_dynptr d, c;						\
	void *p;							\
									\
	(void)&c;							\
	(void)&p;							\
	make;								\
	__VA_ARGS__;							\
}

#define LOCAL	bpf_dynptr_from_mem(data, 64, 0, &d)
#define RESERVE	bpf_ringbuf_reserve_dynptr(&ringbuf, 64, 0, &d)
#define DISCARD	bpf_ringbuf_discard_dynptr(&d, 0)
#define SLICE	(p = bpf_dynptr_slice_rdwr(&d, 0, b, 8))
#define DATA	(p = bpf_dynptr_data(&d, 0, 8))

DYNPTR(dynptr_uninit, "=fp", (void)&d, PROBE(&d))
DYNPTR(dynptr_local, "=dynptr_local(", LOCAL, PROBE(&d))
DYNPTR(dynptr_clone, "=dynptr_local(", LOCAL, bpf_dynptr_clone(&d, &c); PROBE(&c))
DYNPTR(dynptr_record, "=dynptr_ringbuf(", RESERVE, PROBE(&d); DISCARD)
DYNPTR(data_or_null, "=mem_or_null(", LOCAL, PROBE(bpf_dynptr_data(&d, 0, 8)))
DYNPTR(data, "=mem(", LOCAL, DATA; PROBE_CHECKED(p))
DYNPTR(record_data, "=mem(", RESERVE, DATA; PROBE_CHECKED(p); DISCARD)
DYNPTR(slice_or_null, "=rdonly_mem_or_null(", LOCAL, PROBE(bpf_dynptr_slice(&d, 0, NULL, 8)))
DYNPTR(slice, "=rdonly_mem(", LOCAL, p = bpf_dynptr_slice(&d, 0, NULL, 8); PROBE_CHECKED(p))
DYNPTR(slice_rdwr, "=mem(", __u64 b[1]; LOCAL, SLICE; PROBE_CHECKED(p))

static int in_sample(struct bpf_dynptr *d, void *ctx)
{
	PROBE_WITH(d, 0);
	return 0;
}

static int in_loop(__u32 i, void *ctx)
{
	PROBE_WITH(ctx, 0);
	return 0;
}

static int in_key(void *map, void *key, void *val, void *ctx)
{
	PROBE_WITH(key, 0);
	return 0;
}

static int in_val(void *map, void *key, void *val, void *ctx)
{
	PROBE_WITH(val, 0);
	return 0;
}

/* Nothing calls cb(), which is removed, and is referred to by what is left. */
static int in_loop_dead(__u32 i, void *ctx)
{
	PROBE(ctx);
	return 0;
}

MAKER(dynptr_const, "=dynptr_ptr(") { bpf_user_ringbuf_drain(&user_ringbuf, in_sample, NULL, 0); }
MAKER(callback_ctx, "=fp")	{ __u64 b[2] = {}; bpf_loop(1, in_loop, b, 0); }
MAKER(dead_callback, "=fp")	{ __u64 b[2] = {}; bpf_loop(1, in_loop_dead, b, 0); }
MAKER(map_key, "=map_key(")	{ bpf_for_each_map_elem(&hash, in_key, NULL, 0); }
MAKER(map_elem, "=map_value(")	{ bpf_for_each_map_elem(&vals, in_val, NULL, 0); }

/* Iterators */

MAKER(iter_num, "=iter_num(")
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 2);
	PROBE(&it);
	bpf_iter_num_destroy(&it);
}

MAKER(iter_num_next, "=rdonly_mem(")
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 2);
	PROBE(bpf_iter_num_next(&it));
	bpf_iter_num_destroy(&it);
}

MAKER(iter_task_next, "ptr_task_struct(")
{
	struct bpf_iter_task it;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	PROBE(bpf_iter_task_next(&it));
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
}

MAKER(arena, "=arena")
{
	register __u64 p asm("r1") = bpf_get_prandom_u32();

	asm volatile (".byte 0xbf; .byte 0x11; .short 1; .long 1" : "+r"(p));
	PROBE(p);
	asm volatile ("" :: "r"(&arena));
}

/* Packets and sockets */
TC(packet, "=pkt(")		{ PROBE((long)ctx->data); }
TC(packet_end, "=pkt_end(")	{ PROBE((long)ctx->data_end); }
TC(packet_meta, "=pkt_meta(")	{ PROBE((long)ctx->data_meta); }
TC(sk_or_null, "=sock_common_or_null(")	{ PROBE(ctx->sk); }

TC(sk, "=sock_common(")
{
	struct bpf_sock *s = ctx->sk;

	if (s)
		PROBE(s);
}

TC(packet_checked, "=pkt(")
{
	void *p = (void *)(long)ctx->data;

	if (p + 64 <= (void *)(long)ctx->data_end)
		PROBE(p);
}

#define SOCK(name, get, or_null, reg)					\
static __always_inline void *get_##name(struct bpf_sock *s)		\
{									\
	return get(s);							\
}									\
									\
TC(name##_or_null, or_null)						\
{									\
	struct bpf_sock *s = ctx->sk;					\
									\
	if (s)								\
		PROBE(get_##name(s));				\
}									\
TC(name, reg)							\
{									\
	struct bpf_sock *s = ctx->sk;					\
	void *t = s ? get_##name(s) : NULL;					\
									\
	if (t)								\
		PROBE(t);						\
}

#define sk_storage_of(s) bpf_sk_storage_get(&sk_storage, s, 0, 0)

SOCK(fullsock, bpf_sk_fullsock, "=sock_or_null(", "=sock(")
SOCK(tcp_sock, bpf_tcp_sock, "=tcp_sock_or_null(", "=tcp_sock(")
SOCK(skc_to_tcp_sock, bpf_skc_to_tcp_sock, "ptr_or_null_tcp_sock(", "ptr_tcp_sock(")
SOCK(sk_storage, sk_storage_of, "=map_value_or_null(", "=map_value(")

TC(sk_owned_or_null, "=sock_or_null(")
{
	struct bpf_sock_tuple t = {};
	struct bpf_sock *s = bpf_sk_lookup_tcp(ctx, &t, sizeof(t.ipv4), -1, 0);

	PROBE(s);
	if (s)
		bpf_sk_release(s);
}

TC(sk_owned, "=sock(")
{
	struct bpf_sock_tuple t = {};
	struct bpf_sock *s = bpf_sk_lookup_tcp(ctx, &t, sizeof(t.ipv4), -1, 0);

	if (!s)
		return;
	PROBE(s);
	bpf_sk_release(s);
}

TC(kern_skb, "ptr_sk_buff(")	{ PROBE(bpf_cast_to_kern_ctx(ctx)); }

TC(dynptr_skb, "=dynptr_skb(")
{
	struct bpf_dynptr d;

	bpf_dynptr_from_skb((void *)ctx, 0, &d);
	PROBE(&d);
}

TC(slice_skb, "=mem(")
{
	struct bpf_dynptr d;
	__u64 b[1];
	void *p;

	bpf_dynptr_from_skb((void *)ctx, 0, &d);
	p = bpf_dynptr_slice_rdwr(&d, 0, b, 8);
	if (p)
		PROBE(p);
}

XDP(packet, "=pkt(")		{ PROBE((long)ctx->data); }
XDP(packet_meta, "=pkt_meta(")	{ PROBE((long)ctx->data_meta); }
/* On 7.1 the log calls it map_value_or_null. */
XDP(xdp_sock_or_null, "_or_null(")	{ PROBE(bpf_map_lookup_elem(&xskmap, &zero)); }

XDP(xdp_sock, "=xdp_sock(")
{
	void *s = bpf_map_lookup_elem(&xskmap, &zero);

	if (s)
		PROBE(s);
}

XDP(kern_xdp, "ptr_xdp_buff(")	{ PROBE(bpf_cast_to_kern_ctx(ctx)); }
XDP(dynptr_xdp, "=dynptr_xdp(")	{ struct bpf_dynptr d; bpf_dynptr_from_xdp(ctx, 0, &d); PROBE(&d); }

/* Arguments of hooks */
TP(arg_task, "=trusted_ptr_task_struct(")	{ PROBE(ctx[0]); }
LSM(arg_file, "ptr_file(")	{ PROBE(ctx[0]); }
LSM(file_inode, "ptr_inode(")	{ PROBE(((struct file *)ctx[0])->f_inode); }
LSM(file_path, "ptr_file(")	{ PROBE(&((struct file *)ctx[0])->f_path); }
LSM(dynptr_file, "=dynptr_file(")
{
	struct bpf_dynptr d;

	bpf_dynptr_from_file((struct file *)ctx[0], 0, &d);
	PROBE(&d);
	bpf_dynptr_file_discard(&d);
}

MAKER_OF("iter/bpf_map_elem", iter, struct bpf_iter__bpf_map_elem, key,
	 "buf_or_null(") { PROBE(ctx->key); }
MAKER_OF("iter/bpf_map_elem", iter, struct bpf_iter__bpf_map_elem, value,
	 "buf_or_null(") { PROBE(ctx->value); }
MAKER_OF("iter/bpf_map_elem", iter, struct bpf_iter__bpf_map_elem, map,
	 "ptr_bpf_map(") { PROBE(ctx->map); }
MAKER_OF("iter/bpf_map_elem", iter, struct bpf_iter__bpf_map_elem, seq,
	 "ptr_seq_file(") { PROBE(ctx->meta->seq); }
MAKER_OF("raw_tracepoint.w/bpf_testmod_test_writable_bare_tp", rawtpw, __u64, tp_buffer,
	 "=tp_buffer(") { PROBE(ctx[0]); }
MAKER_OF("flow_dissector", flow, struct __sk_buff, keys,
	 "=flow_keys(") { PROBE(ctx->flow_keys); }
/* struct_ops: a referenced argument, and what only they may call */
SEC("struct_ops") R6("ptr_sk_buff(") int ops__skb(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];

	PROBE(skb);
	bpf_qdisc_skb_drop(skb, (void *)ctx[2]);
	return 0;
}

MAKER_OF("struct_ops", opsq, __u64, sch,
	 "ptr_Qdisc(") { PROBE(ctx[0]); }
MAKER_OF("struct_ops", opscc, __u64, sk,
	 "ptr_tcp_sock(") { PROBE(ctx[0]); }
SEC("struct_ops") void ops_reset(__u64 *ctx) {}
SEC("struct_ops") void ops_destroy(__u64 *ctx) {}

BASIC(xdp, "xdp", 0)
BASIC(kprobe, "kprobe/do_nanosleep", 0)
BASIC(session, "kprobe.session/do_nanosleep", 0)
BASIC(tracepoint, "tracepoint/sched/sched_switch", 0)
BASIC(perf, "perf_event", 0)
BASIC(rawtp, "raw_tp/sys_enter", 0)
BASIC(fentry, "fentry.s/bpf_fentry_test1", 0)
BASIC(fexit, "fexit/bpf_fentry_test1", 0)
BASIC(fmod, "fmod_ret/bpf_modify_return_test", 0)
BASIC(lsmcg, "lsm_cgroup/socket_bind", 1)
BASIC(iter, "iter/task", 0)
BASIC(socket, "socket", 0)
BASIC(cgskb, "cgroup_skb/egress", 1)
BASIC(cgsock, "cgroup/sock_create", 1)
BASIC(cgaddr, "cgroup/connect4", 1)
BASIC(cgunix, "cgroup/connect_unix", 1)
BASIC(cgopt, "cgroup/setsockopt", 1)
BASIC(sysctl, "cgroup/sysctl", 1)
BASIC(cgdev, "cgroup/dev", 1)
BASIC(sockops, "sockops", 1)
BASIC(skskb, "sk_skb/stream_verdict", 1)
BASIC(skmsg, "sk_msg", 1)
BASIC(reuse, "sk_reuseport", 1)
BASIC(lookup, "sk_lookup", 1)
BASIC(lwtxmit, "lwt_xmit", 0)
BASIC(lwtin, "lwt_in", 0)
BASIC(seg6, "lwt_seg6local", 0)
BASIC(nf, "netfilter", 1)
BASIC(flow, "flow_dissector", 0)

SEC(".struct_ops")
struct Qdisc_ops qdisc = {
	.enqueue = (void *)ops__skb,
	.dequeue = (void *)opsq__sch,
	.reset = (void *)ops_reset,
	.destroy = (void *)ops_destroy,
	.id = "bpf_no_warn",
};

SEC(".struct_ops")
struct tcp_congestion_ops cc = {
	.ssthresh = (void *)opscc__sk,
	.name = "bpf_no_warn",
};
