// SPDX-License-Identifier: GPL-2.0
/* No program can make the verifier warn: each helper and kfunc is called with a
 * register of each type as each of its arguments. What the verifier says of these
 * programs does not matter, what the kernel says does: 'verifier bug' in the log,
 * -EFAULT, or a warning in /dev/kmsg. None of them is run.
 *
 * In progs/no_warn.c each program brings a register of a type into r6; 40
 * instructions that do nothing are where the call goes. What else the call needs is
 * learned by trying, from how far the verifier comes.
 *
 * NO_WARN=all in the environment is the whole product: each function in each type of
 * program that may call it, the other arguments in several ways, the register with
 * offsets: millions. Without it a register of a type comes from the first type of program
 * that has both, and one in SAMPLE of those calls is made, always the same; NO_WARN=1 makes
 * all of them, NO_WARN=5 one in 5.
 * NO_WARN=name tests one function, and prints what was learned of it.
 */
#include <ctype.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include <bpf/btf.h>
#include <linux/kernel.h>
#include <linux/filter.h>
#include "no_warn.skel.h"
#include "no_warn.h"

#define NOPS 40
#define SAMPLE 10
/* Of 211 helpers and 279 kfuncs 476 can be called here. */
#define MIN_REACHED 470
#define MAX_PROGS 1024
#define MAX_TYPES 48
#define MAX_FOUND 64
#define MAX_WORKERS 8
#define BUF_SIZE 64
#define DYN_OFF (-272)
#define BUF_OFF (-256)
#define UNINIT_OFF (-320)

struct prog {
	struct bpf_program *prog;
	const char *maker;
	int type;
	const char *r6;
	struct bpf_insn *nops;
	bool loads, loads_off, loads_var;
};

/* Where an argument comes from: one of these, and which one of its kind */
enum {
	FILL_NONE, FILL_R6, FILL_ZERO, FILL_SIZE, FILL_BUF, FILL_CTX, FILL_UNINIT,
	FILL_TASK, FILL_HOOK_ARG, FILL_DYNPTR, FILL_CALLBACK, FILL_MAP, FILL_VALUE
};

struct fill {
	int kind, which;
};

/* What is done to r6 before */
enum { AS_IT_IS, PLUS_8, PLUS_VAR };

struct found {
	char what[160];
	char how[160];
	int times;
};

/* What a worker has seen */
struct result {
	__u64 loads, accepted, refused;
	int nr_found;
	struct found found[MAX_FOUND];
};

static struct shared {
	int next;
	bool reached[MAX_FUNCS];
	bool called[MAX_PROGS];
	/* Arguments before which the verifier did not stop */
	__u8 args[MAX_FUNCS];
	struct result results[MAX_WORKERS];
} *shared;

static struct prog progs[MAX_PROGS];
static const char *types[MAX_TYPES];
static struct value {
	int fd, off;
} values[32];
static int nr_progs, nr_types, map_fds[32], nr_maps, nr_values;
/* Not a jump: the verifier looks for states to prune at those. */
static const struct bpf_insn nop = BPF_MOV64_IMM(BPF_REG_9, 0);
static struct result *me;
static int kmsg = -1, reports;
static const char *only;
static int workers, sample;
static bool all;
static char log_buf[1 << 20];

/* Where in a map's value something begins: members of a struct, variables of a section */
static void add_values(const struct btf *btf, const char *name, const struct bpf_map *map)
{
	const struct btf_type *t = btf__type_by_id(btf, btf__find_by_name(btf, name));
	int i;

	for (i = 0; t && i < btf_vlen(t) && nr_values < ARRAY_SIZE(values); i++) {
		values[nr_values].fd = bpf_map__fd(map);
		values[nr_values++].off = btf_is_datasec(t) ? btf_var_secinfos(t)[i].offset :
							     btf_members(t)[i].offset / 8;
	}
}

