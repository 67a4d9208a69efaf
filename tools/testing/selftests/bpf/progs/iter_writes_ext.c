// SPDX-License-Identifier: GPL-2.0
/* An extension of a function that has the name of an iterator's target */

#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

SEC("freplace/bpf_iter_bpf_map_elem")
int ext(struct bpf_iter__bpf_map_elem *ctx)
{
	return 0;
}
