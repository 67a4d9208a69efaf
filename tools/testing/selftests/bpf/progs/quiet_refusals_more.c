// SPDX-License-Identifier: GPL-2.0
/* More programs that made the verifier warn about a bug of its own. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "bpf_misc.h"
#include "bpf_experimental.h"

struct item {
	u64 n;
};

struct value {
	struct item __kptr * item;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, struct value);
	__uint(max_entries, 1);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ringbuf SEC(".maps");

struct item *whole_item;	/* so that BTF has it whole */

static struct value *value(void)
{
	int key = 0;

	return bpf_map_lookup_elem(&values, &key);
}

SEC("tc")
__failure __msg("R2 type=rcu_ptr_ expected=ptr_")
int xchg_rcu(void *ctx)
{
	struct value *v = value();
	struct item *p;

	if (!v || !v->item)
		return 0;
	p = bpf_kptr_xchg(&v->item, v->item);
	if (p)
		bpf_obj_drop(p);
	return 0;
}

/* The second loop compares states by their registers, then by what they hold. */
SEC("tc")
__failure __msg("Unreleased reference")
__flag(BPF_F_TEST_STATE_FREQ)
__naked void very_many_references(void)
{
	asm volatile ("r6 = 700;"
	"0: r1 = %[ringbuf] ll;"
	"r2 = 8;"
	"r3 = 0;"
	"call %[bpf_ringbuf_reserve];"
	"if r0 == 0 goto 9f;"
	"r6 += -1;"
	"if r6 != 0 goto 0b;"
	"r1 = 3;"
	"*(u64 *)(r10 - 8) = r1;"
	"r1 = 0;"
	"1: r0 = 0;"
	"r1 = *(u64 *)(r10 - 8);"
	"r1 += -1;"
	"*(u64 *)(r10 - 8) = r1;"
	"if r1 == 0 goto 9f;"
	"r1 = 0;"
	"goto 1b;"
	"9: r0 = 0;"
	"exit;"
	:: __imm_addr(ringbuf), __imm(bpf_ringbuf_reserve) : __clobber_all);
}

SEC("tc")
__failure __msg("only read is supported")
int tc_write_untrusted(void *ctx)
{
	struct value *v = value();
	struct item *p;

	if (!v)
		return 0;
	bpf_rcu_read_lock();
	p = v->item;
	bpf_rcu_read_unlock();
	if (p)
		p->n = 1;
	return 0;
}

static __noinline int other(int x)
{
	return x ? 1 : 0;
}

static __used int never_called(__u32 i, void *ctx)
{
	return 0;
}

/* The callback is removed, as there are no loops; it comes last. */
SEC("tc")
__success
int no_loops(struct __sk_buff *skb)
{
	int ret = other(skb->len);

	asm volatile ("r1 = 0;"
	"r2 = never_called ll;"
	"r3 = 0;"
	"r4 = 0;"
	"call %[bpf_loop];"
	:: __imm(bpf_loop) : __clobber_common);
	return ret;
}

char _license[] SEC("license") = "GPL";
