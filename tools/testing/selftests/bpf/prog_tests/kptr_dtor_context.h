/* SPDX-License-Identifier: GPL-2.0 */
/* Teardowns of kptrs from any context, counted, and the destructors' runs too */
#ifndef _PROG_TESTS_KPTR_DTOR_CONTEXT_H
#define _PROG_TESTS_KPTR_DTOR_CONTEXT_H

#include <test_progs.h>
#include <cgroup_helpers.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include "run_prog.h"

/* As in progs/kptr_dtor_context.h */
#define CTX_NMI		0x01
#define CTX_HARDIRQ	0x02
#define CTX_SOFTIRQ	0x04
#define CTX_BH_OFF	0x08
#define CTX_PREEMPT_OFF	0x10
#define CTX_IRQS_OFF	0x20
#define CTX_INLINE	0x40

struct dtor_runs {
	__u64 runs, wrong, in_worker, contexts;
};

static inline bool is_rt(void)
{
	struct utsname u;

	return !uname(&u) && strstr(u.version, "PREEMPT_RT");
}

static inline struct bpf_program *prog_named(struct bpf_object *obj, const char *name)
{
	return name ? bpf_object__find_program_by_name(obj, name) : NULL;
}

static inline struct bpf_program *autoload(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = prog_named(obj, name);

	if (prog)
		bpf_program__set_autoload(prog, true);
	else if (name)
		ASSERT_FAIL("no program %s", name);
	return prog;
}

/* Runs of a destructor, those included that interrupted their own observer, which
 * are not observed
 */
static inline __u64 runs_of(const struct dtor_runs *r, struct bpf_program *observer)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_prog_get_info_by_fd(bpf_program__fd(observer), &info, &len))
		ASSERT_FAIL("prog info: %d", errno);
	return READ_ONCE(r->runs) + info.recursion_misses;
}

/* Soon it has run n times, never more, and where destructors may. */
static inline void check_runs(const char *name, const struct dtor_runs *r,
			      struct bpf_program *observer, __u64 n)
{
	WAIT_FOR(runs_of(r, observer) >= n);
	if (!ASSERT_EQ(runs_of(r, observer), n, name))
		printf("%s: %llu of %llu runs\n", name, (unsigned long long)r->runs,
		       (unsigned long long)n);
	if (!ASSERT_EQ(r->wrong, 0, "wrong context"))
		printf("%s: %llu of %llu runs in contexts %#llx\n", name,
		       (unsigned long long)r->wrong, (unsigned long long)r->runs,
		       (unsigned long long)r->contexts);
}

/* Tasks and cgroups that kptrs are made of, and that are gone but for those */
static inline void start_tasks(__u32 *pids, int n)
{
	int i, pid;

	for (i = 0; i < n; i++) {
		pid = fork();
		if (!pid)
			for (;;)
				pause();
		if (ASSERT_GT(pid, 0, "fork"))
			pids[i] = pid;
	}
}

static inline void end_tasks(const __u32 *pids, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (pids[i] && !kill(pids[i], SIGKILL))
			waitpid(pids[i], NULL, 0);
}

static inline bool make_cgroups(__u64 *ids, int n)
{
	char path[64];
	int i, fd;

	if (!ASSERT_OK(setup_cgroup_environment(), "cgroup environment"))
		return false;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/kptr_dtor_context%d", i);
		fd = create_and_get_cgroup(path);
		if (!ASSERT_OK_FD(fd, "cgroup")) {
			cleanup_cgroup_environment();
			return false;
		}
		close(fd);
		ids[i] = get_cgroup_id(path);
	}
	return true;
}

/* What has the kernel come to places where programs of tracing are run */
static inline void trigger_work(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL);

	/* A worker frees the map. */
	if (fd >= 0)
		close(fd);
}

static inline void trigger_sleep(void)
{
	usleep(100);
}

/* By way of hrtimer_nanosleep(), which nanosleep() has inlined */
static inline void trigger_clock_sleep(void)
{
	struct timespec t = { .tv_nsec = 100000 };

	syscall(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, &t, NULL);
}

/* A grace period: RCU's kthreads wait with timeouts. */
static inline void trigger_grace_period(void)
{
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static inline void trigger_call_rcu(void)
{
	int pid = fork();

	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Memory, in pages and in objects: more than a CPU's lists of pages hold */
static inline void trigger_memory(void)
{
	size_t size = 16 << 20;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2];

	if (p != MAP_FAILED) {
		madvise(p, size, MADV_NOHUGEPAGE);
		memset(p, 1, size);
		munmap(p, size);
	}
	if (!pipe(fds)) {
		close(fds[0]);
		close(fds[1]);
	}
}

/* The futex's bucket is locked when the task is queued there. */
static inline void trigger_futex(void)
{
	struct timespec timeout = { .tv_nsec = 10000 };
	int word = 0;

	syscall(__NR_futex, &word, FUTEX_WAIT_PRIVATE, 0, &timeout, NULL, 0);
}

/* Until the budget of teardowns is used up, or the time is; the program that is
 * given, or the function
 */
static inline void trigger_until(const __u64 *taken, __u64 budget, void (*trigger)(void),
				 struct bpf_program *prog)
{
	__u64 end = get_time_ns() + 30 * 1000000000ULL;

	while (READ_ONCE(*taken) < budget && get_time_ns() < end) {
		if (trigger)
			trigger();
		if (prog && !run(prog))
			break;
	}
}

#endif
