/* SPDX-License-Identifier: GPL-2.0 */
/* What the two halves of the oracle, oracle.c and memory.c, have of each other. */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "fuzz.h"

static inline struct val num(int what)
{
	return (struct val){ .kind = NUM, .obj = what };
}

/* oracle.c */

void __attribute__((format(printf, 1, 2))) note(const char *fmt, ...);
void event(struct state *s, enum verdict v, const char *why);
bool choose(struct state *s);

/* memory.c */

int global_frame(struct state *s);
void write_word(struct state *s, int f, int w, struct val v);
struct val *find_dyn(struct state *s, struct val p);
struct val *use_dyn(struct state *s, struct val p);
struct val *iterator(struct state *s, struct val p);
bool may_go_on(struct state *s, struct val p);
bool usable(struct state *s, struct val v);
void deref(struct state *s, struct val v);
struct val slice(struct state *s, int obj, int dyn, bool any, bool rdonly);
int new_obj(struct state *s, int kind);
void kill_obj(struct state *s, int o);
void use_obj(struct state *s, int o);
void new_dyn(struct state *s, struct val dst, int obj, bool any);
void exec_call(struct state *s, const struct bpf_insn *insn);

/* lent.c */

bool lent_may_be_null(struct state *s, enum callee c);
struct val exec_lent(struct state *s, enum callee c, bool null);
struct val load_lent(struct state *s, struct val from, bool null);
bool deref_lent(struct state *s, struct val v);

#endif
