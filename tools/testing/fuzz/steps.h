/* SPDX-License-Identifier: GPL-2.0 */
/* What steps.c, objects.c and files.c have of each other. */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include "fuzz.h"

/* steps.c */

void emit_ld(int reg, int pseudo, int fd);
void put_null(int h);
int skip_if_null(int reg);
void skip_end(int from);
bool no_release(struct state *s, int obj);
void look_sometimes(void);
bool op_give_back(struct state *s, int h, enum callee c);
bool op_dyn_of(int h, int p, enum callee c);

/* objects.c */

bool op_xchg(struct state *s, int op, bool bad);
bool op_rcu_load(bool bad);
bool op_acquire(struct state *s, bool bad);
bool op_node_read(struct state *s, bool bad);
bool op_push(struct state *s, bool tree, bool bad);
bool op_pop(bool bad);
bool op_tree(bool remove, bool bad);
bool op_iter(struct state *s, int op, bool bad);
bool op_map(struct state *s, int op, bool bad);

/* files.c */

bool op_exe_file(bool bad);
bool op_release_held(struct state *s, int kind, enum callee c, bool bad);
bool op_end_file(struct state *s);
bool op_from_file(struct state *s, bool bad);
bool op_discard_file(struct state *s, int p);
bool op_lender(struct state *s, int op, bool bad);
bool op_vm_file(struct state *s, bool bad);
bool op_lent_read(struct state *s, bool bad);
bool op_task_acquire(struct state *s, bool bad);

#endif
