// SPDX-License-Identifier: GPL-2.0
/* Kptrs in a storm of NMIs: on each CPU processes install, swap and remove them
 * while NMIs delete, overwrite and exchange those in the same slots.
 */
#include "kptr_dtor_nmi_more.h"
#include <pthread.h>
#include "kptr_dtor_nmi_qdisc.h"

/* As in progs/kptr_dtor_nmi_storm.c */
struct refs {
	__u64 got;
	__u64 put;
};

#include "kptr_dtor_nmi_storm.skel.h"

struct storm_case {
	const char *name;
	/* The programs to run: process_* and nmi_* */
	const char *what;
	enum bpf_map_type type;
	__u32 flags;
	bool nmi_deletes, nmi_updates, nmi_xchgs;
	/* How many follow one upon another */
	int nmis;
	bool offline, unload, interpreted, hooks;
};

/* What a storm takes at least, and how much of it may have to stay in its slot:
 * KPTR_STORM_... in the environment tells otherwise. `make torture` takes more.
 */
#define STORM_KPTRS 20000	/* torn down, or exchanged where NMIs tear down none */
#define STORM_XCHGS 4		/* what one NMI exchanges then: more, in fact */
#define STORM_RETAINED 10000	/* one of so many */
/* Memory for the jobs of what NMIs install is not to be had for sure. */
#define STORM_RETAINED_XCHG 10
#define STORM_STALL_NS (60 * 1000000000ULL)
#define OFFLINE_CYCLES 10

static bool stop;

struct thread {
	pthread_t id;
	int cpu, nmis;
	struct bpf_program *prog;
	int err;
};

static void *installer(void *arg)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct thread *t = arg;

	pin_to(t->cpu);
	while (!READ_ONCE(stop) && !t->err) {
		t->err = bpf_prog_test_run_opts(bpf_program__fd(t->prog), &opts);
		/* A task that the tick finds in a program cannot leave its CPU. */
		sched_yield();
	}
	return NULL;
}

static void *packet_sender(void *arg)
{
	struct thread *t = arg;

	pin_to(t->cpu);
	while (!READ_ONCE(stop)) {
		send_packets(32);
		sched_yield();
	}
	return NULL;
}

/* NMIs to a CPU, from another one if there is one */
static void *sender(void *arg)
{
	struct thread *t = arg;
	int not_taken;

	pin_to((t->cpu + 1) % libbpf_num_possible_cpus());
	while (!READ_ONCE(stop) && !t->err) {
		t->err = try_send(t->cpu, t->nmis, &not_taken);
		if (not_taken && not_taken != -ENXIO)
			t->err = not_taken;
		if (not_taken == -ENXIO)
			usleep(1000);	/* offline */
		sched_yield();
	}
	return NULL;
}

static bool set_online(int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	return set(path, online ? "1" : "0");
}

#define JIT_ENABLE "/proc/sys/net/core/bpf_jit_enable"

/* Attach what is loaded while the JIT is off, and so is interpreted. An object with
 * kfuncs of modules has an fd_array that cannot be cloned: it begins with no fd.
 */
static bool attach_interpreted(struct bpf_program *prog, const struct bpf_map *map, int *link)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	struct bpf_prog_info info = {};
	int map_fd = bpf_map__fd(map);
	__u32 len = sizeof(info);
	int fd;

	opts.fd_array = &map_fd;
	opts.fd_array_cnt = 1;
	if (!ASSERT_TRUE(set(JIT_ENABLE, "0"), "no JIT"))
		return false;
	fd = bpf_program__clone(prog, &opts);
	ASSERT_TRUE(set(JIT_ENABLE, "1"), "JIT");
	if (ASSERT_OK_FD(fd, "clone") &&
	    ASSERT_OK(bpf_prog_get_info_by_fd(fd, &info, &len), "info") &&
	    ASSERT_EQ(info.jited_prog_len, 0, "jited_prog_len")) {
		*link = bpf_raw_tracepoint_open(NULL, fd);
		ASSERT_OK_FD(*link, "attach");
	}
	close(fd);
	return *link >= 0;
}

enum {
	DTOR_CPUMASK, DTOR_TASK, DTOR_CGROUP, DTOR_CTX, DTOR_CRYPTO, DTOR_REF,
	DTOR_SKB, DTOR_OBJ, NR_DTORS
};

