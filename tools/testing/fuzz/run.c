// SPDX-License-Identifier: GPL-2.0
/*
 * Accepted programs are run, on packets of all shapes, with the ring buffer and the map
 * empty and full, and with allocations that fail. What is wrong then KASAN and the like
 * say on the console; a record or packet that no program has released is found here,
 * other memory by kmemleak, where that is on.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "fuzz.h"

/* The sizes of a packet, and of its linear part: 0 for as much as goes there. */
static const struct shape {
	const char *name;
	int size, linear;
	bool full, no_memory;
} shapes[] = {
	{ "linear", LINEAR },
	{ "short", ETH_HLEN },
	{ "fragments", BIG },
	{ "fragments, 14 bytes before them", BIG, ETH_HLEN },
	{ "ring buffer and map full", LINEAR, .full = true },
	{ "fragments, no memory", BIG, ETH_HLEN, .no_memory = true },
};

static struct ring_buffer *ring;
static int fill_fd, fail_fd, udp_fd, tap_fd;
static char packet[BIG];

static int ignore_record(void *ctx, void *data, size_t size)
{
	return 0;
}

/* A program that leaves no place in the ring buffer, and drain_ring(). */
static void load_filler(void)
{
	struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, ringbuf_fd),
		BPF_MOV64_IMM(BPF_REG_2, RING_SIZE - 16),
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_reserve),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_0),
		BPF_MOV64_IMM(BPF_REG_2, 0),
		BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_submit),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	fill_fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, NULL, "GPL", insns, ARRAY_SIZE(insns),
				NULL);
	if (fill_fd < 0)
		die("cannot load a program that fills the ring buffer: %s", strerror(errno));
}

static void fill_ring(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = LINEAR);

	if (bpf_prog_test_run_opts(fill_fd, &opts))
		die("cannot fill the ring buffer: %s", strerror(errno));
}

/* What cannot be drained is a record that nobody released. */
static bool drain_ring(void)
{
	ring_buffer__consume(ring);
	return !ring__avail_data_size(ring_buffer__ring(ring, 0));
}

/* A network of our own: a loopback whose packets a socket takes a clone of. */
static void make_network(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ifreq ifr = { .ifr_name = "lo" };

	if (unshare(CLONE_NEWNET))
		die("no network namespace: %s", strerror(errno));
	udp_fd = socket(AF_INET, SOCK_DGRAM, 0);
	tap_fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	ifr.ifr_flags = IFF_UP;
	if (udp_fd < 0 || tap_fd < 0 || ioctl(udp_fd, SIOCSIFFLAGS, &ifr) ||
	    connect(udp_fd, (struct sockaddr *)&to, sizeof(to)))
		die("no loopback device: %s", strerror(errno));
}

static void write_file(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, s, strlen(s)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	close(fd);
}

void setup_runs(void)
{
	write_file("/proc/sys/kernel/printk_devkmsg", "on\n");
	write_file("/sys/kernel/debug/failslab/verbose", "0");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	load_filler();
	ring = ring_buffer__new(ringbuf_fd, ignore_record, NULL, NULL);
	if (!ring)
		die("cannot map the ring buffer: %s", strerror(errno));
	make_network();
	setup_attach(1, udp_fd);
	/* Counts the runs, for was_run() */
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		die("cannot count runs: %s", strerror(errno));
}

/* The last thing on the console when the VM does not survive it. */
void announce(unsigned long seed, unsigned int i)
{
	static int fd = -1;
	char line[80];
	int n;

	if (fd < 0)
		fd = open("/dev/kmsg", O_WRONLY);
	n = snprintf(line, sizeof(line), "<5>fuzz[%d]: runs SEED=%lu START=%u\n", getpid(), seed, i);
	if (write(fd, line, n) != n)
		die("cannot write to /dev/kmsg: %s", strerror(errno));
}