static void add_prog(struct bpf_program *p)
{
	struct bpf_insn *insns = (struct bpf_insn *)bpf_program__insns(p);
	const char *name = bpf_program__name(p), *sep = strstr(name, "__");
	struct prog *prog = &progs[nr_progs];
	int i, n = 0;

	if (!sep || nr_progs == MAX_PROGS)
		return;
	for (i = 0; i < bpf_program__insn_cnt(p) && n < NOPS; i++)
		n = memcmp(&insns[i], &nop, sizeof(nop)) ? 0 : n + 1;
	if (!ASSERT_EQ(n, NOPS, name))
		return;
	prog->prog = p;
	prog->maker = sep + 2;
	prog->nops = insns + i - NOPS;
	for (i = 0; i < nr_types; i++) {
		if (strlen(types[i]) == sep - name && !strncmp(types[i], name, sep - name))
			break;
	}
	if (i == nr_types)
		types[nr_types++] = strndup(name, sep - name);
	prog->type = i;
	nr_progs++;
}

/* What r6 must be in each program stands in BTF: R6() in progs/no_warn.c. */
static void add_tags(const struct btf *btf)
{
	const struct btf_type *t;
	const char *tag, *name;
	int i, k;

	for (i = 1; i < btf__type_cnt(btf); i++) {
		t = btf__type_by_id(btf, i);
		tag = btf__name_by_offset(btf, t->name_off);
		if (!btf_is_decl_tag(t) || strncmp(tag, "r6", 2))
			continue;
		name = btf__name_by_offset(btf, btf__type_by_id(btf, t->type)->name_off);
		for (k = 0; k < nr_progs; k++) {
			if (!strcmp(bpf_program__name(progs[k].prog), name))
				progs[k].r6 = tag + 2;
		}
	}
}

/* Lines of the kernel's log since the last time. A warning is this process's own if
 * the splat says so.
 */
static bool kernel_warned(char *what, int size)
{
	static bool pending;
	char buf[2048], *msg, pid[32];
	bool mine = false;
	int n;

	snprintf(pid, sizeof(pid), "PID: %d ", getpid());
	while ((n = read(kmsg, buf, sizeof(buf) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		buf[n] = 0;
		msg = strchr(buf, ';');
		msg = msg ? msg + 1 : buf;
		msg[strcspn(msg, "\n")] = 0;
		if (strstr(msg, "WARNING:") || strstr(msg, "BUG:") || strstr(msg, "verifier bug")) {
			if (!mine)
				snprintf(what, size, "%s", msg);
			pending = true;
		}
		if (pending && strstr(msg, "PID: ")) {
			mine |= !!strstr(msg, pid);
			pending = false;
		}
	}
	return mine;
}

static void report(const char *what, const char *how, int times)
{
	struct found *f = me->found;
	char key[sizeof(f->what)];
	int i;

	/* Without its numbers, the same complaint is the same. */
	for (i = 0; what[i] && i < sizeof(key) - 1; i++)
		key[i] = isdigit(what[i]) ? '#' : what[i];
	key[i] = 0;
	for (i = 0; i < me->nr_found && strcmp(f[i].what, key); i++)
		;
	if (i == MAX_FOUND)
		return;
	if (i == me->nr_found) {
		me->nr_found++;
		memcpy(f[i].what, key, sizeof(key));
		snprintf(f[i].how, sizeof(f[i].how), "%s", how);
		/* At once, should this be the last thing to be seen */
		printf("found: %s\n\tby %s\n", what, how);
		fflush(stdout);
	}
	f[i].times += times;
	reports += times;
}

static int load(struct prog *p, int log_level)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_level = log_level, .log_buf = log_buf,
		    .log_size = sizeof(log_buf), .fd_array = fd_array);
	int fd;

	log_buf[0] = 0;
	fd = bpf_program__clone(p->prog, &opts);
	if (fd >= 0)
		close(fd);
	return fd;
}

static const char *describe(const struct prog *p, const struct func *f,
			    const struct fill *fills, int offset)
{
	static const char * const kinds[] = { "-", "r6", "0", "16", "buf", "ctx", "uninit", "task",
					      "hook_arg", "dynptr", "callback", "map", "value" };
	static const char * const offsets[] = { "", " + 8", " + var" };
	static char buf[160];
	int i, n;

	n = snprintf(buf, sizeof(buf), "%s: r6 = %s%s; %s(", types[p->type], p->maker,
		     offsets[offset], f ? f->name : "");
	for (i = 0; f && i < f->nr_args && n < sizeof(buf); i++) {
		n += snprintf(buf + n, sizeof(buf) - n, "%s%s", i ? ", " : "",
			      kinds[fills[i].kind]);
		if (fills[i].kind >= FILL_MAP && n < sizeof(buf))
			n += snprintf(buf + n, sizeof(buf) - n, "%d", fills[i].which);
	}
	if (n < sizeof(buf))
		snprintf(buf + n, sizeof(buf) - n, ")");
	return buf;
}

