// SPDX-License-Identifier: GPL-2.0
/* What of BPF there is in the kernel: "programs maps links" */
#include <stdio.h>
#include <bpf/bpf.h>

static int count(int (*next)(__u32 id, __u32 *next_id))
{
	__u32 id = 0;
	int n = 0;

	while (!next(id, &id))
		n++;
	return n;
}

int main(void)
{
	printf("%d %d %d\n", count(bpf_prog_get_next_id), count(bpf_map_get_next_id),
	       count(bpf_link_get_next_id));
	return 0;
}
