/*
 * kptr_posted.pml: the accounting of the patches posted before this series, in
 * which a review found races that the series must not have: jobs in one global
 * llist with several consumers, and three global counters. refs: kptrs in map
 * values, used: jobs in use, total: jobs there are. An NMI that tears a value
 * down must find an idle job, as there should be total - used >= refs of them.
 *
 * RACE tells which operation is not one step here, but one access of shared
 * memory a step: spin must find an error in each, and none without.
 */
#define RACE_POP	1	/* llist_del_first(): ABA */
#define RACE_INSTALL	2	/* used is read before refs is raised */
#define RACE_TRIM	3	/* a snapshot of the counters, then the pop */
#ifndef RACE
#define RACE	0
#endif

#define NODES	3
#define SLOTS	3

byte first, next[NODES + 1];
bit listed[NODES + 1], queued[NODES + 1];	/* neither: freed, or in a hand */
bit hand[NODES + 1];
bit slot[SLOTS];
byte refs, used, total;
bit nmi;	/* N(0) runs: P stands still */

inline push(n)
{
	next[n] = first; first = n; hand[n] = 0; listed[n] = 1
}

/* A list that leads to a node which is not in it is the end of it. */
inline take(n, to)
{
	assert(listed[n]);
	first = to; listed[n] = 0; hand[n] = 1;
	assert(!first || listed[first])
}

inline allocate(n)
{
	if
	:: !listed[1] && !queued[1] && !hand[1] -> n = 1
	:: !listed[2] && !queued[2] && !hand[2] -> n = 2
	:: !listed[3] && !queued[3] && !hand[3] -> n = 3
	fi;
	hand[n] = 1; total++
}

inline choose(s)
{
	if
	:: s = 0
	:: s = 1
	:: s = 2
	fi
}

inline trim()
{
	n = first; take(n, next[n]); hand[n] = 0; total--; surplus--; n = 0
}

inline install(s, u, n)
{
	refs++;
	if
	:: total < refs + u && total < NODES -> allocate(n); push(n); slot[s] = 1
	:: total < refs + u && total == NODES -> refs--	/* the model's memory is full */
	:: else -> slot[s] = 1
	fi;
	s = 0; u = 0; n = 0
}

/* A program on CPU 0 installs a kptr in an empty slot, or takes one out of a slot. */
proctype Process()
{
	byte s, u, n;
	bit busy;

end_p:	do
	:: atomic { !busy && !nmi && !(slot[0] && slot[1] && slot[2]) ->
		if
		:: !slot[0] -> s = 0
		:: !slot[1] -> s = 1
		:: !slot[2] -> s = 2
		fi;
		u = used;
		if
		:: RACE == RACE_INSTALL -> busy = 1
		:: else -> install(s, u, n)
		fi
	   }
	:: atomic { busy && !nmi -> busy = 0; install(s, u, n) }
	:: atomic { !busy && !nmi && (slot[0] || slot[1] || slot[2]) ->
		choose(s);
		if
		:: slot[s] -> slot[s] = 0; refs--
		:: else
		fi;
		s = 0
	   }
	od
}

/* The job that was popped is queued, or if the kptr has gone meanwhile, not needed. */
inline tear_down(s, n)
{
	if
	:: slot[s] -> slot[s] = 0; refs--; used++; hand[n] = 0; queued[n] = 1
	:: else -> push(n)
	fi
}

#define SEE	1
#define READ	2
#define SWAP	3

/* An NMI on CPU 0, which stops Process(), or on CPU 1. */
proctype Nmi(bit cpu)
{
	byte s, n, old, to, pc;

end_n:	do
	:: atomic { !pc && (slot[0] || slot[1] || slot[2]) ->
		choose(s);
		if
		:: slot[s] && RACE == RACE_POP -> pc = SEE; nmi = nmi | !cpu
		:: slot[s] && RACE != RACE_POP ->
			/* What the accounting is for */
			assert(first);
			n = first; take(n, next[n]); tear_down(s, n)
		:: else
		fi;
		s = (pc -> s : 0); n = 0
	   }
	:: atomic { pc == SEE -> old = first; pc = (old -> READ : 0); nmi = nmi & (cpu || pc != 0) }
	:: atomic { pc == READ -> to = next[old]; pc = SWAP }
	:: atomic { pc == SWAP ->
		if
		:: first == old -> n = old; take(n, to); tear_down(s, n); pc = 0; nmi = nmi & cpu
		:: else -> pc = SEE
		fi;
		n = 0; old = 0; to = 0; s = (pc -> s : 0)
	   }
	od
}

/* In process context on CPU 1: a job is done; then what there is too much of goes. */
proctype Worker()
{
	byte n, surplus;

end_w:	do
	:: atomic { !surplus && (queued[1] || queued[2] || queued[3]) ->
		if
		:: queued[1] -> n = 1
		:: queued[2] -> n = 2
		:: queued[3] -> n = 3
		fi;
		queued[n] = 0; hand[n] = 1; push(n); used--; n = 0
	   }
	:: atomic { !surplus && RACE != RACE_POP && total > refs + used ->
		if
		:: RACE == RACE_TRIM -> surplus = total - refs - used
		:: else -> surplus = 1; trim()
		fi
	   }
	:: atomic { surplus && first -> trim() }
	:: atomic { surplus && !first -> surplus = 0 }
	od
}

init { atomic { run Process(); run Nmi(0); run Nmi(1); run Worker() } }