static void emit(struct prog *p, int *n, const struct bpf_insn *insns, int nr)
{
	if (*n + nr <= NOPS)
		memcpy(p->nops + *n, insns, nr * sizeof(*insns));
	*n += nr;
}

#define EMIT(...) ({							\
	const struct bpf_insn __i[] = { __VA_ARGS__ };			\
	emit(p, &n, __i, ARRAY_SIZE(__i));				\
})

/* The program with the call; without F with nothing but the offset */
static int assemble(struct prog *p, const struct func *f, const struct fill *fills, int offset)
{
	int i, n = 0, nr = f ? f->nr_args : 0, kinds = 0;

	for (i = 0; i < NOPS; i++)
		p->nops[i] = nop;
	for (i = 0; i < nr; i++)
		kinds |= 1 << fills[i].kind;
	if (offset == PLUS_8)
		EMIT(BPF_ALU64_IMM(BPF_ADD, BPF_REG_6, 8));
	if (offset == PLUS_VAR)
		EMIT(BPF_EMIT_CALL(BPF_FUNC_get_prandom_u32),
		     BPF_ALU64_IMM(BPF_AND, BPF_REG_0, 7),
		     BPF_ALU64_REG(BPF_ADD, BPF_REG_6, BPF_REG_0));
	if (kinds & (1 << FILL_BUF)) {
		for (i = 0; i < BUF_SIZE; i += 8)
			EMIT(BPF_ST_MEM(BPF_DW, BPF_REG_10, BUF_OFF + i, 0));
	}
	/* What is not given must not be readable. */
	if (kinds & (1 << FILL_NONE))
		EMIT(BPF_EMIT_CALL(BPF_FUNC_get_prandom_u32));
	if (kinds & (1 << FILL_TASK))
		EMIT(BPF_EMIT_CALL(BPF_FUNC_get_current_task_btf),
		     BPF_MOV64_REG(BPF_REG_9, BPF_REG_0));
	if (kinds & (1 << FILL_HOOK_ARG))
		EMIT(BPF_LDX_MEM(BPF_DW, BPF_REG_9, BPF_REG_7, 0));
	if (kinds & (1 << FILL_DYNPTR))
		EMIT(BPF_LD_IMM64_RAW(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, values[0].fd),
		     BPF_MOV64_IMM(BPF_REG_2, BUF_SIZE),
		     BPF_MOV64_IMM(BPF_REG_3, 0),
		     BPF_MOV64_REG(BPF_REG_4, BPF_REG_10),
		     BPF_ALU64_IMM(BPF_ADD, BPF_REG_4, DYN_OFF),
		     BPF_EMIT_CALL(BPF_FUNC_dynptr_from_mem));
	for (i = 0; i < nr; i++) {
		int r = BPF_REG_1 + i, off;

		switch (fills[i].kind) {
		case FILL_R6:
			EMIT(BPF_MOV64_REG(r, BPF_REG_6));
			break;
		case FILL_ZERO:
		case FILL_SIZE:
			EMIT(BPF_MOV64_IMM(r, fills[i].kind == FILL_SIZE ? 16 : 0));
			break;
		case FILL_CTX:
			EMIT(BPF_MOV64_REG(r, BPF_REG_7));
			break;
		case FILL_CALLBACK:
			EMIT(BPF_MOV64_REG(r, BPF_REG_8));
			break;
		case FILL_TASK:
		case FILL_HOOK_ARG:
			EMIT(BPF_MOV64_REG(r, BPF_REG_9));
			break;
		case FILL_BUF:
		case FILL_UNINIT:
		case FILL_DYNPTR:
			off = fills[i].kind == FILL_BUF ? BUF_OFF :
			      fills[i].kind == FILL_UNINIT ? UNINIT_OFF : DYN_OFF;
			EMIT(BPF_MOV64_REG(r, BPF_REG_10), BPF_ALU64_IMM(BPF_ADD, r, off));
			break;
		case FILL_MAP:
			EMIT(BPF_LD_MAP_FD(r, map_fds[fills[i].which]));
			break;
		case FILL_VALUE:
			EMIT(BPF_LD_IMM64_RAW(r, BPF_PSEUDO_MAP_VALUE, values[fills[i].which].fd));
			if (n <= NOPS)
				p->nops[n - 1].imm = values[fills[i].which].off;
			break;
		}
	}
	if (f && f->kfunc)
		EMIT(BPF_RAW_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, f->btf, f->id));
	else if (f)
		EMIT(BPF_EMIT_CALL(f->id));
	return n <= NOPS ? 0 : -E2BIG;
}

