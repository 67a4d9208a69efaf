/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fuzz: random programs over dynptrs, their clones and slices, the skbs, files and ring
 * buffer records below them, and over nodes, kptrs, lists, trees, maps and iterators,
 * against the verifier.
 *
 *   oracle.c	runs a program's instructions as the kernel would, with every
 *		outcome of each branch and of each call that may return NULL: it
 *		knows nothing of the verifier's ids, only memory that lives and dies
 *   memory.c	that memory: objects, dynptrs, slices, and what calls do to them
 *   steps.c	what one step of a program is made of
 *   lent.c	files, tasks and vmas: what programs own of them, and what iterators lend
 *   objects.c	steps with nodes, kptrs, maps and iterators over numbers
 *   files.c	steps with what lent.c knows of
 *   generator.c appends one step after the other, and lets the oracle say whether
 *		a step is sound in all the states that reach it
 *   kernel.c	what the kernel is given, and what it says: BTF, maps, programs
 *   run.c	runs those that it accepts
 *   attach.c	the same, of those that an event has to run: a packet, a system call
 *   runner.c	gives all programs to the kernel and compares
 *
 * Program i of seed S depends on S and i alone.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/filter.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

/* Programs */

enum { TC, QDISC, XDP, SYSCALL, LSM, NR_TYPES };

#define MAX_FNS		6
#define MAX_INSNS	512

struct fn {
	struct bpf_insn insn[MAX_INSNS];
	int n;
	bool global;	/* the verifier looks at it by itself */
};

/* A call to another function has the function's number as imm until link(). */
extern struct prog {
	int type;
	struct fn fn[MAX_FNS];
	int nfns;
	unsigned long ops;	/* the operations in it, one bit each */
} P;

/* The offset of a jump whose target is not there yet: the label's number. */
#define UNBOUND		0x7000

enum callee {
	C_RAND, C_FROM_MEM, C_RESERVE, C_DATA, C_READ, C_WRITE, C_SUBMIT, C_DISCARD, C_XCHG,
	/* may move the packet */
	C_PULL, C_STORE, C_CHANGE_TAIL, C_CHANGE_HEAD, C_ADJUST_TAIL, C_ADJUST_HEAD, C_XDP_PULL,
	/* write by way of a dynptr */
	C_MEMSET, C_COPY, C_PROBE_KERNEL, C_PROBE_USER, C_PROBE_KERNEL_STR, C_PROBE_USER_STR,
	C_LOCK, C_UNLOCK, C_PUSH_FRONT, C_PUSH_BACK, C_POP_FRONT, C_POP_BACK,
	C_TREE_ADD, C_TREE_FIRST, C_TREE_REMOVE,
	C_UPDATE, C_DELETE, C_LOOKUP,
	C_RCU_LOCK, C_RCU_UNLOCK, C_ACQUIRE, C_ITER_NEW, C_ITER_NEXT, C_ITER_DESTROY,
	/* see lent.c */
	C_CURRENT, C_TASK_ACQUIRE, C_TASK_RELEASE, C_EXE_FILE, C_PUT_FILE, C_FROM_FILE,
	C_FILE_DISCARD, C_VMA_NEW, C_VMA_NEXT, C_VMA_DESTROY, C_TASK_NEW, C_TASK_NEXT,
	C_TASK_DESTROY,
	C_FROM_XDP, C_FROM_SKB, C_CLONE, C_SLICE, C_SLICE_RDWR, C_DROP, C_KFREE,
	C_OBJ_NEW, C_OBJ_DROP,
	NR_CALLEES
};

struct callee_desc {
	const char *name;
	int helper;		/* 0: a kfunc */
	int btf_id;
};

extern struct callee_desc callees[NR_CALLEES];
enum callee callee_of(const struct bpf_insn *insn);

#define RING_SIZE	4096

/*
 * A node of a qdisc's programs has a kptr to an skb, one of a syscall's a refcount and a
 * place in a list and one in a tree; so have the maps kptrs to the one or the other. One
 * map has the list and the tree.
 */
enum { NODE_LINK = 16, NODE_TREE = 40, LIST_HEAD = 8, TREE_ROOT = 24 };	/* their offsets */
extern int ringbuf_fd, mem_fd, list_fd, hash_fd, kptr_fd[NR_TYPES], node_id[NR_TYPES];
extern int prog_btf_fd;

#define HASH_ENTRIES	4

