/* SPDX-License-Identifier: GPL-2.0 */
/* A qdisc that keeps packets in a map, and packets for it. */
#ifndef _PROG_TESTS_KPTR_DTOR_NMI_QDISC_H
#define _PROG_TESTS_KPTR_DTOR_NMI_QDISC_H

#include <linux/pkt_sched.h>
#include <network_helpers.h>
#include "kptr_dtor_nmi_qdisc.skel.h"

#define LO_IFINDEX 1

/* Packets to an address of this host, which the qdisc of lo keeps */
static inline __u32 send_packets(__u32 n)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd, i;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (!ASSERT_OK_FD(fd, "socket"))
		return 0;
	for (i = 0; i < n; i++)
		if (sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) != 1)
			break;
	close(fd);
	return i;
}

static inline int set_qdisc(bool attach)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = LO_IFINDEX, .attach_point = BPF_TC_QDISC,
		    .parent = TC_H_ROOT, .handle = 0x8000000, .qdisc = "bpf_keep");

	return attach ? bpf_tc_hook_create(&hook) : bpf_tc_hook_destroy(&hook);
}

static inline struct kptr_dtor_nmi_qdisc *load_qdisc(void)
{
	struct kptr_dtor_nmi_qdisc *skel = kptr_dtor_nmi_qdisc__open();

	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	bpf_program__set_autoload(skel->progs.clear, true);
	if (ASSERT_OK(kptr_dtor_nmi_qdisc__load(skel), "load") &&
	    ASSERT_OK(kptr_dtor_nmi_qdisc__attach(skel), "attach"))
		return skel;
	kptr_dtor_nmi_qdisc__destroy(skel);
	return NULL;
}

#endif