static int try(struct prog *p, const struct func *f, const struct fill *fills, int offset)
{
	char what[160];
	const char *bug;
	int err;

	err = assemble(p, f, fills, offset);
	if (err)
		return err;
	err = load(p, 4);
	me->loads++;
	if (err >= 0)
		me->accepted++;
	else
		me->refused++;

	bug = strstr(log_buf, "verifier bug");
	if (kernel_warned(what, sizeof(what)) && !bug)
		report(what, describe(p, f, fills, offset), 1);
	else if (bug || (err == -EFAULT && !strstr(log_buf, "unexpected __bpf_trap()")))
		report(bug ? strndupa(bug, strcspn(bug, "\n")) : "-EFAULT",
		       describe(p, f, fills, offset), 1);
	return err;
}

/* The argument that the verifier stopped at, from 1; NR_ARGS + 1: none of them; 0: it
 * did not come so far; -1: it does not say.
 */
static int stopped_at(int err)
{
	static const char * const early[] = {
		"unknown func", "invalid func", "cannot use helper", "is not allowed",
		"is not supported", "must be sleepable", "might sleep", "GPL", "cannot call",
		"not support calling", "only allowed", "invalid bpf_context access",
	};
	const char *s;
	int i, n;

	if (err >= 0 || strstr(log_buf, "Unreleased reference"))
		return NR_ARGS + 1;
	for (i = 0; i < ARRAY_SIZE(early); i++) {
		if (strstr(log_buf, early[i]))
			return 0;
	}
	for (s = log_buf; *s; s++) {
		/* What BTF says of a program's context is no error. */
		if (!strncmp(s, "arg#0 reference type(", 21))
			s += strcspn(s, "\n");
		if (s[0] == 'R' && isdigit(s[1]) && !isalnum(s[2]) &&
		    (s == log_buf || !isalnum(s[-1]))) {
			if (s[1] == '0')
				return NR_ARGS + 1;
			return s[1] <= '5' ? s[1] - '0' : 0;
		}
		/* "arg#0", "args#0", "arg0" */
		if (!strncmp(s, "arg", 3)) {
			n = strspn(s, "args#");
			if (isdigit(s[n]))
				return min(atoi(s + n) + 1, NR_ARGS + 1);
		}
	}
	return -1;
}

/* Fill in what the verifier takes for each argument; how many there are. */
static int learn(struct prog *p, const struct func *f, struct fill *fills)
{
	static const int kinds[] = {
		FILL_CTX, FILL_BUF, FILL_SIZE, FILL_TASK, FILL_DYNPTR, FILL_UNINIT,
		FILL_CALLBACK, FILL_HOOK_ARG, FILL_VALUE, FILL_MAP, FILL_ZERO
	};
	int i, k, w, nr, at, reached = 0;

	for (i = 0; i < NR_ARGS; i++)
		fills[i] = (struct fill){ f->kfunc ? FILL_ZERO : FILL_NONE };
	for (i = 0; i < f->nr_args; i++) {
		struct fill maybe = {};
		bool map = all;

		/* As it is: this argument does not exist, or any will do. */
		at = stopped_at(try(p, f, fills, AS_IT_IS));
		if (at > NR_ARGS && !f->kfunc)
			return i;
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			/* Maps and what is in them where the verifier spoke of one */
			nr = kinds[k] == FILL_MAP ? nr_maps * map :
			     kinds[k] == FILL_VALUE ? nr_values * map : 1;
			for (w = 0; w < nr; w++) {
				fills[i] = (struct fill){ kinds[k], w };
				at = stopped_at(try(p, f, fills, AS_IT_IS));
				if (at > i + 1)
					goto next;
				map |= !!strstr(log_buf, "map");
				if (at < 0 && !maybe.kind)
					maybe = fills[i];
			}
		}
		fills[i] = maybe;
		if (maybe.kind)
			goto next;
		fills[i] = (struct fill){ FILL_BUF };
		/* The rest is not to be had, but may be looked at before. */
		for (k = i + 1; k < NR_ARGS; k++)
			fills[k] = (struct fill){ k & 1 ? FILL_SIZE : FILL_BUF };
		return min(f->nr_args, f->kfunc ? NR_ARGS : i + 1);
next:
		reached = i + 1;
	}
	return reached;
}

