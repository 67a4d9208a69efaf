// SPDX-License-Identifier: GPL-2.0
/* What the kernel is given, and what it says of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include "fuzz.h"

int ringbuf_fd, mem_fd, list_fd, hash_fd, kptr_fd[NR_TYPES], node_id[NR_TYPES];
int member_offset[NR_STRUCTS], vm_file_offset;
int prog_btf_fd;
static int func_id, global_id[NR_TYPES], enqueue_idx, qdisc_ops_id, lsm_hook_id;

struct callee_desc callees[NR_CALLEES] = {
	[C_RAND] = { "bpf_get_prandom_u32", BPF_FUNC_get_prandom_u32 },
	[C_FROM_MEM] = { "bpf_dynptr_from_mem", BPF_FUNC_dynptr_from_mem },
	[C_RESERVE] = { "bpf_ringbuf_reserve_dynptr", BPF_FUNC_ringbuf_reserve_dynptr },
	[C_DATA] = { "bpf_dynptr_data", BPF_FUNC_dynptr_data },
	[C_READ] = { "bpf_dynptr_read", BPF_FUNC_dynptr_read },
	[C_WRITE] = { "bpf_dynptr_write", BPF_FUNC_dynptr_write },
	[C_SUBMIT] = { "bpf_ringbuf_submit_dynptr", BPF_FUNC_ringbuf_submit_dynptr },
	[C_DISCARD] = { "bpf_ringbuf_discard_dynptr", BPF_FUNC_ringbuf_discard_dynptr },
	[C_XCHG] = { "bpf_kptr_xchg", BPF_FUNC_kptr_xchg },
	[C_PULL] = { "bpf_skb_pull_data", BPF_FUNC_skb_pull_data },
	[C_STORE] = { "bpf_skb_store_bytes", BPF_FUNC_skb_store_bytes },
	[C_CHANGE_TAIL] = { "bpf_skb_change_tail", BPF_FUNC_skb_change_tail },
	[C_CHANGE_HEAD] = { "bpf_skb_change_head", BPF_FUNC_skb_change_head },
	[C_ADJUST_TAIL] = { "bpf_xdp_adjust_tail", BPF_FUNC_xdp_adjust_tail },
	[C_ADJUST_HEAD] = { "bpf_xdp_adjust_head", BPF_FUNC_xdp_adjust_head },
	[C_XDP_PULL] = { "bpf_xdp_pull_data" },
	[C_MEMSET] = { "bpf_dynptr_memset" },
	[C_COPY] = { "bpf_dynptr_copy" },
	[C_PROBE_KERNEL] = { "bpf_probe_read_kernel_dynptr" },
	[C_PROBE_USER] = { "bpf_probe_read_user_dynptr" },
	[C_PROBE_KERNEL_STR] = { "bpf_probe_read_kernel_str_dynptr" },
	[C_PROBE_USER_STR] = { "bpf_probe_read_user_str_dynptr" },
	[C_LOCK] = { "bpf_spin_lock", BPF_FUNC_spin_lock },
	[C_UNLOCK] = { "bpf_spin_unlock", BPF_FUNC_spin_unlock },
	[C_PUSH_FRONT] = { "bpf_list_push_front_impl" },
	[C_PUSH_BACK] = { "bpf_list_push_back_impl" },
	[C_POP_FRONT] = { "bpf_list_pop_front" },
	[C_POP_BACK] = { "bpf_list_pop_back" },
	[C_TREE_ADD] = { "bpf_rbtree_add_impl" },
	[C_TREE_FIRST] = { "bpf_rbtree_first" },
	[C_TREE_REMOVE] = { "bpf_rbtree_remove" },
	[C_RCU_LOCK] = { "bpf_rcu_read_lock" },
	[C_RCU_UNLOCK] = { "bpf_rcu_read_unlock" },
	[C_ACQUIRE] = { "bpf_refcount_acquire_impl" },
	[C_ITER_NEW] = { "bpf_iter_num_new" },
	[C_ITER_NEXT] = { "bpf_iter_num_next" },
	[C_ITER_DESTROY] = { "bpf_iter_num_destroy" },
	[C_FROM_XDP] = { "bpf_dynptr_from_xdp" },
	[C_FROM_SKB] = { "bpf_dynptr_from_skb" },
	[C_CLONE] = { "bpf_dynptr_clone" },
	[C_SLICE] = { "bpf_dynptr_slice" },
	[C_SLICE_RDWR] = { "bpf_dynptr_slice_rdwr" },
	[C_DROP] = { "bpf_qdisc_skb_drop" },
	[C_KFREE] = { "bpf_kfree_skb" },
	[C_OBJ_NEW] = { "bpf_obj_new_impl" },
	[C_OBJ_DROP] = { "bpf_obj_drop_impl" },
	[C_UPDATE] = { "bpf_map_update_elem", BPF_FUNC_map_update_elem },
	[C_DELETE] = { "bpf_map_delete_elem", BPF_FUNC_map_delete_elem },
	[C_LOOKUP] = { "bpf_map_lookup_elem", BPF_FUNC_map_lookup_elem },
	[C_CURRENT] = { "bpf_get_current_task_btf", BPF_FUNC_get_current_task_btf },
	[C_TASK_ACQUIRE] = { "bpf_task_acquire" },
	[C_TASK_RELEASE] = { "bpf_task_release" },
	[C_EXE_FILE] = { "bpf_get_task_exe_file" },
	[C_PUT_FILE] = { "bpf_put_file" },
	[C_FROM_FILE] = { "bpf_dynptr_from_file" },
	[C_FILE_DISCARD] = { "bpf_dynptr_file_discard" },
	[C_VMA_NEW] = { "bpf_iter_task_vma_new" },
	[C_VMA_NEXT] = { "bpf_iter_task_vma_next" },
	[C_VMA_DESTROY] = { "bpf_iter_task_vma_destroy" },
	[C_TASK_NEW] = { "bpf_iter_task_new" },
	[C_TASK_NEXT] = { "bpf_iter_task_next" },
	[C_TASK_DESTROY] = { "bpf_iter_task_destroy" },
};

enum callee callee_of(const struct bpf_insn *insn)
{
	enum callee c;

	for (c = 0; c < NR_CALLEES; c++)
		if (insn->src_reg == BPF_PSEUDO_KFUNC_CALL ? callees[c].btf_id == insn->imm :
							     callees[c].helper == insn->imm)
			return c;
	die("a call of unknown function %d", insn->imm);
}

/* The order of all trees: nothing is less than anything. It comes behind the functions. */
static const struct bpf_insn less[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

static struct bpf_insn linked[MAX_FNS * MAX_INSNS + ARRAY_SIZE(less)];
static int start[MAX_FNS + 1], nlinked;
static bool has_less;

void link_fns(void)
{
	struct bpf_insn *insn;
	int f, i;

	for (f = 0, nlinked = 0; f < P.nfns; f++) {
		start[f] = nlinked;
		memcpy(linked + nlinked, P.fn[f].insn, P.fn[f].n * sizeof(*linked));
		nlinked += P.fn[f].n;
	}
	start[f] = nlinked;
	has_less = false;
	for (i = 0, insn = linked; i < nlinked; i++, insn++) {
		if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL)
			insn->imm = start[insn->imm] - i - 1;
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_FUNC) {
			insn->imm = nlinked - i - 1;
			has_less = true;
		}
	}
	if (has_less) {
		memcpy(linked + nlinked, less, sizeof(less));
		nlinked += ARRAY_SIZE(less);
	}
}

