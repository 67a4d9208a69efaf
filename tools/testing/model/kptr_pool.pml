/*
 * kptr_pool.pml: the pool of jobs that takes kptr destructors to process context
 *
 * A destructor kptr in a map value (there are K) needs a node when the value is
 * torn down, in whatever context. nodes = idle + in hand + queued. spare, per CPU,
 * counts nodes that no kptr needs; negative, it is a deficit.
 *
 *	nodes >= K + sum(spare)		at every instruction, NMI included
 *
 * Where a pop fails all the same, the CPU's reserve of RES nodes is for it, which
 * are not counted above. Its takers exclude each other with a flag (busy); one that
 * comes upon it gets none. Tasks that preempt each other: kptr_reserve.pml.
 *
 * Each option of the loops below is ONE visible instruction (an atomic, a lock,
 * an unlock); what only its own context can see is merged with the instruction
 * next to it. Nothing counts steps: contexts go round until 'quiet', so a full
 * search covers histories of any length over 3 kptrs, 2 slots and MAXN nodes;
 * with OPS, that many operations from any start at rest. An install's allocation
 * may fail at any time, and does beyond MAXN.
 *
 * P(c): a program in process context on CPU c. N(c): an interrupt or NMI there; P(c)
 * stands still until it has ended. W(c): the worker of CPU c, which an unbound
 * workqueue runs anywhere; it is let run beside any NMI, which is more than can
 * happen. A pop that finds a lock held fails, or waits (is not scheduled).
 *
 * The freelist is two counts here, a reserve is one. That they behave as counts is
 * what kptr_freelist.pml and kptr_reserve.pml show.
 *
 * Which contexts there are and what they do: -D of the macros below; model.sh
 * has the configurations.
 */
#ifndef PROC0
#define PROC0	0	/* what P(0) does: a sum of the OP_ below, 0: it does not exist */
#endif
#ifndef PROC1
#define PROC1	0
#endif
#ifndef NMI0
#define NMI0	0
#endif
#ifndef NMI1
#define NMI1	0
#endif
#ifndef OFFLINE
#define OFFLINE	0	/* CPU 1 may go away */
#endif
#ifndef WFAIL
#define WFAIL	0	/* the worker's GFP_KERNEL allocation may fail */
#endif
#ifndef MAXN
#define MAXN	4
#endif
#ifndef LOW
#define LOW	0
#endif
#ifndef HIGH
#define HIGH	1
#endif
#ifndef RES
#define RES	0	/* jobs in a CPU's reserve */
#endif
#ifndef LAST
#define LAST	0	/* N(c) tears down for good: without a node the destructor runs there */
#endif
#ifndef NOFAIL
#define NOFAIL	0	/* an install's allocation fails beyond MAXN only */
#endif
#ifndef OPS
#define OPS	0	/* operations in all, from any start at rest; 0: no limit, from an empty pool */
#endif
#define OP_INSTALL	1	/* bpf_kptr_xchg(slot, kptr), a swap if the slot has one */
#define OP_REMOVE	2	/* bpf_kptr_xchg(slot, NULL) */
#define OP_TEARDOWN	4	/* node, slot, queue */

/* Mutants; model.sh says which finding each one is. */
#define INSTALL_LATE	1
#define TRIM_UNCLAIMED	2
#define TOKEN_FIRST	3
#define SLOT_FIRST	4
#define NOT_COUNTED	5
#define NOT_DRAINED	6
#define TRIM_DEC	7
#define TRIM_STOP	8
#define INLINE_IN_NMI	9
#define GIVE_QUIET	10
#define TAKE_PLAIN	11
#define TAKE_UNSEEN	12
#define RES_UNSEEN	13
#define BUSY_UNSEEN	14
#define RES_TO_POOL	15
#ifndef MUTANT
#define MUTANT	0
#endif

/* Where a kptr is. */
#define NOWHERE	0
#define HAND	1
#define SLOT	2
#define QUEUED	3