/* One register of @sample, others for each argument; all where faults were */
static bool is_left_out(const struct prog *p, const struct func *f, int arg)
{
	if (all || !strcmp(f->name, "bpf_kptr_xchg") || !strcmp(f->name, "bpf_loop") ||
	    !strncmp(f->name, "bpf_refcount_acquire", 20) || !strcmp(f->name, "bpf_throw") ||
	    !strncmp(f->name, "bpf_wq_init", 11))
		return false;
	return ((p - progs) + (f - funcs) + arg) % sample;
}

static void test_call(struct prog *p, const struct func *f, const struct fill *fills, int nr,
		      int offset)
{
	/* The other arguments: as learned, all the same, nothing, memory */
	static const int others[] = { FILL_NONE, FILL_R6, FILL_ZERO, FILL_BUF };
	struct fill call[NR_ARGS];
	int i, k, o;

	for (o = 0; o < (all ? ARRAY_SIZE(others) : 1); o++) {
		for (i = 0; i < nr; i++) {
			if (is_left_out(p, f, i))
				continue;
			for (k = 0; k < NR_ARGS; k++)
				call[k] = others[o] ? (struct fill){ others[o] } : fills[k];
			call[i] = (struct fill){ FILL_R6 };
			shared->called[p - progs] = true;
			try(p, f, call, offset);
			if (others[o] == FILL_R6)
				break;
		}
	}
}

/* Was a register of that type in calls already, from another type of program? */
static bool is_done(const char **done, int nr, const char *maker)
{
	while (nr--) {
		if (!strcmp(done[nr], maker))
			return true;
	}
	return false;
}

static void test_func(int nr, bool verbose)
{
	struct fill fills[NR_ARGS], nothing[NR_ARGS] = {};
	struct func *f = &funcs[nr];
	const char **done;
	int i, t, nr_done = 0, nr_args = -1;
	bool again;

	done = calloc(nr_progs, sizeof(*done));
	for (t = 0; t < nr_types; t++) {
		struct prog *host = NULL;
		bool new = all;

		for (i = 0; i < nr_progs; i++) {
			if (progs[i].type != t || !progs[i].loads)
				continue;
			if (!host)
				host = &progs[i];
			new |= !is_done(done, nr_done, progs[i].maker);
		}
		if (!host || !new || !stopped_at(try(host, f, nothing, AS_IT_IS)))
			continue;
		shared->reached[nr] = true;
		/* What one type of programs takes others mostly do, too. */
		if (all)
			nr_args = -1;
		for (i = 0; i < nr_progs; i++) {
			if (progs[i].type != t || !progs[i].loads)
				continue;
			again = is_done(done, nr_done, progs[i].maker);
			if (again && !all)
				continue;
			if (nr_args < 0) {
				nr_args = learn(host, f, fills);
				shared->args[nr] = max_t(int, shared->args[nr], nr_args);
				if (verbose)
					printf("%s: %d arguments\n",
					       describe(host, f, fills, AS_IT_IS), nr_args);
			}
			if (!again)
				done[nr_done++] = progs[i].maker;
			test_call(&progs[i], f, fills, nr_args, AS_IT_IS);
			if (all && progs[i].loads_off)
				test_call(&progs[i], f, fills, nr_args, PLUS_8);
			if (all && progs[i].loads_var)
				test_call(&progs[i], f, fills, nr_args, PLUS_VAR);
		}
	}
	free(done);
}

/* Is r6 where the call goes, or what it points to on the stack, what R6() says? For a
 * branch that it takes up again the verifier prints all that is still used.
 */