static void list_dtors(struct dtor *dtors)
{
	dtors[DTOR_CPUMASK] = DTOR(cpumask);
	dtors[DTOR_TASK] = DTOR(task);
	dtors[DTOR_CGROUP] = DTOR(cgroup);
	dtors[DTOR_CTX] = DTOR(ctx);
	dtors[DTOR_CRYPTO] = DTOR(crypto);
	dtors[DTOR_REF] = DTOR(ref);
	dtors[DTOR_SKB] = DTOR(skb);
	dtors[DTOR_OBJ] = DTOR(obj);
}

/* Contexts in which destructors of all types have been seen */
static struct dtor_count all_dtors(void)
{
	struct dtor dtors[NR_DTORS];
	struct dtor_count sum = {};
	int i;

	list_dtors(dtors);
	for (i = 0; i < NR_DTORS; i++) {
		sum.in_nmi += READ_ONCE(dtors[i].count->in_nmi);
		sum.in_hardirq += READ_ONCE(dtors[i].count->in_hardirq);
		sum.in_worker += READ_ONCE(dtors[i].count->in_worker);
	}
	return sum;
}

/* For KPTR_STORM_FAIL: per cent of the allocations that must not wait */
static void fail_allocations(const char *percent)
{
	ASSERT_TRUE(set("/sys/kernel/debug/failslab/probability", percent), "failslab");
	ASSERT_TRUE(set("/sys/kernel/debug/fail_page_alloc/probability", percent),
		    "fail_page_alloc");
}

/* With one CPU the NMIs of sender() come in its own system calls. For others, one
 * comes at each of these, in turn: in llist_del_first() the CPU has a list's lock.
 * Since that one interrupts a breakpoint's handler, it must not take the CPU's
 * reserve either, and what it would tear down is retained.
 */
static const char * const amid[] = {
	"bpf_kptr_xchg_dtor", "llist_del_first", "pcpu_freelist_push", "bpf_kptr_work",
};

static bool probe_next(int n)
{
	unsigned long long addr;

	return ASSERT_OK(kallsyms_find(amid[n % ARRAY_SIZE(amid)], &addr), "kallsyms") &&
	       ASSERT_OK(probe(addr), amid[n % ARRAY_SIZE(amid)]);
}

/* On each CPU a thread of work and one that sends it NMIs, until enough is done */
static void rage(const struct storm_case *c, void *(*work)(void *), struct bpf_program *prog,
		 const __u64 *runs)
{
	__u64 kptrs = from_env("KPTR_STORM_KPTRS", STORM_KPTRS);
	int i, n = 0, cycles = 0, probes = 0, cpus = libbpf_num_possible_cpus();
	__u64 of = from_env("KPTR_STORM_RETAINED", cpus == 1 || c->hooks ? 0 :
			    c->nmi_xchgs ? STORM_RETAINED_XCHG : STORM_RETAINED);
	__u64 begin = get_time_ns(), last = begin, done = 0, now;
	struct dtor_count before = all_dtors(), dtors;
	bool tears = c->nmi_deletes || c->nmi_updates;
	const char *fail = getenv("KPTR_STORM_FAIL");
	__s64 retained = nmi->bss->retained_kptrs;
	__u64 nmis = stats().nmis;
	struct thread *threads;

	threads = calloc(2 * cpus, sizeof(*threads));
	if (!ASSERT_OK_PTR(threads, "threads"))
		return;
	if (fail)
		fail_allocations(fail);
	stop = false;
	for (i = 0; i < 2 * cpus; i++) {
		threads[i].cpu = i / 2;
		threads[i].prog = prog;
		threads[i].nmis = c->nmis ?: 20;
		if (!ASSERT_OK(pthread_create(&threads[i].id, NULL, i % 2 ? sender : work,
					      &threads[i]), "pthread_create"))
			break;
		n++;
	}
	while (n == 2 * cpus) {
		dtors = all_dtors();
		if (dtors.in_nmi != before.in_nmi || dtors.in_hardirq != before.in_hardirq)
			break;
		now = tears ? dtors.in_worker - before.in_worker : READ_ONCE(*runs) * STORM_XCHGS;
		if (now >= kptrs && (!c->offline || cycles >= OFFLINE_CYCLES))
			break;
		if (now != done) {
			done = now;
			last = get_time_ns();
		}
		if (get_time_ns() - last >= STORM_STALL_NS) {
			ASSERT_FAIL("no progress since %llu kptrs", now);
			break;
		}
		if (cpus == 1 && !probe_next(probes++))
			break;
		if (!c->offline) {
			usleep(cpus == 1 ? 100000 : 1000);
			continue;
		}
		if (!ASSERT_TRUE(set_online(cpus - 1, false), "offline") ||
		    !ASSERT_TRUE(set_online(cpus - 1, true), "online"))
			break;
		cycles++;
	}
	WRITE_ONCE(stop, true);
	if (probes)
		probe(0);
	for (i = 0; i < n; i++) {
		pthread_join(threads[i].id, NULL);
		ASSERT_OK(threads[i].err, "thread");
	}
	free(threads);
	if (fail)
		fail_allocations("0");

	dtors = all_dtors();
	now = dtors.in_worker - before.in_worker;
	retained = nmi->bss->retained_kptrs - retained;
	printf("storm %s: ms=%llu nmis=%llu programs=%llu deferred=%llu retained=%lld cycles=%d\n",
	       c->name, (get_time_ns() - begin) / 1000000, stats().nmis - nmis, *runs, now,
	       retained, cycles);
	ASSERT_EQ(dtors.in_nmi - before.in_nmi, 0, "destroyed in NMI");
	ASSERT_EQ(dtors.in_hardirq - before.in_hardirq, 0, "destroyed in hard irq");
	ASSERT_GT(*runs, 0, "NMIs");
	ASSERT_LE(retained * of, now, "retained * KPTR_STORM_RETAINED");
}

