// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "run_prog.h"
#include "grace_period.skel.h"

static struct grace_period *skel;

static void *hold(void *arg)
{
	run(skel->progs.hold);
	return NULL;
}

static int refs(void)
{
	run(skel->progs.count_refs);
	return skel->bss->refs;
}

static bool becomes_set(int *flag)
{
	WAIT_FOR(READ_ONCE(*flag));
	return READ_ONCE(*flag);
}

/* A kptr that is stored when the value has gone is released all the same. */
static void storage(const char *name, bool deleted)
{
	int life[2], before, status;
	pthread_t holder;
	pid_t child;

	if (!test__start_subtest(name) || !ASSERT_OK(pipe(life), "pipe"))
		return;
	skel->bss->held = 0;
	skel->bss->done = 0;
	skel->bss->gone = 0;
	before = refs();
	child = fork();
	if (!child) {
		close(life[1]);
		_exit(read(life[0], &status, sizeof(status)));
	}
	close(life[0]);
	skel->bss->pid = child;
	if (!ASSERT_GT(child, 0, "fork") ||
	    !ASSERT_OK(pthread_create(&holder, NULL, hold, NULL), "holder"))
		return;
	ASSERT_TRUE(becomes_set(&skel->bss->held), "held");
	if (deleted)
		run(skel->progs.delete);
	close(life[1]);
	ASSERT_EQ(waitpid(child, &status, 0), child, "child");
	ASSERT_OK(status, "status");
	ASSERT_TRUE(becomes_set(&skel->bss->gone), "owner gone");
	kern_sync_rcu();
	WRITE_ONCE(skel->bss->done, 1);
	pthread_join(holder, NULL);

	WAIT_FOR(refs() == before);
	ASSERT_EQ(refs(), before, "references");
}

/* A program is not freed while the callback of its bpf_wq runs. */
static void wq_prog(void)
{
	struct grace_period__bss *bss;
	struct grace_period *owner;
	struct bpf_program *prog;

	if (!test__start_subtest("wq_prog"))
		return;
	owner = grace_period__open();
	if (!ASSERT_OK_PTR(owner, "open"))
		return;
	bpf_object__for_each_program(prog, owner->obj)
		bpf_program__set_autoload(prog, prog == owner->progs.wq_start);
	if (!ASSERT_OK(grace_period__load(owner), "load"))
		goto out;
	/* Outlives 'owner' */
	bss = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
		   bpf_map__fd(owner->maps.bss), 0);
	if (!ASSERT_NEQ(bss, MAP_FAILED, "mmap"))
		goto out;
	run(owner->progs.wq_start);
	ASSERT_TRUE(becomes_set(&bss->held), "callback runs");
	/* The array's last file descriptor, and with it the program's last reference */
	grace_period__destroy(owner);
	owner = NULL;
	kern_sync_rcu();
	kern_sync_rcu();
	ASSERT_EQ(READ_ONCE(skel->bss->freed), 0, "freed while the callback runs");
	WRITE_ONCE(bss->done, 1);
	ASSERT_TRUE(becomes_set(&bss->ended), "callback ends");
	ASSERT_EQ(READ_ONCE(bss->ended), 1, "when it was told to");
	ASSERT_TRUE(becomes_set(&skel->bss->freed), "freed afterwards");
	ASSERT_EQ(READ_ONCE(skel->bss->freed), 1, "freed once");
	munmap(bss, getpagesize());
out:
	grace_period__destroy(owner);
}

void serial_test_grace_period(void)
{
	skel = grace_period__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_program__set_autoload(skel->progs.wq_start, false);
	if (ASSERT_OK(grace_period__load(skel), "load") &&
	    ASSERT_OK(grace_period__attach(skel), "attach")) {
		storage("storage_deleted", true);
		storage("storage_owner_gone", false);
		wq_prog();
	}
	grace_period__destroy(skel);
}