/* The member of an object that a step reads, and where a vma has its file */
enum { VMA, TASK_STRUCT, FILE_STRUCT, NR_STRUCTS };
extern int member_offset[NR_STRUCTS], vm_file_offset;

/* oracle.c: a machine */

enum verdict { SAFE, POLICY, LEAK, UNSAFE, NR_VERDICTS };
extern const char * const verdicts[];

enum kind {
	NONE, NUM, STACK, CTX, TO_FREE, SKB, NODE, RINGBUF, MEM, KPTR, PKT, PKT_END, RCU_NODE,
	ITER, LIST, HASH, TASK, RCU_TASK, FILE_PTR, VMA_PTR, SLICE, DYN_LO, DYN_HI, NULLED
};

enum { ZERO, UNKNOWN };

/* What is in a register or in a word of the stack. */
struct val {
	unsigned char kind;
	unsigned char obj;	/* STACK: the frame; NUM: ZERO or UNKNOWN */
	/* STACK: the word; DYN_LO, SLICE: the dynptr's number; NODE: offset() in memory.c */
	unsigned char aux;
	unsigned char gen;	/* SLICE: how often the memory had moved; RCU_*: the section */
	unsigned char epoch;	/* SLICE of an skb: how often any packet may have moved */
	unsigned char any;	/* DYN_LO, SLICE: by way of a global function's argument */
	unsigned char rdonly;	/* SLICE: not to be written to */
	unsigned char no_key;	/* SLICE: the verifier takes it for no element's key or value */
};

enum { STAYS, OVERWRITTEN, RETURNED };		/* RETURNED: its function did */

/* O_FILE_DYN: what a file's dynptr and its clones share */
enum { O_MEM, O_SKB, O_RECORD, O_NODE, O_ITER, O_VMA_ITER, O_TASK_ITER, O_TASK, O_FILE,
       O_FILE_DYN, O_VMA };

struct obj {
	unsigned char kind;
	unsigned char alive;
	unsigned char owned;	/* the program has to release it */
	unsigned char node;	/* an skb in this node, a node in a list or tree; 0: in none */
	/* O_NODE: the RCU section, plus 1, in which it was given away; O_TASK_ITER: its own */
	unsigned char gen;
	unsigned char below;	/* the object with which it goes; 0: none */
	unsigned char drained;	/* an iterator has said that there is no more */
	unsigned char level;	/* for the generator: G.level when it was acquired */
};

#define IN_LIST		255	/* until the lock is given back, then it is gone */

/* It can be used, and is nobody else's. */
static inline bool live(const struct obj *o)
{
	return o->alive && !o->node;
}

#define WORDS		19	/* word w of a frame is at r10 - 8 * w */
#define FRAMES		3
#define OBJS		24
#define DYNS		40
#define DIRECT		(DYNS - 1)	/* a packet pointer is a slice of no dynptr */

struct frame {
	struct val reg[11];
	struct val word[WORDS];
	short fn, pc;
	short nobj;		/* how many objects there were at its start */
	short packet;		/* a global function has got memory of a packet */
};

struct state {
	struct frame f[FRAMES];
	struct obj obj[OBJS];
	unsigned char gone[DYNS];	/* of the dynptrs: how they went */
	unsigned char cur, nobj, ndyn, epoch;
	unsigned char rcu, section;	/* in an RCU section; how many have ended */
	unsigned char locked;		/* the lock of the list is held */
	short label;
	/* from here on not part of what the machine is */
	bool forced;
	unsigned char npath;
	unsigned long path;
};

#define MAX_STATES	96

extern struct oracle {
	/* all states of the program, each at the end of what there is of it */
	struct state *active, buffer[2][MAX_STATES];
	struct state parked[2 * MAX_STATES], work[MAX_STATES];
	int nactive, nparked, nwork;
	bool overflow;
	/* the worst that was seen, and the outcomes that lead to it */
	enum verdict verdict;
	unsigned long path;
	int npath;
	const char *why;
	int events;
	/* a replay takes the outcomes of path, and tells what it does */
	bool replay, trace;
} O;

/* Where the context of a program has the ends of the packet. */
static inline int ctx_data(void)
{
	return P.type == XDP ? offsetof(struct xdp_md, data) : offsetof(struct __sk_buff, data);
}

static inline int ctx_data_end(void)
{
	return P.type == XDP ? offsetof(struct xdp_md, data_end) :
			       offsetof(struct __sk_buff, data_end);
}