byte slot[2];		/* kptr 1..3, 0: NULL */
byte place[4];
byte nodes;		/* allocated and not freed */
byte idle[2];		/* in the freelist's two heads */
bit lock[2];		/* of the heads; only pops take it */
byte hand;		/* nodes that a teardown has popped and not queued */
byte reserve[2];
byte reserves[2];	/* nodes of the reserve, in it or out of it; the worker's */
bit busy[2];		/* somebody takes from the reserve */
byte rhand[2];		/* as hand, of the reserve's */
byte rjobs;		/* a bit a queued kptr whose node is the reserve's */
byte claimed;		/* nodes that trim has popped and not freed */
short spare[2];
byte jobs[2];		/* a bit a queued kptr */
bit kick[2];		/* irq_work pending */
bit work[2];		/* work_struct pending */
bit nmi[2], proc[2], worker[2];	/* N(c), P(c), W(c) amid something */
bit sure[4];		/* P(c), N(c) must find a node, without the reserve */
bit oom[2];		/* W(c) ended its last run for want of memory */
bit off, dead, lost;	/* CPU 1 is off; callback has run; its irq_work went with it */
bit quiet;		/* nothing begins any more */
byte left = OPS;
byte tmp;		/* 0 between steps */

#define K	((slot[0] != 0) + (slot[1] != 0))
#define S	(spare[0] + spare[1])
#define IN(p)	((place[1] == p) + (place[2] == p) + (place[3] == p))
#define BITS(m)	((((m) >> 1) & 1) + (((m) >> 2) & 1) + (((m) >> 3) & 1))

/* Holds after each step. What it adds up are functions of the state: no states. */
inline invariant()
{
	d_step {
		tmp = 0;
		assert(nodes >= K + S);
		/* What a teardown needs: nodes that are queued or being freed do not count. */
		assert(idle[0] + idle[1] + hand >= K + S);
		/* No node lost, none in two places. */
		assert(nodes == idle[0] + idle[1] + hand + claimed + IN(QUEUED) - BITS(rjobs));
		assert(reserves[0] + reserves[1] ==
		       reserve[0] + reserve[1] + rhand[0] + rhand[1] + BITS(rjobs));
		/* No kptr in two places. */
		assert(!slot[0] || slot[0] != slot[1]);
		assert(!slot[0] || place[slot[0]] == SLOT);
		assert(!slot[1] || place[slot[1]] == SLOT);
		assert(IN(SLOT) == K);
		assert(!(jobs[0] & jobs[1]));
	}
}

/* A destructor: the caller owns the kptr, nobody else has it. */
inline destroy(k, in_nmi)
{
	assert(!(in_nmi));
	assert(k && (place[k] == HAND || place[k] == QUEUED));
	place[k] = NOWHERE
}

#define STEP(g)	atomic { (g) ->
#define END	; invariant() }

/* Where a context stands; 0: between operations. */
#define ALLOC	1
#define GIVE	2
#define XCHG_IN	3
#define LATE	4
#define TOKEN	5
#define KICK	6
#define INLINE	7
#define POP	8
#define TAKE	9
#define UNLOCK	10
#define XCHG_0	11
#define ADD	12
#define BACK	13
#define RUN	14
#define WTOKEN	15
#define FILL	16
#define WGIVE	17
#define TRIM	18
#define CLAIM	19
#define UNCLAIM	20
#define WADD	21
#define WTAKE	22
#define BUSY	23
#define RTAKE	24
#define RUNLOCK	25

#define ME	(2 * n + c)	/* index of sure[] */
inline begin()
{
	if
	:: OPS -> left--
	:: else
	fi;
	if
	:: n -> nmi[c] = 1
	:: else -> proc[c] = 1
	fi
}
inline end()
{
	pc = 0; s = 0; x = 0; i = 0; r = 0; sure[ME] = 0;
	if
	:: n -> nmi[c] = 0
	:: else -> proc[c] = 0
	fi
}
/*
 * Only where a CPU may take a pending irq_work with it is there more to one
 * than a delay of the work.
 */