static bool check_type(struct prog *p)
{
	int at = p->nops - bpf_program__insns(p->prog), err;
	char from[32], slot[32], *s, *end, *r6 = "";

	if (!p->r6)
		return false;
	p->nops[0] = BPF_RAW_INSN(BPF_JMP | BPF_JCOND, BPF_MAY_GOTO, 0, 1, 0);
	p->nops[1] = BPF_MOV64_REG(BPF_REG_9, BPF_REG_6);
	err = load(p, 2);
	snprintf(from, sizeof(from), "\nfrom %d to %d: ", at, at + 1);
	for (s = log_buf; (s = strstr(s, from)); s = end) {
		s += strlen(from);
		end = s + strcspn(s, "\n");
		if (*end)
			*end++ = 0;
		s = strstr(s, "R6=");
		if (!s)
			continue;
		r6 = strndupa(s, strcspn(s, " "));
		if (strstr(r6, p->r6))
			return true;
		snprintf(slot, sizeof(slot), " %s=", r6 + 3);
		s = strncmp(r6, "R6=fp", 5) ? NULL : strstr(s, slot);
		if (s && !strncmp(s + strlen(slot) - 1, p->r6, strlen(p->r6)))
			return true;
	}
	printf("%s__%s: r6 is not '%s' but '%s' (load: %d, log of %zu: %.200s)\n", types[p->type],
	       p->maker, p->r6, r6, err, strlen(log_buf), log_buf);
	return false;
}

/* Each maker loads by itself in a type of program at least. */
static void load_makers(void)
{
	int i, k, nr = 0, makers = 0, typed = 0;
	bool loads, first;

	for (i = 0; i < nr_progs; i++) {
		struct prog *p = &progs[i];

		p->loads = try(p, NULL, NULL, AS_IT_IS) >= 0;
		if (!p->loads)
			printf("%s__%s does not load: %.*s\n", types[p->type], p->maker,
			       (int)strcspn(log_buf, "\n"), log_buf);
		if (p->loads && ASSERT_TRUE(check_type(p), p->maker))
			typed++;
		p->loads_off = all && p->loads && try(p, NULL, NULL, PLUS_8) >= 0;
		p->loads_var = all && p->loads && try(p, NULL, NULL, PLUS_VAR) >= 0;
		nr += p->loads;
	}
	for (i = 0; i < nr_progs; i++) {
		for (k = 0, loads = false, first = true; k < nr_progs; k++) {
			if (strcmp(progs[i].maker, progs[k].maker))
				continue;
			loads |= progs[k].loads;
			first &= k >= i;
		}
		makers += first;
		if (first)
			ASSERT_TRUE(loads, progs[i].maker);
	}
	printf("%llu loads; %d makers in %d types of programs: %d of %d programs load; ",
	       me->loads, makers, nr_types, nr, nr_progs);
	printf("r6 is as declared in %d\n", typed);
}

/* Functions up to END, by one process a CPU */
static void test_funcs(int end)
{
	int i, nr, status;
	pid_t pid;

	fflush(stdout);
	if (!ASSERT_TRUE(progs[0].loads, "makers are loaded"))
		return;
	for (i = 0; i < workers; i++) {
		pid = fork();
		if (!ASSERT_GE(pid, 0, "fork"))
			break;
		if (pid)
			continue;
		close(kmsg);
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
		lseek(kmsg, 0, SEEK_END);
		me = &shared->results[i];
		reports = 0;
		while ((nr = __sync_fetch_and_add(&shared->next, 1)) < end) {
			if (!only || !strcmp(only, funcs[nr].name))
				test_func(nr, only);
		}
		fflush(stdout);
		_exit(kmsg < 0 || reports);
	}
	while (i--) {
		ASSERT_GT(wait(&status), 0, "wait");
		ASSERT_EQ(status, 0, "nothing found");
	}
	shared->next = end;
}