struct state oracle_start(void);
void oracle_run(void);
void oracle_merge(void);
void oracle_replay(bool trace);
bool has_clone(struct state *s, struct val *dyn);
bool there(struct state *s, int o);

/* steps.c */

#define OPS(x) \
	x(from_skb) x(from_mem) x(reserve) x(clone) x(slice) x(slice_rdwr) x(data) x(read) \
	x(write) x(memset) x(copy) x(probe) x(packet) x(pull) x(store) x(tail) x(head) \
	x(overwrite) x(submit) x(discard) x(drop) x(kfree) x(xchg_map) x(xchg_node) x(obj_new) \
	x(obj_drop) x(node_read) x(push) x(pop) x(tree_add) x(tree_first) x(tree_remove) \
	x(rcu) x(rcu_load) x(acquire) x(update) x(delete) x(lookup) \
	x(exe_file) x(put_file) x(from_file) x(discard_file) x(lender_new) x(lender_next) \
	x(lender_destroy) x(vm_file) x(lent_read) x(task_acquire) x(task_release) \
	x(iter_new) x(iter_next) x(iter_destroy) \
	x(spill) x(fill) x(deref) x(reload) x(call) x(global) x(branch) x(subprog_returns_slice)
#define OP(name) OP_##name,
enum { OPS(OP) NR_OPS };
extern const char * const op_names[];

/*
 * A frame's words: 1 the context (TC) or to_free (qdisc), 2 the context of a
 * qdisc and the iterator of others, 3 for bpf_dynptr_read(), 4 to 7 spills, from 8 on
 * dynptrs, in the last three an iterator that lends.
 * A holder is a place for a pointer: 0 to 3 are R6 to R9, 4 to 7 the spills.
 */
enum { W_ARG = 1, W_CTX, W_ITER = W_CTX, W_BUF, W_SPILL, W_DYN = 8, W_DYN_END = 16,
       W_LENDER = WORDS - 1 };
#define HOLDERS		8

extern struct generator {
	unsigned long rng;
	int level, own_level;	/* see no_release() */
	int labels;
	int step, inject_at;	/* at the step of that number something bad is done */
} G;

unsigned long mix(unsigned long x);
unsigned int rnd(unsigned int n);
bool chance(unsigned int percent);

struct fn *cur_fn(void);
void emit(struct bpf_insn insn);
void emit_call(enum callee c);
void emit_word(int reg, int w);
void emit_place(int reg, int p);
void get(int reg, int h);
void put(int h, int reg);

/*
 * A dynptr's place: a word of this frame, or HELD + h: the word to which h
 * points. Filled: it holds one; with bad one that is dead, or a slot that
 * bpf_ringbuf_submit_dynptr() has nulled.
 */
#define HELD	100

struct val *held(struct state *s, int h);
struct val *place(struct state *s, int p);
bool may_hold(int h, int kind);
int pick_obj(struct state *s, int kind, bool bad);
int pick_slice(struct state *s, bool rdonly);
int pick_dst(bool bad);
int pick_dyn(struct state *s, int kind, bool bad);
int pick_empty(struct state *s);
int pick_op(void);

bool emit_op(struct state *s, int op, bool bad);
bool emit_release(struct state *s, int obj, int except);
bool has_op(int op);

/* generator.c */

void program(unsigned long seed, unsigned int i);

/* kernel.c */

struct btf;
int find_type(struct btf *btf, const char *name, int kind);
int member_index(struct btf *btf, int id, const char *name);
void make_btf_and_maps(void);
void link_fns(void);
void print_program(void);
int load(unsigned int flags, int level, char *log, size_t size);

/* run.c */

struct result {
	bool done, flaw;	/* flaw: of the kernel, a verifier_bug() or a warning */
	bool ran, leak;		/* leak: a record or skb that nobody released is left behind */
	unsigned char verdict, type;
	short err;
	unsigned short runs, failed_allocs;
	unsigned long ops;
	char why[72];		/* the oracle's objection */
	char reason[120];	/* the last line of the verifier's log, without its digits */
};

#define LINEAR	100
#define BIG	6000	/* more than a page */

void setup_runs(void);
void announce(unsigned long seed, unsigned int i);
int run_program(int fd, struct result *r, bool show);

/* attach.c */

void make_turn(void);
void load_operators(struct btf *btf, int qdisc_ops);
void setup_attach(int ifindex, int sock);
int attach(int fd);
int trigger(void);
void detach(void);
bool packets_gone(void);

#endif