inline raise(cpu)
{
	if
	:: OFFLINE -> kick[cpu] = 1
	:: else -> work[cpu] = 1
	fi
}
/* The kick may come later; then so does what it starts, which is no worse. */
inline token()
{
	spare[c]++;
	if
	:: spare[c] > HIGH && !(MUTANT == GIVE_QUIET && pc == GIVE) -> raise(c)
	:: else
	fi
}
/* For the next teardown: the slot still has it. Memory may have come back. */
inline retain()
{
	assert(!x);
	if
	:: LAST && n && slot[s] -> x = slot[s]; slot[s] = 0; place[x] = HAND; pc = INLINE
	:: else -> pc = KICK
	fi
}
inline any_slot()
{
	if
	:: s = 0
	:: s = 1
	fi
}

/*
 * Pop, from the head of CPU 'from' on; where it goes on: none, got. Who takes a
 * node may take the one that another was sure of; mine: his own of these, or 4.
 */
#define HEAD(from)	((from) ^ i)
inline pop_lock(from, mine, none)
{
	if
	:: idle[HEAD(from)] && !lock[HEAD(from)] ->
		lock[HEAD(from)] = 1;
		sure[0] = (mine) == 0 && sure[0];
		sure[1] = (mine) == 1 && sure[1];
		sure[2] = (mine) == 2 && sure[2];
		sure[3] = (mine) == 3 && sure[3];
		pc = TAKE
	:: (!idle[HEAD(from)] || lock[HEAD(from)]) && !i -> i = 1
	:: (!idle[HEAD(from)] || lock[HEAD(from)]) && i -> i = 0; pc = none
	fi
}
inline pop_take(from) { assert(idle[HEAD(from)]); idle[HEAD(from)]--; pc = UNLOCK }
inline pop_unlock(from, got) { lock[HEAD(from)] = 0; i = 0; pc = got }

#define GO	(pc && (n || !nmi[c]))
#define BEGIN	(!pc && !quiet && (left || !OPS) && !nmi[c] && !(c && off))