static void sum_up(__u64 start)
{
	struct result *sum = &shared->results[0];
	int i, k, reached[2] = {}, args = 0, helpers = 0, called = 0;

	for (i = 1; i < workers; i++) {
		me = &shared->results[i];
		sum->loads += me->loads;
		sum->accepted += me->accepted;
		sum->refused += me->refused;
		for (k = 0; k < me->nr_found; k++) {
			struct found f = me->found[k];

			me = sum;
			report(f.what, f.how, f.times);
			me = &shared->results[i];
		}
	}
	for (i = 0; i < nr_funcs; i++) {
		reached[funcs[i].kfunc] += shared->reached[i];
		args += shared->args[i];
		helpers += !funcs[i].kfunc;
		if (!only && !shared->reached[i])
			printf("not reached: %s\n", funcs[i].name);
	}
	for (i = 0; i < nr_progs; i++) {
		bool other = !progs[i].loads;

		/* A maker's register goes into calls in one type of program at least. */
		for (k = 0; k < nr_progs && !other; k++)
			other = shared->called[k] && !strcmp(progs[i].maker, progs[k].maker);
		called += shared->called[i];
		if (!only && !ASSERT_TRUE(other, "maker is called with"))
			printf("nothing is called with %s\n", progs[i].maker);
	}
	printf("reached %d of %d helpers, %d of %d kfuncs, with %d arguments, from %d programs\n",
	       reached[0], helpers, reached[1], nr_funcs - helpers, args, called);
	if (!only)
		ASSERT_GE(reached[0] + reached[1], MIN_REACHED, "functions reached");
	printf("%llu programs in %llu s: %llu accepted, %llu refused\n", sum->loads,
	       (get_time_ns() - start) / 1000000000, sum->accepted, sum->refused);
	for (i = 0; i < sum->nr_found; i++) {
		printf("FOUND %d times: %s\n\tby %s\n",
		       sum->found[i].times, sum->found[i].what, sum->found[i].how);
		PRINT_FAIL("%s\n", sum->found[i].what);
	}
	ASSERT_GT(sum->loads, 0, "loads");
	ASSERT_GT(sum->refused, 0, "refused");
	ASSERT_GT(sum->accepted, 0, "accepted");
}

void test_no_warn(void)
{
	const char *how = getenv("NO_WARN");
	char name[80];
	int i, end;
	struct no_warn *skel;
	struct btf *vmlinux, *module;
	struct bpf_program *p;
	struct bpf_map *map;
	__u64 start;

	sample = how && atoi(how) > 0 ? atoi(how) : SAMPLE;
	all = how && *how && !isdigit(*how);
	only = all && strcmp(how, "all") ? how : NULL;
	workers = min(libbpf_num_possible_cpus(), MAX_WORKERS);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	vmlinux = btf__load_vmlinux_btf();
	skel = no_warn__open();
	if (!ASSERT_NEQ(shared, MAP_FAILED, "mmap") || !ASSERT_OK_FD(kmsg, "kmsg") ||
	    !ASSERT_OK_PTR(vmlinux, "vmlinux BTF") || !ASSERT_OK_PTR(skel, "open"))
		return;
	lseek(kmsg, 0, SEEK_END);
	if (!ASSERT_OK(bpf_object__prepare(skel->obj), "prepare"))
		goto out;

	add_helpers();
	add_kfuncs(vmlinux, 0);
	module = module_btf(vmlinux);
	if (module)
		add_kfuncs(module, 1);
	bpf_object__for_each_program(p, skel->obj)
		add_prog(p);
	add_tags(bpf_object__btf(skel->obj));
	bpf_object__for_each_map(map, skel->obj) {
		if (bpf_map__fd(map) >= 0 && nr_maps < ARRAY_SIZE(map_fds) &&
		    bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			map_fds[nr_maps++] = bpf_map__fd(map);
	}
	add_values(bpf_object__btf(skel->obj), "no_warn_val", skel->maps.vals);
	add_values(bpf_object__btf(skel->obj), ".data.A", skel->maps.data_A);

	start = get_time_ns();
	me = &shared->results[0];
	/* All others need it. */
	test__start_subtest("makers");
	load_makers();
	/* A subtest each: test_progs ends a test that takes 120 s. */
	for (i = 0; i < nr_funcs; i = end) {
		bool some = false;

		for (end = i; end < nr_funcs && end < i + (all ? 1 : 2 * sample); end++)
			some |= !only || !strcmp(only, funcs[end].name);
		snprintf(name, sizeof(name), "from_%s", funcs[i].name);
		if (some && test__start_subtest(name))
			test_funcs(end);
		else
			shared->next = end;
	}
	if (test__start_subtest("sum"))
		sum_up(start);
out:
	no_warn__destroy(skel);
}
