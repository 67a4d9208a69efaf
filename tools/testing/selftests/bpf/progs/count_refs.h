/* SPDX-License-Identifier: GPL-2.0 */
/* How many references there are to bpf_testmod's object, in refs */
#ifndef __COUNT_REFS_H
#define __COUNT_REFS_H

int refs;

SEC("syscall")
int count_refs(void *ctx)
{
	struct prog_test_ref_kfunc *p = bpf_kfunc_call_test_acquire(&(unsigned long){0});

	if (!p)
		return 1;
	refs = p->cnt.refs.counter;
	bpf_kfunc_call_test_release(p);
	return 0;
}

#endif