proctype Ctx(bit c; bit n; byte ops)
{
	byte pc, s, x;		/* x: the kptr in hand */
	bit i, r;		/* r: the node in hand is the reserve's */

end_c:	do
	:: STEP(BEGIN && (ops & OP_INSTALL) && IN(NOWHERE))
		begin();
		if
		:: place[1] == NOWHERE -> x = 1
		:: place[1] != NOWHERE && place[2] == NOWHERE -> x = 2
		:: else -> x = 3
		fi;
		place[x] = HAND;
		if
		:: MUTANT == INSTALL_LATE || (MUTANT == NOT_COUNTED && n) -> pc = XCHG_IN
		:: else -> spare[c]--; pc = (spare[c] < 0 -> ALLOC : XCHG_IN)
		fi
	   END
	/* It may fail at any time. An else that raise() begins with would be for both. */
	:: STEP(GO && pc == ALLOC)
		if
		:: nodes < MAXN -> nodes++; idle[c]++; pc = GIVE
		:: !NOFAIL || nodes >= MAXN -> raise(c); pc = XCHG_IN
		fi;
		if
		:: MUTANT == INSTALL_LATE && pc == XCHG_IN && x -> pc = TOKEN
		:: MUTANT == INSTALL_LATE && pc == XCHG_IN && !x -> end()
		:: else
		fi
	   END
	/* The worker adds some more. */
	:: STEP(GO && pc == GIVE)
		if
		:: LOW -> raise(c)
		:: else
		fi;
		token();
		if
		:: MUTANT == INSTALL_LATE && x -> pc = TOKEN
		:: MUTANT == INSTALL_LATE && !x -> end()
		:: else -> pc = XCHG_IN
		fi
	   END
	:: STEP(GO && pc == XCHG_IN)
		any_slot();
		tmp = slot[s]; slot[s] = x; place[x] = SLOT; x = tmp;
		place[x] = (x -> HAND : NOWHERE);
		if
		:: MUTANT == INSTALL_LATE -> pc = LATE
		:: MUTANT != INSTALL_LATE && x -> pc = TOKEN
		:: else -> end()
		fi
	   END
	:: STEP(MUTANT == INSTALL_LATE && GO && pc == LATE)
		spare[c]--;
		if
		:: spare[c] < 0 -> pc = ALLOC
		:: spare[c] >= 0 && x -> pc = TOKEN
		:: else -> end()
		fi
	   END

	:: STEP(BEGIN && (ops & OP_REMOVE) && K)
		begin();
		if
		:: slot[0] -> s = 0
		:: slot[1] -> s = 1
		fi;
		x = slot[s]; slot[s] = 0; place[x] = HAND;
		pc = TOKEN
	   END
	/* The program may release x or hand it on; released is the same as new. */
	:: STEP(GO && pc == TOKEN)
		token();
		place[x] = NOWHERE;
		end()
	   END
	:: STEP(GO && pc == INLINE)
		destroy(x, n);
		place[x] = HAND; pc = TOKEN
	   END
	:: STEP(GO && pc == KICK) raise(c); end() END

	/*
	 * Teardown. K covered, no lock held, nobody with a node that he may give
	 * back: if no other pop comes between, the pop finds a node, in any context.
	 */
	:: STEP(BEGIN && (ops & OP_TEARDOWN) && K)
		begin();
		if
		:: slot[0] -> s = 0
		:: slot[1] -> s = 1
		fi;
		sure[ME] = S >= 0 && !lock[0] && !lock[1] && !hand;
		if
		:: MUTANT == SLOT_FIRST || MUTANT == INLINE_IN_NMI ->
			x = slot[s]; slot[s] = 0; place[x] = HAND
		:: else
		fi;
		pc = (MUTANT == INLINE_IN_NMI -> INLINE : POP)
	   END
	:: STEP(GO && pc == POP)
		tmp = sure[ME];
		pop_lock(c, ME, BUSY);
		if
		:: pc == BUSY ->
			assert(!tmp);
			if
			:: RES
			:: else -> retain()
			fi
		:: else
		fi
	   END
	:: STEP(GO && pc == TAKE) pop_take(c); hand++ END
	:: STEP(GO && pc == UNLOCK) pop_unlock(c, XCHG_0) END
	/* The reserve: who comes upon another taker gets none. */
	:: STEP(GO && pc == BUSY)
		if
		:: busy[c] -> assert(MUTANT != BUSY_UNSEEN); retain()
		:: else -> busy[c] = 1; pc = RTAKE
		fi
	   END
	:: STEP(GO && pc == RTAKE)
		if
		:: reserve[c] ->
			assert(MUTANT != RES_UNSEEN);	/* that a search comes here */
			reserve[c]--; rhand[c]++; r = 1
		:: else
		fi;
		pc = RUNLOCK
	   END
	:: STEP(GO && pc == RUNLOCK)
		busy[c] = 0;
		if
		:: r -> pc = XCHG_0
		:: else -> retain()
		fi
	   END
	:: STEP(GO && pc == XCHG_0)
		if
		:: MUTANT == SLOT_FIRST
		:: else -> x = slot[s]; slot[s] = 0; place[x] = (x -> HAND : NOWHERE)
		fi;
		pc = (x -> ADD : BACK)
	   END
	:: STEP(GO && pc == BACK)
		if
		:: r -> reserve[c]++; rhand[c]--
		:: else -> idle[c]++; hand--
		fi;
		end()
	   END
	:: STEP(GO && pc == ADD)
		assert(place[x] == HAND);
		place[x] = QUEUED;
		if
		:: r -> rhand[c]--; rjobs = rjobs | (1 << x)
		:: else -> hand--
		fi;
		tmp = jobs[c];
		jobs[c] = jobs[c] | (1 << x);
		pc = KICK; x = 0; r = 0;
		if
		:: tmp -> end()
		:: else
		fi
	   END
	od
}

