// SPDX-License-Identifier: GPL-2.0
/* The runner: all programs of a run, on all CPUs, and what came of it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <bpf/libbpf.h>
#include "fuzz.h"

#define ENOTSUPP 524	/* the kernel's own */

void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fprintf(stderr, "fuzz: ");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static const char * const types[] = { [TC] = "tc", [QDISC] = "qdisc enqueue", [XDP] = "xdp",
				       [SYSCALL] = "syscall", [LSM] = "lsm" };

/* The line before the statistics. */
static void last_line(char *log, char *to, size_t size)
{
	char *end = strstr(log, "verification time "), *p;
	size_t n = 0;

	/* Not each message of the verifier ends its line. */
	if (end) {
		if (end > log && end[-1] == '\n')
			end--;
		*end = 0;
	}
	p = strrchr(log, '\n');
	for (p = p ? p + 1 : log; *p && n < size - 1; p++)
		if (*p < '0' || *p > '9')
			to[n++] = *p;
	to[n] = 0;
}

static int tainted(void)
{
	static int fd = -1;
	char buf[16] = "";

	if (fd < 0)
		fd = open("/proc/sys/kernel/tainted", O_RDONLY);
	if (fd < 0 || pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		die("cannot read /proc/sys/kernel/tainted");
	return atoi(buf);
}

/* What a worker does just now, for one that does not get on. */
static const char *doing;
static unsigned int doing_what;

static void stuck(int sig)
{
	char line[100];
	int n;

	n = snprintf(line, sizeof(line), "fuzz: program %u: %s does not end\n", doing_what, doing);
	if (write(2, line, n) != n)
		_exit(3);
	_exit(2);
}

static void now_does(const char *what, unsigned int i)
{
	doing = what;
	doing_what = i;
	alarm(100);
}

#define LOG_SIZE	(1 << 20)

/* Which accepted programs are run: those with a hole come last, see run_holes(). */
enum which { SOUND, HOLES, ALL };

static void try(unsigned long seed, unsigned int i, struct result *r, bool show, enum which which)
{
	static char log[LOG_SIZE];
	unsigned int flags;
	int taint, fd, err;

	now_does("the generator", i);
	program(seed, i);
	link_fns();
	r->verdict = O.verdict;
	r->type = P.type;
	r->ops = P.ops;
	snprintf(r->why, sizeof(r->why), "%s", O.why);
	flags = chance(50) ? BPF_F_TEST_STATE_FREQ : 0;
	if (show) {
		printf("seed %lu, program %u: %s%s\n", seed, i,
		       types[P.type],
		       flags ? ", BPF_F_TEST_STATE_FREQ" : "");
		print_program();
		printf("the oracle: %s%s%s\n", verdicts[O.verdict], *O.why ? ": " : "", O.why);
		if (O.verdict != SAFE)
			oracle_replay(true);
	}
	fflush(stdout);
	taint = tainted();
	now_does("the verifier", i);
	fd = load(flags, show ? 2 | 4 : 4, log, LOG_SIZE);
	r->err = fd < 0 ? -fd : 0;
	if (show)
		printf("the verifier: %s\n%s\n", r->err ? strerror(r->err) : "accepted", log);
	snprintf(r->reason, sizeof(r->reason), "accepted");
	if (r->err)
		last_line(log, r->reason, sizeof(r->reason));
	/* 7.3's JIT gives up on a few programs, without a word. */
	if (r->err == ENOTSUPP && !*r->reason)
		snprintf(r->reason, sizeof(r->reason), "no JIT image");
	/* A refusal with no reason given is none of the verifier's. */
	if (r->err && !*r->reason)
		die("program %u: cannot be loaded: %s", i, strerror(r->err));
	if (fd >= 0 &&
	    (which == ALL || (O.verdict >= LEAK) == (which == HOLES))) {
		announce(seed, i);
		now_does("the program", i);
		err = run_program(fd, r, show);
		if (err)
			die("program %u: cannot be run: %s", i, strerror(err));
		r->ran = true;
	}
	if (fd >= 0)
		close(fd);
	r->flaw = r->err == EFAULT || tainted() != taint;
	r->done = true;
}

static struct result *results;
static unsigned long seed;
static unsigned int first, count;

static void work(unsigned int worker, unsigned int workers)
{
	unsigned int i;

	signal(SIGALRM, stuck);
	make_btf_and_maps();
	setup_runs();
	for (i = worker; i < count; i += workers)
		try(seed, first + i, &results[i], count == 1, count == 1 ? ALL : SOUND);
	exit(0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static unsigned int done(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < count; i++)
		n += results[i].done;
	return n;
}

static void run_workers(void)
{
	unsigned int w, workers = sysconf(_SC_NPROCESSORS_ONLN), tick = 0;
	int status, left = workers;
	double t0 = now();
	pid_t pid;

	results = mmap(NULL, count * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		die("no memory for %u results", count);
	fflush(stdout);
	for (w = 0; w < workers; w++) {
		pid = fork();
		if (pid < 0)
			die("cannot fork: %s", strerror(errno));
		if (!pid)
			work(w, workers);
	}
	while (left) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			if (status)
				die("a worker ended with status %#x", status);
			left--;
			continue;
		}
		usleep(100000);
		if (++tick % 50 == 0)
			printf("%u of %u programs, %.0f/s\n", done(), count, done() / (now() - t0));
		fflush(stdout);
	}
	if (done() != count)
		die("%u of %u programs have a result", done(), count);
	printf("seed %lu, programs %u to %u: %.1f s, %.0f/s\n", seed, first, first + count - 1,
	       now() - t0, count / (now() - t0));
}

/* How many of some results say the same, and one of them. */
static void tally(const char *title, bool (*is)(struct result *), size_t text)
{
	unsigned int i, j, n, total = 0;
	bool *counted = calloc(count, 1);

	for (i = 0; i < count; i++)
		total += is(&results[i]);
	printf("%s: %u\n", title, total);
	for (i = 0; i < count; i++) {
		if (!is(&results[i]) || counted[i])
			continue;
		for (j = i, n = 0; j < count; j++) {
			if (is(&results[j]) &&
			    !strcmp((char *)&results[i] + text, (char *)&results[j] + text)) {
				counted[j] = true;
				n++;
			}
		}
		printf("  %6u  %s (START=%u)\n", n, (char *)&results[i] + text, first + i);
	}
	free(counted);
}

static bool safe_rejected(struct result *r) { return r->verdict == SAFE && r->err; }
static bool policy_accepted(struct result *r) { return r->verdict == POLICY && !r->err; }
static bool policy_rejected(struct result *r) { return r->verdict == POLICY && r->err; }
static bool bad_accepted(struct result *r) { return r->verdict >= LEAK && !r->err; }
static bool bad_rejected(struct result *r) { return r->verdict >= LEAK && r->err; }
static bool leaked(struct result *r) { return r->leak; }
static bool has_flaw(struct result *r) { return r->flaw; }

/* What kmemleak finds, which takes nothing younger than 5 s for left; -1: it is not on. */
static int memory_left(void)
{
	int fd = open("/sys/kernel/debug/kmemleak", O_RDWR), n = 0, i;
	char line[256];
	FILE *f;

	for (i = 0; fd >= 0 && i < 2; i++) {
		sleep(6);
		if (write(fd, "scan", 4) != 4)
			break;
	}
	f = fd < 0 || i < 2 ? NULL : fdopen(fd, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "unreferenced object", 19))
			n++;
		if (n && n < 10)
			printf("%s", line);
	}
	fclose(f);
	return n;
}