static const char * const hooks[] = {
	"workqueue_queue_work", "sched_switch", "timer_start", "hrtimer_expire_entry",
	"softirq_entry", "kmem_cache_alloc", "mm_page_alloc", "rcu_utilization",
};

/* Each of them has torn down something, or tried to. */
static void check_hooks(const struct kptr_dtor_nmi_storm *skel)
{
	ASSERT_GT(skel->bss->hooked_workqueue_queue_work, 0, "workqueue_queue_work");
	ASSERT_GT(skel->bss->hooked_sched_switch, 0, "sched_switch");
	ASSERT_GT(skel->bss->hooked_timer_start, 0, "timer_start");
	ASSERT_GT(skel->bss->hooked_hrtimer_expire_entry, 0, "hrtimer_expire_entry");
	ASSERT_GT(skel->bss->hooked_softirq_entry, 0, "softirq_entry");
	ASSERT_GT(skel->bss->hooked_kmem_cache_alloc, 0, "kmem_cache_alloc");
	ASSERT_GT(skel->bss->hooked_mm_page_alloc, 0, "mm_page_alloc");
	ASSERT_GT(skel->bss->hooked_rcu_utilization, 0, "rcu_utilization");
}

static struct kptr_dtor_nmi_storm *load_storm(const struct storm_case *c, int *link)
{
	struct kptr_dtor_nmi_storm *skel = kptr_dtor_nmi_storm__open();
	struct bpf_program *in_nmi;
	int i;

	*link = -1;
	if (!ASSERT_OK_PTR(skel, "open"))
		return NULL;
	skel->bss->array = is_array(c->type);
	skel->bss->nmi_deletes = c->nmi_deletes;
	skel->bss->nmi_updates = c->nmi_updates;
	skel->bss->nmi_xchgs = c->nmi_xchgs;
	if (c->type != BPF_MAP_TYPE_UNSPEC)
		bpf_map__set_type(skel->maps.map, c->type);
	bpf_map__set_map_flags(skel->maps.map, c->flags);
	bpf_program__set_autoload(prog_of(skel->obj, "process", c->what), true);
	in_nmi = prog_of(skel->obj, "nmi", c->interpreted ? "interpreted" : c->what);
	bpf_program__set_autoload(in_nmi, true);
	bpf_program__set_autoattach(in_nmi, !c->interpreted);
	for (i = 0; c->hooks && i < ARRAY_SIZE(hooks); i++)
		bpf_program__set_autoload(prog_of(skel->obj, "hook", hooks[i]), true);
	if (make_cgroup(&skel->bss->cgroup_id)) {
		if (ASSERT_OK(bpf_object__prepare(skel->obj), "prepare") &&
		    (!c->interpreted || attach_interpreted(in_nmi, skel->maps.map, link)) &&
		    ASSERT_OK(kptr_dtor_nmi_storm__load(skel), "load") &&
		    ASSERT_OK(kptr_dtor_nmi_storm__attach(skel), "attach") &&
		    run(skel->progs.make_crypto))
			return skel;
		cleanup_cgroup_environment();
	}
	close(*link);
	kptr_dtor_nmi_storm__destroy(skel);
	return NULL;
}