static int test_run(int fd, const struct shape *shape)
{
	struct __sk_buff skb = { .data_end = shape->linear };
	struct xdp_md xdp = { .data_end = shape->linear };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = shape->size,
		    .repeat = 1);

	if (P.type == SYSCALL) {
		memset((char *)&opts + sizeof(opts.sz), 0, sizeof(opts) - sizeof(opts.sz));
	} else if (shape->linear) {
		opts.ctx_in = P.type == XDP ? (void *)&xdp : &skb;
		opts.ctx_size_in = P.type == XDP ? sizeof(xdp) : sizeof(skb);
	}
	return bpf_prog_test_run_opts(fd, &opts) ? errno : 0;
}

/* Some programs are attached, and run by an event. */
static bool by_event(void)
{
	return P.type == QDISC || P.type == LSM;
}

static int run_once(int fd, const struct shape *shape)
{
	return by_event() ? trigger() : test_run(fd, shape);
}

/* The n-th allocation that must not wait fails; whether there was one. */
static bool run_without_memory(int fd, const struct shape *shape, int nth)
{
	char s[16];
	int n;

	n = snprintf(s, sizeof(s), "%d", nth);
	if (pwrite(fail_fd, s, n, 0) != n)
		die("cannot make allocations fail: %s", strerror(errno));
	run_once(fd, shape);
	n = pread(fail_fd, s, sizeof(s) - 1, 0);
	if (pwrite(fail_fd, "0", 1, 0) != 1)
		die("cannot make allocations succeed: %s", strerror(errno));
	return n > 0 && s[0] == '0';
}

/* Keys that no program has */
static void fill_hash(void)
{
	unsigned long key;

	for (key = 1; key <= HASH_ENTRIES; key++)
		if (bpf_map_update_elem(hash_fd, &key, &key, 0))
			die("cannot fill the map: %s", strerror(errno));
}

static void empty_hash(void)
{
	unsigned long key;

	while (!bpf_map_get_next_key(hash_fd, NULL, &key))
		if (bpf_map_delete_elem(hash_fd, &key))
			die("cannot empty the map: %s", strerror(errno));
}

static bool was_run(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_prog_get_info_by_fd(fd, &info, &len))
		die("no information on a program: %s", strerror(errno));
	return info.run_cnt;
}

/* 0, or the error with which the program that is loaded as fd could not be run. */
int run_program(int fd, struct result *r, bool show)
{
	bool packets = P.type == TC || P.type == XDP;
	const struct shape *shape;
	int err = 0, nth;

	if (by_event())
		err = attach(fd);
	for (shape = shapes; !err && !r->leak && shape < shapes + ARRAY_SIZE(shapes); shape++) {
		if (!packets && shape > shapes && !shape->full && !shape->no_memory)
			continue;
		if (show)
			printf("runs: %s\n", shape->name);
		fflush(stdout);
		empty_hash();
		if (shape->full) {
			fill_ring();
			fill_hash();
		}
		if (!shape->no_memory) {
			err = run_once(fd, shape);
			r->runs++;
		} else if (fail_fd >= 0) {
			/* What sends a packet allocates before the program does. */
			int most = P.type == QDISC ? 8 : 4;

			for (nth = 1; nth < most && run_without_memory(fd, shape, nth); nth++)
				r->failed_allocs++;
			r->runs += nth;
		}
		r->leak |= !drain_ring();
	}
	if (by_event() && !err)
		detach();
	if (!err && P.type == TC) {
		if (show)
			printf("runs: cloned\n");
		/* On the way in, where a socket has got a clone */
		err = attach(fd) ?: trigger();
		r->runs += 2;
		detach();
		while (recv(tap_fd, packet, 1, MSG_TRUNC) > 0)
			;
		r->leak |= !drain_ring();
	}
	if (!err && !was_run(fd))
		die("a program was attached, and not run");
	r->leak |= !packets_gone();
	return err;
}