static int report(void)
{
	unsigned int n[NR_VERDICTS][2] = {}, ops[NR_OPS][2] = {}, of[NR_TYPES][2] = {};
	unsigned int bad = 0, accepted, i, op, ran[NR_TYPES] = {}, runs = 0, failed_allocs = 0;
	unsigned int total = 0;
	struct result *r;
	int v, left, fails = 0;

	for (i = 0, r = results; i < count; i++, r++) {
		n[r->verdict][!!r->err]++;
		of[r->type][!!r->err]++;
		for (op = 0; op < NR_OPS; op++)
			ops[op][!!r->err] += r->ops >> op & 1;
		bad += bad_accepted(r) || r->flaw || r->leak;
		ran[r->type] += r->ran;
		runs += r->runs;
		failed_allocs += r->failed_allocs;
	}
	printf("\n%-24s %9s %9s\n", "the oracle says", "accepted", "rejected");
	for (v = 0; v < NR_VERDICTS; v++)
		printf("%-24s %9u %9u\n", verdicts[v], n[v][0], n[v][1]);
	printf("\n%-24s %9s %9s\n", "programs of, with", "accepted", "rejected");
	for (v = 0; v < NR_TYPES; v++)
		printf("%-24s %9u %9u\n", types[v], of[v][0], of[v][1]);
	for (op = 0; op < NR_OPS; op++)
		printf("%-24s %9u %9u\n", op_names[op], ops[op][0], ops[op][1]);
	printf("\n");
	tally("unsafe or leaking, and rejected", bad_rejected, offsetof(struct result, reason));
	tally("against a rule, and rejected", policy_rejected, offsetof(struct result, reason));
	tally("against a rule, and accepted", policy_accepted, offsetof(struct result, why));
	tally("safe, and rejected", safe_rejected, offsetof(struct result, reason));
	tally("UNSAFE OR LEAKING, AND ACCEPTED", bad_accepted, offsetof(struct result, why));
	tally("RECORDS OR PACKETS LEFT BEHIND BY A RUN", leaked, offsetof(struct result, why));
	tally("KERNEL FLAWS (verifier bug, warning)", has_flaw, offsetof(struct result, reason));

	left = memory_left();
	if (left > 0) {
		printf("FAIL: %d pieces of memory are left behind\n", left);
		fails++;
	}
	printf("\nmemory left behind: %s\n", left < 0 ? "not known, there is no kmemleak" :
					     left ? "see above" : "none");
	for (v = 0; v < NR_TYPES; v++)
		total += ran[v];
	printf("programs run: %u (", total);
	for (v = 0; v < NR_TYPES; v++)
		printf("%u %s%s", ran[v], types[v], v < NR_TYPES - 1 ? ", " : "), ");
	printf("%u times, %u allocations failed\n", runs, failed_allocs);
	accepted = n[SAFE][0] + n[POLICY][0] + n[LEAK][0] + n[UNSAFE][0];
	printf("\nsafe programs that were rejected: %.1f %%\n",
	       100.0 * n[SAFE][1] / (n[SAFE][0] + n[SAFE][1] ?: 1));
	if (bad) {
		printf("FAIL: %u programs show a hole\n", bad);
		fails++;
	}
	/* What a run of some size must have seen to mean anything. */
	if (count < 1000) {
		printf("%u programs: too few to judge what they cover\n", count);
		return fails;
	}
	if (accepted < count / 10) {
		printf("FAIL: only %u of %u programs were accepted\n", accepted, count);
		fails++;
	}
	if (n[SAFE][0] + n[SAFE][1] < count * 3 / 10 || n[UNSAFE][0] + n[UNSAFE][1] < count / 10) {
		printf("FAIL: too few safe or too few unsafe programs\n");
		fails++;
	}
	for (v = 0; v < NR_TYPES; v++) {
		if (ran[v])
			continue;
		printf("FAIL: no program of type '%s' was run\n", types[v]);
		fails++;
	}
	for (op = 0; op < NR_OPS; op++) {
		if (ops[op][0] && ops[op][1])
			continue;
		printf("FAIL: no program with '%s' was %s\n", op_names[op],
		       ops[op][0] ? "rejected" : "accepted");
		fails++;
	}
	return fails;
}

/* What the kernel makes of the programs that it should have refused: not all survive. */
static void run_holes(void)
{
	struct result r;
	unsigned int i;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	make_btf_and_maps();
	setup_runs();
	for (i = 0; i < count; i++)
		if (bad_accepted(&results[i])) {
			memset(&r, 0, sizeof(r));
			try(seed, first + i, &r, false, HOLES);
		}
	exit(0);
}

static unsigned long number(const char *s)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(s, &end, 10);
	if (errno || *end || !*s)
		die("'%s' is no number", s);
	return n;
}

int main(int argc, char **argv)
{
	int fails;

	if (argc != 4)
		die("usage: fuzz SEED START N");
	seed = number(argv[1]);
	first = number(argv[2]);
	count = number(argv[3]);
	libbpf_set_print(NULL);
	make_turn();
	run_workers();
	if (count == 1)
		return bad_accepted(results) || results->flaw || results->leak;
	fails = report();
	if (fails)
		run_holes();
	return fails ? 1 : 0;
}