static void print_refs(const struct storm_case *c, int type, const struct refs *refs,
		       __u64 destroyed)
{
	printf("storm %s: type=%d got=%llu put=%llu destroyed=%llu\n", c->name, type, refs->got,
	       refs->put, destroyed);
}

static void test_storm(const struct storm_case *c)
{
	struct bpf_test_nmi_stats before = stats(), s;
	struct dtor_count dtors_before[NR_DTORS] = {};
	struct kptr_dtor_nmi_storm *skel;
	struct refs refs[NR_DTORS] = {};
	struct dtor dtors[NR_DTORS];
	bool local = !strcmp(c->what, "local");
	int i, link;

	list_dtors(dtors);
	/* Not all are observed while a module is to go. */
	for (i = 0; i < NR_DTORS && !c->unload; i++)
		dtors_before[i] = dtor_now(dtors[i]);
	skel = load_storm(c, &link);
	if (!skel)
		return;
	rage(c, installer, prog_of(skel->obj, "process", c->what), &skel->bss->runs);
	kptr_dtor_nmi_storm__detach(skel);
	close(link);
	s = stats_since(&before);
	ASSERT_EQ(skel->bss->installed, s.created, "installed");
	ASSERT_EQ(skel->bss->removed, s.released, "removed");
	if (c->nmi_xchgs)
		ASSERT_GT(skel->bss->exchanged, 0, "exchanged in NMI");
	if (c->hooks)
		check_hooks(skel);
	refs[DTOR_CPUMASK] = skel->bss->cpumask_refs;
	refs[DTOR_TASK] = skel->bss->task_refs;
	refs[DTOR_CGROUP] = skel->bss->cgroup_refs;
	refs[DTOR_CTX] = skel->bss->ctx_refs;
	refs[DTOR_CRYPTO] = skel->bss->crypto_refs;
	refs[DTOR_REF] = skel->bss->ref_refs;
	kptr_dtor_nmi_storm__destroy(skel);
	cleanup_cgroup_environment();
	if (c->unload)
		return;

	/* When nothing is queued any more, no destructor can come that is one too many. */
	if (traced)
		check_pool();
	/* Each reference that a program got was put by one, or is by its destructor. */
	for (i = 0; i <= DTOR_REF; i++) {
		/* Objects hold cpumasks; each program of these has one crypto context. */
		if (local && i != DTOR_CPUMASK && i != DTOR_CRYPTO)
			continue;
		ASSERT_GT(refs[i].got, local ? 0 : 1, bpf_program__name(dtors[i].observer));
		check_dtor(dtors[i], &dtors_before[i], refs[i].got - refs[i].put);
		print_refs(c, i, &refs[i], dtor_now(dtors[i]).runs - dtors_before[i].runs);
	}
	check_gone(&before);
	s = stats_since(&before);
	refs[DTOR_OBJ] = (struct refs){ s.created, s.released };
	print_refs(c, DTOR_OBJ, &refs[DTOR_OBJ], s.destroyed);
}

/* The modules go while jobs of theirs may be queued: bpf_test_nmi.ko complains
 * if an object is left.
 */
static void test_unload_storm(const struct storm_case *c)
{
	unload_nmi();
	if (load_nmi(false))
		test_storm(c);
	unload_nmi();
	ASSERT_OK(unload_bpf_testmod(false), "unload bpf_testmod");
	ASSERT_OK(unload_module("bpf_test_nmi", false), "unload bpf_test_nmi");
	ASSERT_OK(load_bpf_testmod(false), "load bpf_testmod");
	ASSERT_OK(load_module("bpf_test_nmi.ko", false), "load bpf_test_nmi.ko");
	load_nmi(true);
	if (traced)
		check_pool();
}

