/*
 * kptr_reserve.pml: a CPU's reserve of jobs, with its list
 *
 * An llist, from which only contexts of that CPU take, with llist_del_first(). What
 * makes each of them the only one is a flag that is not waited for: who finds it
 * set gets none. The nodes come back with llist_add(), which takes no flag, from
 * the worker, which may run on another CPU, or from a taker that found no kptr.
 *
 * Each option of the loop is one access of shared memory. Contexts 0 and 1: tasks,
 * which may preempt each other anywhere, being pinned to the CPU; 2: an interrupt,
 * and 3: an NMI; those below stand still until they have ended. 4: the worker.
 */
#define NODES	3
#ifndef MUTANT
#define MUTANT	0
#endif
#define NO_FLAG		1
#define UNLOCK_EARLY	2	/* the flag is cleared before the node is off the list */
#define BUSY_UNSEEN	3
#define NIL	0

byte first = 1;
bit busy;
byte next[NODES + 1];
bit listed[NODES + 1];	/* ghost */
bit owned[NODES + 1];	/* in the hand of a context; neither: queued for the worker */
bit intr[2];		/* the interrupt, the NMI runs */

byte r, e;		/* of invariant(); 0 between steps */
inline invariant()
{
	d_step {
		assert(!first || listed[first]);
		assert(!(listed[1] && owned[1]) && !(listed[2] && owned[2]) && !(listed[3] && owned[3]));
		/* None is lost, and the list ends: all that is listed can be reached. */
		r = 0; e = first;
		do
		:: e && r <= NODES -> assert(listed[e]); r++; e = next[e]
		:: else -> break
		od;
		assert(r == listed[1] + listed[2] + listed[3]);
		r = 0; e = 0
	}
}

#define STEP(g)	atomic { (g) ->
#define END	; invariant() }
#define GO	(me >= 3 || (!intr[1] && (me == 2 || !intr[0])))

#define CLAIM	1
#define SEE	2
#define READ	3
#define SWAP	4
#define UNLOCK	5
#define DECIDE	6
#define LINK	7
#define PUSH	8

inline enter()
{
	if
	:: me == 2 -> intr[0] = 1
	:: me == 3 -> intr[1] = 1
	:: else
	fi
}
inline leave()
{
	pc = 0; n = 0; old = 0; nxt = 0;
	if
	:: me == 2 -> intr[0] = 0
	:: me == 3 -> intr[1] = 0
	:: else
	fi
}

proctype Ctx(byte me)
{
	byte pc, n, old, nxt;

end_c:	do
	:: STEP(me < 4 && !pc && GO && !(me == 3 && intr[1])) enter(); pc = CLAIM END
	:: STEP(pc == CLAIM && GO)
		if
		:: MUTANT == NO_FLAG -> pc = SEE
		:: MUTANT != NO_FLAG && !busy -> busy = 1; pc = SEE
		:: MUTANT != NO_FLAG && busy ->
			assert(MUTANT != BUSY_UNSEEN);	/* that a search comes here */
			leave()
		fi
	   END
	/* llist_del_first() */
	:: STEP(pc == SEE && GO) old = first; pc = (old -> READ : UNLOCK) END
	:: STEP(pc == READ && GO)
		nxt = next[old]; pc = SWAP;
		if
		:: MUTANT == UNLOCK_EARLY -> busy = 0
		:: else
		fi
	   END
	:: STEP(pc == SWAP && GO)
		if
		:: first == old -> first = nxt; n = old; listed[n] = 0; owned[n] = 1; pc = UNLOCK
		:: else -> old = first; pc = (old -> READ : UNLOCK)
		fi;
		nxt = 0
	   END
	:: STEP(pc == UNLOCK && GO)
		busy = 0; old = 0;
		if
		:: n -> pc = DECIDE
		:: else -> leave()
		fi
	   END
	/* The slot had a kptr: its job is queued. Or it had none any more. */
	:: STEP(pc == DECIDE && GO) owned[n] = 0; leave() END
	:: STEP(pc == DECIDE && GO) old = first; pc = LINK END

	/* The worker has done a job. */
	:: STEP(me == 4 && !pc && (!listed[1] && !owned[1] || !listed[2] && !owned[2] || !listed[3] && !owned[3]))
		if
		:: !listed[1] && !owned[1] -> n = 1
		:: !listed[2] && !owned[2] -> n = 2
		:: !listed[3] && !owned[3] -> n = 3
		fi;
		owned[n] = 1; old = first; pc = LINK
	   END
	/* llist_add() */
	:: STEP(pc == LINK && GO) next[n] = old; pc = PUSH END
	:: STEP(pc == PUSH && GO)
		if
		:: first == old -> first = n; owned[n] = 0; listed[n] = 1; leave()
		:: else -> old = first; pc = LINK
		fi
	   END
	od
}

init
{
	atomic {
		next[1] = 2; next[2] = 3;
		listed[1] = 1; listed[2] = 1; listed[3] = 1;
		run Ctx(0); run Ctx(1); run Ctx(2); run Ctx(3); run Ctx(4)
	}
}
