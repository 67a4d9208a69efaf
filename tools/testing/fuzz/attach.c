// SPDX-License-Identifier: GPL-2.0
/*
 * Accepted programs that an event runs: packets on the way into a device or out of it,
 * and a system call of this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/pkt_sched.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "fuzz.h"

static int lo, udp_fd, link_fd, ops_fd, exe_fd, pid_fd, turn[2];
static struct bpf_tc_hook hook;

/* The operators of the qdisc but for enqueue, and where all of them are in the map */
static struct {
	const char *name;
	int fd, offset;
} operators[] = { { "dequeue" }, { "init" }, { "reset" }, { "destroy" }, { "enqueue" } };
enum { ENQUEUE = ARRAY_SIZE(operators) - 1 };
static int ops_type, ops_size, id_offset;

/*
 * A program on a hook of the LSM is run by whoever comes there, which here is who calls
 * pidfd_getfd(): one worker at a time, that which has taken the byte out of the pipe.
 */
void make_turn(void)
{
	if (pipe(turn) || write(turn[1], "", 1) != 1)
		die("cannot make a pipe: %s", strerror(errno));
}

void load_operators(struct btf *btf, int qdisc_ops)
{
	struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .attach_btf_id = qdisc_ops);
	const struct btf_type *t = btf__type_by_id(btf, qdisc_ops), *map;
	int i, member, data;

	ops_type = find_type(btf, "bpf_struct_ops_Qdisc_ops", BTF_KIND_STRUCT);
	map = btf__type_by_id(btf, ops_type);
	ops_size = map->size;
	data = btf_member_bit_offset(map, btf_vlen(map) - 1) / 8;
	id_offset = data + btf_member_bit_offset(t, member_index(btf, qdisc_ops, "id")) / 8;
	for (i = 0; i < (int)ARRAY_SIZE(operators); i++) {
		member = member_index(btf, qdisc_ops, operators[i].name);
		operators[i].offset = data + btf_member_bit_offset(t, member) / 8;
		opts.expected_attach_type = member;
		if (i == ENQUEUE)
			continue;
		operators[i].fd = bpf_prog_load(BPF_PROG_TYPE_STRUCT_OPS, NULL, "GPL", insns,
						ARRAY_SIZE(insns), &opts);
		if (operators[i].fd < 0)
			die("cannot load a qdisc's %s: %s", operators[i].name, strerror(errno));
	}
}

void setup_attach(int ifindex, int sock)
{
	lo = ifindex;
	udp_fd = sock;
	exe_fd = open("/proc/self/exe", O_RDONLY);
	pid_fd = syscall(__NR_pidfd_open, getpid(), 0);
	if (exe_fd < 0 || pid_fd < 0)
		die("cannot open /proc/self/exe, or a pidfd: %s", strerror(errno));
}

/* The qdisc of the loopback device, with the program as its enqueue() */
static int attach_qdisc(int fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .btf_fd = prog_btf_fd,
		    .btf_vmlinux_value_type_id = ops_type);
	static char *value, id[16];
	int i, zero = 0;

	value = value ?: calloc(1, ops_size);
	snprintf(id, sizeof(id), "fuzz%d", getpid());
	memcpy(value + id_offset, id, sizeof(id));
	operators[ENQUEUE].fd = fd;
	for (i = 0; i < (int)ARRAY_SIZE(operators); i++)
		*(unsigned long *)(value + operators[i].offset) = operators[i].fd;
	ops_fd = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "qdisc", 4, ops_size, 1, &opts);
	if (ops_fd < 0)
		die("no map for a qdisc: %s", strerror(errno));
	if (bpf_map_update_elem(ops_fd, &zero, value, 0))
		die("no qdisc of the program: %s", strerror(errno));
	hook = (struct bpf_tc_hook){ .sz = sizeof(hook), .ifindex = lo, .qdisc = id,
				     .attach_point = BPF_TC_QDISC, .parent = TC_H_ROOT,
				     .handle = 0x8000000 };
	return -bpf_tc_hook_create(&hook);
}

/* An error, or 0: then trigger() runs the program. */
int attach(int fd)
{
	char c;

	switch (P.type) {
	case QDISC:
		return attach_qdisc(fd);
	case TC:
		link_fd = bpf_link_create(fd, lo, BPF_TCX_INGRESS, NULL);
		break;
	case LSM:
		if (read(turn[0], &c, 1) != 1)
			die("cannot wait for other workers: %s", strerror(errno));
		link_fd = bpf_raw_tracepoint_open(NULL, fd);
		if (link_fd < 0 && write(turn[1], "", 1) != 1)
			die("cannot let other workers go on");
		break;
	}
	return link_fd < 0 ? errno : 0;
}

void detach(void)
{
	int zero = 0;

	if (P.type != QDISC) {
		close(link_fd);
		if (P.type == LSM && write(turn[1], "", 1) != 1)
			die("cannot let other workers go on");
		return;
	}
	if (bpf_tc_hook_destroy(&hook) || bpf_map_delete_elem(ops_fd, &zero))
		die("the qdisc cannot be removed: %s", strerror(errno));
	close(ops_fd);
}

/* The first packet of a connection is a clone of what TCP keeps. */
static bool connect_somebody(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;
	connect(fd, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return true;
}

static bool send_packet(int size)
{
	static char data[BIG];

	return send(udp_fd, data, size, 0) >= 0 || errno == ECONNREFUSED;
}

/* The event; an error where it did not come to that */
int trigger(void)
{
	if (P.type == LSM) {
		int fd = syscall(__NR_pidfd_getfd, pid_fd, exe_fd, 0);

		if (fd < 0)
			return errno;
		close(fd);
		return 0;
	}
	if (!send_packet(LINEAR) || !send_packet(BIG) || (P.type == QDISC && !connect_somebody()))
		return errno;
	return 0;
}

/* What this program sent is gone, once the map has no packet any more. */
bool packets_gone(void)
{
	static int known;	/* of programs before this one */
	int left = 0, zero = 0, i;
	long none = 0;

	if (P.type != QDISC && P.type != TC)
		return true;
	if (P.type == QDISC && bpf_map_update_elem(kptr_fd[QDISC], &zero, &none, 0))
		die("cannot empty the map of packets: %s", strerror(errno));
	for (i = 0; i < 2000; i++) {
		if (ioctl(udp_fd, SIOCOUTQ, &left))
			die("cannot ask for what is sent: %s", strerror(errno));
		if (left <= known)
			return true;
		usleep(1000);
	}
	known = left;
	return false;
}