static void test_skb_storm(const struct storm_case *c)
{
	struct dtor_count before = dtor_now(DTOR(skb));
	struct kptr_dtor_nmi_qdisc *skel;
	struct refs refs;

	skel = load_qdisc();
	if (!skel)
		return;
	if (ASSERT_OK(set_qdisc(true), "attach qdisc")) {
		rage(c, packet_sender, NULL, &skel->bss->runs);
		ASSERT_OK(set_qdisc(false), "detach qdisc");
	}
	kptr_dtor_nmi_qdisc__detach(skel);
	refs = (struct refs){ skel->bss->installed, skel->bss->removed };
	kptr_dtor_nmi_qdisc__destroy(skel);
	ASSERT_GT(refs.got, refs.put, "skbs");
	if (traced)
		check_pool();
	check_dtor(DTOR(skb), &before, refs.got - refs.put);
	print_refs(c, DTOR_SKB, &refs, dtor_now(DTOR(skb)).runs - before.runs);
}

static void test_storms(void)
{
	static const struct storm_case cases[] = {
		{ "array_update", "map", BPF_MAP_TYPE_ARRAY, .nmi_updates = true },
		{ "array_xchg", "map", BPF_MAP_TYPE_ARRAY, .nmi_updates = true,
		  .nmi_xchgs = true },
		{ "percpu_array_update", "map", BPF_MAP_TYPE_PERCPU_ARRAY,
		  .nmi_updates = true },
		{ "hash_delete", "map", BPF_MAP_TYPE_HASH, .nmi_deletes = true },
		{ "hash_update", "map", BPF_MAP_TYPE_HASH, .nmi_updates = true },
		{ "hash_xchg", "map", BPF_MAP_TYPE_HASH, .nmi_updates = true,
		  .nmi_xchgs = true },
		{ "hash_alloc_delete", "map", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC,
		  .nmi_deletes = true },
		{ "hash_alloc_update", "map", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC,
		  .nmi_updates = true },
		{ "percpu_hash_delete", "map", BPF_MAP_TYPE_PERCPU_HASH, .nmi_deletes = true },
		{ "percpu_hash_alloc_delete", "map", BPF_MAP_TYPE_PERCPU_HASH,
		  BPF_F_NO_PREALLOC, .nmi_deletes = true },
		/* Their lock is not for NMI: those exchange, and tear nothing down. */
		{ "lru_hash_xchg", "map", BPF_MAP_TYPE_LRU_HASH, .nmi_xchgs = true },
		{ "lru_percpu_hash_xchg", "map", BPF_MAP_TYPE_LRU_PERCPU_HASH,
		  .nmi_xchgs = true },
		{ "task_storage_xchg", "storage", .nmi_xchgs = true },
		{ "local", "local", .nmi_updates = true },
		{ "skb", "skb", .nmi_updates = true, .nmis = 1 },
		{ "interpreted", "map", BPF_MAP_TYPE_HASH, .nmi_deletes = true,
		  .interpreted = true },
		{ "array_hooks", "map", BPF_MAP_TYPE_ARRAY, .nmi_updates = true, .hooks = true },
		{ "hash_hooks", "map", BPF_MAP_TYPE_HASH, .nmi_deletes = true, .hooks = true },
		{ "hash_alloc_hooks", "map", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC,
		  .nmi_deletes = true, .hooks = true },
		{ "offline", "map", BPF_MAP_TYPE_ARRAY, .nmi_updates = true, .offline = true },
		{ "unload", "map", BPF_MAP_TYPE_HASH, .nmi_deletes = true, .unload = true },
	};
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(name, sizeof(name), "%s_storm", cases[i].name);
		if (!test__start_subtest(name))
			continue;
		if (cases[i].offline && libbpf_num_possible_cpus() == 1) {
			printf("%s:SKIP:one CPU cannot go offline\n", name);
			test__skip();
			continue;
		}
		if (cases[i].interpreted &&
		    (!set(JIT_ENABLE, "0") || !set(JIT_ENABLE, "1"))) {
			printf("%s:SKIP:CONFIG_BPF_JIT_ALWAYS_ON\n", name);
			test__skip();
			continue;
		}
		if (cases[i].unload)
			test_unload_storm(&cases[i]);
		else if (!strcmp(cases[i].what, "skb"))
			test_skb_storm(&cases[i]);
		else
			test_storm(&cases[i]);
	}
}

void serial_test_kptr_dtor_nmi_storm(void)
{
	run_with_nmis(test_storms);
}
