// SPDX-License-Identifier: GPL-2.0
/*
 * scx_kptrs SECONDS: loads the scheduler, forks tasks under it that exit, and unloads
 * it, ROUNDS times. Of the masks none may be lost, nor be met by another task; each that
 * was created is freed. What is kept for good is kept in every round, so the kernel's
 * memory may grow in some, as other things vary, but not in each.
 */
#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <bpf/bpf.h>
#include <scx/common.h>
#include "scx_kptrs.bpf.skel.h"

#define PROCESSES 50		/* at once, */
#define THREADS 8		/* more in each */
#define ROUNDS 5
#define PATIENCE 60		/* seconds for what the kernel frees later */
#define MASK_BYTES 32		/* at least, in a slab */

static void need(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *nap(void *unused)
{
	sched_yield();
	usleep(1000);
	return NULL;
}

static unsigned long fork_and_exit(struct scx_kptrs *skel, int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned long forked = 0;
	pthread_t threads[THREADS];
	int i, t, pid;

	while (time(NULL) < end && !UEI_EXITED(skel, uei)) {
		for (i = 0; i < PROCESSES; i++) {
			pid = fork();
			if (pid < 0)
				break;
			if (!pid) {
				for (t = 0; t < THREADS; t++)
					pthread_create(&threads[t], NULL, nap, NULL);
				for (t = 0; t < THREADS; t++)
					pthread_join(threads[t], NULL);
				_exit(0);
			}
			forked += 1 + THREADS;
		}
		while (wait(NULL) > 0)
			;
	}
	return forked;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	need(f && fputs(text, f) >= 0 && !fclose(f), path);
}

/* Slab and Percpu of /proc/meminfo, in bytes, without what is only cached */
static long kernel_memory(void)
{
	long sum = 0, kib;
	char line[128];
	glob_t caches;
	size_t i;
	FILE *f;

	put("/proc/sys/vm/drop_caches", "3");
	need(!glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches), "find slab caches");
	for (i = 0; i < caches.gl_pathc; i++)
		put(caches.gl_pathv[i], "1");
	globfree(&caches);
	f = fopen("/proc/meminfo", "r");
	need(f, "read meminfo");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "Slab: %ld", &kib) == 1 || sscanf(line, "Percpu: %ld", &kib) == 1)
			sum += kib * 1024;
	fclose(f);
	return sum;
}

/* Whether all masks were freed; *grew counts the rounds that took more than most of
 * their masks would.
 */
static bool once(int seconds, long *before, int *grew)
{
	unsigned long forked;
	struct scx_kptrs *skel;
	struct bpf_link *link;
	long grown = 0, most;
	typeof(skel->bss) c;
	int i, fd, bad;

	skel = SCX_OPS_OPEN(kptrs_ops, scx_kptrs);
	/* SCX_OPS_LOAD() would tie kptrs_dtor to kptrs_ops, and so to the maps */
	UEI_SET_SIZE(skel, kptrs_ops, uei);
	need(!scx_kptrs__load(skel), "load");
	link = SCX_OPS_ATTACH(skel, kptrs_ops, scx_kptrs);
	/* What counts the kernel's destructor calls outlives the scheduler's maps */
	fd = dup(bpf_link__fd(skel->links.kptrs_dtor));
	c = mmap(NULL, sizeof(*c), PROT_READ, MAP_SHARED, bpf_map__fd(skel->maps.bss), 0);
	need(fd >= 0 && c != MAP_FAILED, "keep the counts");

	forked = fork_and_exit(skel, seconds);
	bad = UEI_EXITED(skel, uei);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	scx_kptrs__destroy(skel);

	for (i = 0; i < PATIENCE * 10 && c->created > c->released + c->destroyed; i++)
		usleep(100 * 1000);
	bad |= c->created != c->released + c->destroyed || c->lost || c->foreign;
	bad |= forked < 300 || !c->destroyed || !c->released;
	printf("%lu tasks, %lu pids reused; masks: %lu created = %lu released + %lu destroyed",
	       forked, c->reused, c->created, c->released, c->destroyed);
	printf("; %lu looks: %lu lost, %lu foreign", c->checks, c->lost, c->foreign);
	/* Half of the masks, had they stayed */
	most = c->created * MASK_BYTES / 2;
	munmap(c, sizeof(*c));
	close(fd);
	for (i = 0; *before && i < PATIENCE; i++) {
		grown = kernel_memory() - *before;
		if (grown <= most)
			break;
		sleep(1);
	}
	if (*before) {
		printf("; memory %+ld KiB of %ld", grown / 1024, 2 * most / 1024);
		*grew += grown > most;
	}
	printf("\n");
	fflush(stdout);
	*before = kernel_memory();
	return !bad;
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 10;
	int i, grew = 0;
	bool freed = true;
	long before = 0;

	for (i = 0; i < ROUNDS; i++)
		freed &= once(seconds, &before, &grew);
	/* Nothing to compare the first with */
	return !freed || grew == ROUNDS - 1;
}