inline run_one()
{
	tmp = (list & 2 -> 1 : (list & 4 -> 2 : 3));
	list = list & ~(1 << tmp);
	assert(place[tmp] == QUEUED);
	destroy(tmp, 0);
	if
	:: rjobs & (1 << tmp) ->
		rjobs = rjobs & ~(1 << tmp);
		if
		:: MUTANT == RES_TO_POOL -> reserves[c]--; nodes++; idle[c]++
		:: else -> reserve[c]++
		fi
	:: else ->
		if
		:: idle[0]++
		:: idle[1]++
		fi
	fi
}

inline rest() { pc = 0; h = 0; worker[c] = 0 }

/* The irq_work of CPU c; of a dead one, when another CPU queued it. */
proctype Irq(bit c)
{
end_i:	do
	:: STEP(kick[c] && !(c && lost)) kick[c] = 0; work[c] = 1 END
	od
}

proctype Worker(bit c)
{
	byte pc, list;
	bit i, h;		/* h: the CPU that it runs on just now */
	byte taken, was;	/* tokens of the other CPU, on their way to this one */

end_w:	do
	:: STEP(!pc && work[c])
		work[c] = 0; worker[c] = 1; oom[c] = 0;
		list = jobs[c]; jobs[c] = 0;
		pc = (list -> RUN : FILL)
	   END
	/* The node is pushed first, then one is given away as a token. */
	:: STEP(pc == RUN && MUTANT != TOKEN_FIRST) run_one(); pc = WTOKEN END
	:: STEP(pc == WTOKEN && MUTANT != TOKEN_FIRST)
		token();	/* of a reserve's job: the pool's that was not needed */
		pc = (list -> RUN : FILL)
	   END
	:: STEP(pc == RUN && MUTANT == TOKEN_FIRST) spare[c]++; pc = WTOKEN END
	:: STEP(pc == WTOKEN && MUTANT == TOKEN_FIRST)
		run_one();
		pc = (list -> RUN : FILL)
	   END

	/* What is spare on the other CPU, as far as it is wanted; the cmpxchg() may fail. */
	:: STEP(pc == FILL && spare[c] < LOW && spare[1 - c] > LOW)
		was = spare[1 - c];
		taken = (was - LOW < LOW - spare[c] -> was - LOW : LOW - spare[c]);
		if
		:: MUTANT == TAKE_PLAIN -> pc = WTAKE
		:: else -> spare[1 - c] = was - taken; pc = WADD
		fi;
		was = (pc == WTAKE -> was : 0)
	   END
	:: STEP(pc == WTAKE) spare[1 - c] = was - taken; was = 0; pc = WADD END
	:: STEP(pc == WADD)
		assert(MUTANT != TAKE_UNSEEN);	/* that a search comes here */
		spare[c] = spare[c] + taken; taken = 0; pc = FILL
	   END
	:: STEP(pc == FILL && spare[c] < LOW)
		if
		:: nodes++; pc = WGIVE;
			if
			:: idle[0]++
			:: idle[1]++
			fi
		:: WFAIL -> oom[c] = 1; rest()
		fi
	   END
	:: STEP(pc == WGIVE) spare[c]++; pc = FILL END
	:: STEP(pc == FILL && spare[c] >= LOW && reserves[c] < RES)
		if
		:: reserves[c]++; reserve[c]++
		:: WFAIL && spare[c] > HIGH -> oom[c] = 1; pc = TRIM
		:: WFAIL && spare[c] <= HIGH -> oom[c] = 1; rest()
		fi
	   END
	:: STEP(pc == FILL && spare[c] >= LOW && reserves[c] >= RES)
		if
		:: spare[c] > HIGH -> pc = TRIM
		:: else -> rest()
		fi
	   END

	/* Trim: the token is claimed before its node is popped. */
	:: STEP(pc == TRIM)
		if
		:: spare[c] > LOW -> pc = CLAIM
		:: else -> rest()
		fi
	   END
	:: STEP(pc == CLAIM)
		if
		:: MUTANT == TRIM_UNCLAIMED
		:: else -> spare[c]--
		fi;
		pc = POP;
		if
		:: h = 0
		:: h = 1
		fi;
		if
		:: MUTANT != TRIM_DEC && MUTANT != TRIM_UNCLAIMED && spare[c] < LOW -> pc = UNCLAIM
		:: else
		fi
	   END
	:: STEP(pc == POP) pop_lock(h, 4, UNCLAIM) END
	:: STEP(pc == TAKE) pop_take(h); claimed++ END
	/* free */
	:: STEP(pc == UNLOCK) pop_unlock(h, TRIM); h = 0; claimed--; nodes--;
		if
		:: MUTANT == TRIM_UNCLAIMED -> spare[c]--
		:: else
		fi
	   END
	/* Short of LOW: others have taken the tokens. Else: come back for the rest. */
	:: STEP(pc == UNCLAIM)
		if
		:: MUTANT == TRIM_UNCLAIMED
		:: else -> spare[c]++
		fi;
		if
		:: MUTANT != TRIM_STOP && spare[c] > HIGH -> work[c] = 1
		:: else
		fi;
		rest()
	   END
	od
}

