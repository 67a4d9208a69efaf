/* SPDX-License-Identifier: GPL-2.0 */
/* Run programs, and poll until a condition holds */
#ifndef _PROG_TESTS_RUN_PROG_H
#define _PROG_TESTS_RUN_PROG_H

#include <test_progs.h>
#include <network_helpers.h>

/* Poll until cond holds, so many seconds at most */
#define WAIT_SECONDS(cond, seconds) do {				\
	__u64 end_ = get_time_ns() + (seconds) * 1000000000ULL;		\
									\
	while (!(cond) && get_time_ns() < end_)				\
		usleep(1000);						\
} while (0)

#define WAIT_FOR(cond) WAIT_SECONDS(cond, 30)

static inline bool run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_SCHED_CLS) {
		opts.data_in = &pkt_v4;
		opts.data_size_in = sizeof(pkt_v4);
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	/* Polls run programs: one that succeeds is nothing to log. */
	return (!err || ASSERT_OK(err, bpf_program__name(prog))) &&
	       (!opts.retval || ASSERT_OK(opts.retval, bpf_program__name(prog)));
}

#endif
