/*
 * kptr_freelist.pml: the pool's pcpu_freelist, with its lists
 *
 * Each CPU's head is an llist. Push is llist_add() on this CPU's head and takes
 * no lock; pop holds the head's lock around llist_del_first(), which makes it
 * the only remover: no ABA, and no node is freed while its next is read.
 * Poppers own what they pop; they push it back, or free it and allocate anew.
 *
 * Each option of the loop is one access of shared memory. Contexts 0 and 1: in
 * process context, on CPUs 0 and 1; 2 and 3: NMIs there, which end before the
 * interrupted context goes on. A pop that finds a lock held fails or waits.
 */
#define NODES	3
#ifndef MUTANT
#define MUTANT	0
#endif
#define POP_NO_LOCK	1
#define NIL	0

byte first[2];
bit lock[2];
byte next[NODES + 1];
bit listed[NODES + 1];	/* in a list; ghost */
bit owned[NODES + 1];	/* in the hand of a context; neither: freed */
bit nmi[2];

inline invariant()
{
	d_step {
		/* Each list ends, and holds nodes that are in it. */
		assert(!first[0] || listed[first[0]]);
		assert(!first[1] || listed[first[1]]);
		assert(!first[0] || first[0] != first[1]);
		assert(!(listed[1] && owned[1]) && !(listed[2] && owned[2]) && !(listed[3] && owned[3]));
		/* None is lost: all that is listed can be reached from a head. */
		r = 0; e = first[0];
		do
		:: e && r <= NODES -> assert(listed[e]); r++; e = next[e]
		:: else -> break
		od;
		e = first[1];
		do
		:: e && r <= NODES -> assert(listed[e]); r++; e = next[e]
		:: else -> break
		od;
		assert(r == listed[1] + listed[2] + listed[3]);
		r = 0; e = 0
	}
}
byte r, e;		/* of invariant(); 0 between steps */

#define STEP(g)	atomic { (g) ->
#define END	; invariant() }
#define cpu	(me & 1)
#define in_nmi	(me >> 1)
#define GO	(in_nmi || !nmi[cpu])
#define head	(cpu ^ i)

#define SEE	1
#define READ	2
#define SWAP	3
#define UNLOCK	4
#define LINK	5
#define PUSH	6
#define CHOOSE	7

proctype Ctx(byte me)
{
	byte pc, n, old, nxt;	/* n: owned node */
	bit i;

end_c:	do
	/* Begin: one that has a node pushes it, or keeps it and pops another no more. */
	:: STEP(!pc && GO && !nmi[cpu] && !n) nmi[cpu] = in_nmi; pc = CHOOSE END
	:: STEP(!pc && GO && !nmi[cpu] && n) nmi[cpu] = in_nmi; old = first[cpu]; pc = LINK END
	/* free it, allocate any that is free */
	:: STEP(!pc && GO && !nmi[cpu] && n)
		owned[n] = 0; n = 0
	   END
	:: STEP(!pc && GO && !nmi[cpu] && !n)
		if
		:: !listed[1] && !owned[1] -> n = 1
		:: !listed[2] && !owned[2] -> n = 2
		:: !listed[3] && !owned[3] -> n = 3
		:: else
		fi;
		owned[n] = n != 0
	   END

	/* pop: from this CPU's head on */
	:: STEP(pc == CHOOSE && GO)
		if
		:: first[head] && (!lock[head] || MUTANT == POP_NO_LOCK) ->
			lock[head] = (MUTANT != POP_NO_LOCK); pc = SEE
		:: (!first[head] || lock[head]) && !i -> i = 1
		:: (!first[head] || lock[head]) && i -> i = 0; pc = 0; nmi[cpu] = 0
		fi
	   END
	:: STEP(pc == SEE && GO) old = first[head]; pc = (old -> READ : UNLOCK) END
	:: STEP(pc == READ && GO)
		assert(listed[old]);	/* not freed, nobody else's */
		nxt = next[old]; pc = SWAP
	   END
	:: STEP(pc == SWAP && GO)
		if
		:: first[head] == old ->
			first[head] = nxt; n = old; listed[n] = 0; owned[n] = 1;
			pc = UNLOCK
		:: else -> old = first[head]; pc = (old -> READ : UNLOCK)
		fi;
		nxt = 0
	   END
	:: STEP(pc == UNLOCK && GO)
		lock[head] = 0; i = 0; pc = 0; old = 0; nmi[cpu] = 0
	   END

	/* push: llist_add() */
	:: STEP(pc == LINK && GO) next[n] = old; pc = PUSH END
	:: STEP(pc == PUSH && GO)
		if
		:: first[cpu] == old ->
			first[cpu] = n; owned[n] = 0; listed[n] = 1;
			n = 0; old = 0; pc = 0; nmi[cpu] = 0
		:: else -> old = first[cpu]; pc = LINK
		fi
	   END
	od
}
#undef head

init { atomic { run Ctx(0); run Ctx(1); run Ctx(2); run Ctx(3) } }