#define NOBODY	(!proc[0] && !proc[1] && !nmi[0] && !nmi[1])
#define AT_REST	(NOBODY && !worker[0] && !worker[1] && !work[0] && !work[1] && \
		 !kick[0] && (!kick[1] || lost) && (!off || dead))

inline start(c)
{
	if
	:: skip
	:: slot[c] = c + 1; place[c + 1] = SLOT; nodes++; idle[c]++
	fi;
	if
	:: skip
	:: spare[c]++; nodes++; idle[c]++
	fi;
	if
	:: skip
	:: RES -> reserve[c] = RES; reserves[c] = RES
	fi
}

init
{
	atomic {
		if
		:: OPS -> start(0); start(1)
		:: else
		fi;
		if
		:: PROC0 -> run Ctx(0, 0, PROC0)
		:: else
		fi;
		if
		:: NMI0 -> run Ctx(0, 1, NMI0)
		:: else
		fi;
		if
		:: PROC1 -> run Ctx(1, 0, PROC1)
		:: else
		fi;
		if
		:: NMI1 -> run Ctx(1, 1, NMI1)
		:: else
		fi;
		run Irq(0);
		run Irq(1);
		run Worker(0);
		run Worker(1);
	}
	do
	/* CPU 1 goes: nothing runs there any more, a pending irq_work included. */
	:: atomic { OFFLINE && !quiet && !off && !proc[1] && !nmi[1] -> off = 1; lost = kick[1] }
	:: atomic { off && !dead -> dead = 1;
		if
		:: MUTANT == NOT_DRAINED
		:: else -> work[1] = 1
		fi }
	:: quiet = 1; break
	od;
	do
	:: atomic { off && !dead -> dead = 1;
		if
		:: MUTANT == NOT_DRAINED
		:: else -> work[1] = 1
		fi }
	/* Nothing is left queued; what is spare is what no kptr needs, and bounded. */
	:: atomic { quiet && AT_REST ->
		assert(!jobs[0] && !jobs[1] && !IN(QUEUED));
		assert(!hand && !claimed && !lock[0] && !lock[1]);
		assert(!rhand[0] && !rhand[1] && !rjobs && !busy[0] && !busy[1]);
		assert(reserve[0] == reserves[0] && reserve[1] == reserves[1]);
		assert(nodes == K + S);
		assert(spare[0] <= HIGH && spare[1] <= HIGH);
		assert(spare[0] >= 0 || oom[0]);
		assert(spare[1] >= 0 || oom[1]) } ->
		break
	od
}