static void print_insn(int i)
{
	const struct bpf_insn *insn = &linked[i];
	int to = i + 1 + insn->off;

	printf("%4d: ", i);
	switch (insn->code) {
	case BPF_ALU64 | BPF_MOV | BPF_K:
		printf("r%d = %d\n", insn->dst_reg, insn->imm);
		break;
	case BPF_ALU64 | BPF_MOV | BPF_X:
		printf("r%d = r%d\n", insn->dst_reg, insn->src_reg);
		break;
	case BPF_ALU64 | BPF_ADD | BPF_K:
		printf("r%d += %d\n", insn->dst_reg, insn->imm);
		break;
	case BPF_ALU64 | BPF_ADD | BPF_X:
		printf("r%d += r%d\n", insn->dst_reg, insn->src_reg);
		break;
	case BPF_LD | BPF_IMM | BPF_DW:
		printf("r%d = %s\n", insn->dst_reg,
		       insn->src_reg == BPF_PSEUDO_FUNC ? "less()" :
		       insn->imm == ringbuf_fd ? "ring buffer map" :
		       insn->imm == list_fd ? "value of list map" :
		       insn->imm == hash_fd ? "hash map" :
		       insn->imm == kptr_fd[P.type] ? "value of kptr map" : "value of map");
		break;
	case BPF_LDX | BPF_MEM | BPF_DW:
	case BPF_LDX | BPF_MEM | BPF_W:
	case BPF_LDX | BPF_MEM | BPF_B:
		printf("r%d = *(u%d *)(r%d %+d)\n", insn->dst_reg,
		       BPF_SIZE(insn->code) == BPF_B ? 8 : BPF_SIZE(insn->code) == BPF_W ? 32 : 64,
		       insn->src_reg, insn->off);
		break;
	case BPF_STX | BPF_MEM | BPF_DW:
		printf("*(u64 *)(r%d %+d) = r%d\n", insn->dst_reg, insn->off, insn->src_reg);
		break;
	case BPF_ST | BPF_MEM | BPF_DW:
		printf("*(u64 *)(r%d %+d) = %d\n", insn->dst_reg, insn->off, insn->imm);
		break;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JNE | BPF_K:
		printf("if r%d %s 0 goto %d\n", insn->dst_reg,
		       BPF_OP(insn->code) == BPF_JEQ ? "==" : "!=", to);
		break;
	case BPF_JMP | BPF_JGT | BPF_X:
		printf("if r%d > r%d goto %d\n", insn->dst_reg, insn->src_reg, to);
		break;
	case BPF_JMP | BPF_JA:
		printf("goto %d\n", to);
		break;
	case BPF_JMP | BPF_EXIT:
		printf("exit\n");
		break;
	default:
		if (insn->src_reg == BPF_PSEUDO_CALL)
			printf("call %d\n", i + 1 + insn->imm);
		else
			printf("call %s\n", callees[callee_of(insn)].name);
	}
}

void print_program(void)
{
	int f, i;

	for (f = 0; f < P.nfns; f++) {
		printf("function %d%s:\n", f, P.fn[f].global ? ", global" : "");
		for (i = start[f]; i < start[f] + P.fn[f].n; i++) {
			print_insn(i);
			if (linked[i].code == (BPF_LD | BPF_IMM | BPF_DW))
				i++;
		}
	}
}

/* The program that is linked, or the error with which the kernel refuses it. */
int load(unsigned int flags, int level, char *log, size_t size)
{
	static const enum bpf_prog_type types[] = {
		[TC] = BPF_PROG_TYPE_SCHED_CLS,
		[QDISC] = BPF_PROG_TYPE_STRUCT_OPS,
		[XDP] = BPF_PROG_TYPE_XDP,
		[SYSCALL] = BPF_PROG_TYPE_SYSCALL,
		[LSM] = BPF_PROG_TYPE_LSM,
	};
	struct bpf_func_info info[MAX_FNS + 1];
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		.prog_flags = flags, .log_level = level, .log_buf = log, .log_size = size,
		.prog_btf_fd = prog_btf_fd, .func_info = info, .func_info_cnt = P.nfns + has_less,
		.func_info_rec_size = sizeof(*info), .attempts = 1);
	int f, fd;

	for (f = 0; f < P.nfns + has_less; f++)
		info[f] = (struct bpf_func_info){
			.insn_off = start[f],
			.type_id = f < P.nfns && P.fn[f].global ? global_id[P.type] : func_id,
		};
	if (P.type == XDP)
		opts.prog_flags |= BPF_F_XDP_HAS_FRAGS;
	if (P.type == SYSCALL || P.type == LSM)
		opts.prog_flags |= BPF_F_SLEEPABLE;
	if (P.type == LSM) {
		opts.attach_btf_id = lsm_hook_id;
		opts.expected_attach_type = BPF_LSM_MAC;
	}
	if (P.type == QDISC) {
		opts.attach_btf_id = qdisc_ops_id;
		opts.expected_attach_type = enqueue_idx;
	}
	*log = 0;
	fd = bpf_prog_load(types[P.type], NULL, "GPL", linked, nlinked, &opts);
	return fd;
}

static void add_longs(struct btf *btf, int type, int n)
{
	char name[] = "a";
	int i;

	for (i = 0; i < n; i++, name[0]++)
		btf__add_field(btf, name, type, 64 * i, 0);
}

int find_type(struct btf *btf, const char *name, int kind)
{
	int id = btf__find_by_name_kind(btf, name, kind);

	if (id < 0)
		die("the kernel has no %s", name);
	return id;
}

/* The number of a member; -1: not there */
int member_index(struct btf *btf, int id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int i;

	for (i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return i;
	return -1;
}

/* The bytes before a member, in the struct or in one of its nameless ones; -1: not there */
static int find_member(struct btf *btf, int id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const struct btf_member *m = btf_members(t);
	int i, inner;

	for (i = 0; i < btf_vlen(t); i++, m++) {
		const char *s = btf__name_by_offset(btf, m->name_off);

		if (!strcmp(s, name))
			return btf_member_bit_offset(t, i) / 8;
		if (*s || !btf_is_composite(btf__type_by_id(btf, m->type)))
			continue;
		inner = find_member(btf, m->type, name);
		if (inner >= 0)
			return btf_member_bit_offset(t, i) / 8 + inner;
	}
	return -1;
}

static void find_offsets(struct btf *btf)
{
	static const struct {
		const char *type, *member;
	} names[] = {
		[VMA] = { "vm_area_struct", "vm_start" },
		[TASK_STRUCT] = { "task_struct", "pid" },
		[FILE_STRUCT] = { "file", "f_flags" },
	};
	int i, vma = find_type(btf, "vm_area_struct", BTF_KIND_STRUCT);

	for (i = 0; i < NR_STRUCTS; i++) {
		member_offset[i] = find_member(btf, find_type(btf, names[i].type, BTF_KIND_STRUCT),
					       names[i].member);
		if (member_offset[i] < 0)
			die("struct %s has no %s", names[i].type, names[i].member);
	}
	vm_file_offset = find_member(btf, vma, "vm_file");
	if (vm_file_offset < 0)
		die("struct vm_area_struct has no vm_file");
}

void make_btf_and_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	static const char * const contexts[NR_TYPES] = { [TC] = "__sk_buff", [XDP] = "xdp_md" };
	int i, skb, proto, ptr, num_id, long_id, dynptr, mem, refcount, value_id;
	int link, lock, head, tree, root, list_id;
	struct btf *vmlinux, *btf;
	enum callee c;

	vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		die("no BTF of the kernel: %s", strerror(errno));
	for (c = 0; c < NR_CALLEES; c++) {
		if (callees[c].helper)
			continue;
		callees[c].btf_id = find_type(vmlinux, callees[c].name, BTF_KIND_FUNC);
	}
	find_offsets(vmlinux);
	lsm_hook_id = find_type(vmlinux, "bpf_lsm_file_receive", BTF_KIND_FUNC);
	qdisc_ops_id = find_type(vmlinux, "Qdisc_ops", BTF_KIND_STRUCT);
	enqueue_idx = member_index(vmlinux, qdisc_ops_id, "enqueue");
	if (enqueue_idx < 0)
		die("struct Qdisc_ops has no enqueue");

	btf = btf__new_empty();
	num_id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	long_id = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	skb = btf__add_struct(btf, "sk_buff", 0);
	ptr = btf__add_ptr(btf, btf__add_type_tag(btf, "kptr", skb));
	node_id[QDISC] = btf__add_struct(btf, "node", 8);
	btf__add_field(btf, "skb", ptr, 0, 0);
	refcount = btf__add_struct(btf, "bpf_refcount", 4);
	btf__add_field(btf, "val", num_id, 0, 0);
	link = btf__add_struct(btf, "bpf_list_node", 24);
	add_longs(btf, long_id, 3);
	tree = btf__add_struct(btf, "bpf_rb_node", 32);
	add_longs(btf, long_id, 4);
	lock = btf__add_struct(btf, "bpf_spin_lock", 4);
	btf__add_field(btf, "val", num_id, 0, 0);
	head = btf__add_struct(btf, "bpf_list_head", 16);
	add_longs(btf, long_id, 2);
	root = btf__add_struct(btf, "bpf_rb_root", 16);
	add_longs(btf, long_id, 2);
	node_id[SYSCALL] = btf__add_struct(btf, "refcounted", 72);
	btf__add_field(btf, "key", long_id, 0, 0);
	btf__add_field(btf, "ref", refcount, 64, 0);
	btf__add_field(btf, "link", link, 8 * NODE_LINK, 0);
	btf__add_field(btf, "tree", tree, 8 * NODE_TREE, 0);
	ptr = btf__add_ptr(btf, btf__add_type_tag(btf, "kptr", node_id[SYSCALL]));
	value_id = btf__add_struct(btf, "value", 8);
	btf__add_field(btf, "node", ptr, 0, 0);
	list_id = btf__add_struct(btf, "list", 40);
	btf__add_field(btf, "lock", lock, 0, 0);
	btf__add_field(btf, "head", head, 8 * LIST_HEAD, 0);
	btf__add_field(btf, "root", root, 8 * TREE_ROOT, 0);
	btf__add_decl_tag(btf, "contains:refcounted:link", list_id, 1);
	btf__add_decl_tag(btf, "contains:refcounted:tree", list_id, 2);
	proto = btf__add_func_proto(btf, num_id);
	func_id = btf__add_func(btf, "f", BTF_FUNC_STATIC, proto);
	dynptr = btf__add_ptr(btf, btf__add_struct(btf, "bpf_dynptr", 16));
	mem = btf__add_struct(btf, "mem", 8);
	btf__add_field(btf, "val", long_id, 0, 0);
	mem = btf__add_ptr(btf, mem);
	for (i = 0; i < NR_TYPES; i++) {
		if (!contexts[i])
			continue;
		ptr = btf__add_ptr(btf, btf__add_struct(btf, contexts[i], 0));
		proto = btf__add_func_proto(btf, num_id);
		btf__add_func_param(btf, "ctx", ptr);
		btf__add_func_param(btf, "d", dynptr);
		btf__add_func_param(btf, "p", mem);
		btf__add_func_param(btf, "q", mem);
		global_id[i] = btf__add_func(btf, "g", BTF_FUNC_GLOBAL, proto);
	}
	if (btf__load_into_kernel(btf))
		die("cannot load BTF: %s", strerror(errno));
	prog_btf_fd = btf__fd(btf);

	ringbuf_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ringbuf", 0, 0, RING_SIZE, NULL);
	mem_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mem", 4, 64, 1, NULL);
	hash_fd = bpf_map_create(BPF_MAP_TYPE_HASH, "hash", 8, 8, HASH_ENTRIES, NULL);
	opts.btf_fd = prog_btf_fd;
	opts.btf_key_type_id = num_id;
	opts.btf_value_type_id = node_id[QDISC];
	kptr_fd[QDISC] = bpf_map_create(BPF_MAP_TYPE_ARRAY, "skb", 4, 8, 1, &opts);
	opts.btf_value_type_id = value_id;
	kptr_fd[SYSCALL] = bpf_map_create(BPF_MAP_TYPE_ARRAY, "node", 4, 8, 1, &opts);
	opts.btf_value_type_id = list_id;
	list_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "list", 4, 40, 1, &opts);
	if (ringbuf_fd < 0 || mem_fd < 0 || hash_fd < 0 || list_fd < 0 || kptr_fd[QDISC] < 0 ||
	    kptr_fd[SYSCALL] < 0)
		die("cannot create a map: %s", strerror(errno));
	load_operators(vmlinux, qdisc_ops_id);
	btf__free(vmlinux);
}
