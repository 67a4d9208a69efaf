/*
 * kptr_memalloc.pml: bpf_mem_alloc's wait for a grace period of Tasks Trace RCU
 *
 * Objects that wait for one are added to a list (more); when none is under way,
 * they go to another (waiting), which the callback frees. state is 0, or 1 while
 * that is so, or 2 if something may have been added since. An object that came in
 * between was left until the next one of that cache came, which may be never.
 *
 * Each option of the loops is one access of shared memory; a list is a set of
 * objects. A(i): contexts that free, all the time. C: the callback, which call_rcu_tasks_trace() queues. D: the
 * cache goes; nothing is added any more, and rcu_barrier_tasks_trace() waits for
 * callbacks queued before.
 */
#ifndef MUTANT
#define MUTANT	0
#endif
#define BASE		1	/* as it was: no 2, and the callback takes nothing */
#define TAKE_FIRST	2	/* the list is taken, then the 2 is made a 1 */
#define ADD_LATE	3	/* state, then the list */
#define CLEAR_BLINDLY	4	/* the callback: state is read, then cleared */
#define ONE_BARRIER	5
#define AGAIN_UNSEEN	6
#ifndef DESTROY
#define DESTROY	0
#endif

#define OBJECTS	3

byte state;
byte more, waiting;	/* a bit an object */
byte held;		/* in the hand of an adder; or of who moves it to waiting */
byte adding[2];		/* where adders are */
byte at;		/* where the callback is */
bit queued;		/* rcu_head is in RCU's hand */
bit draining, gone, quiet;
byte need;		/* callbacks that a barrier waits for */

#define STEP(g)	atomic { (g) ->
#define END	; invariant() }

inline invariant()
{
	d_step {
		assert(!(more & waiting) && !(held & (more | waiting)));
		/* Nothing stays behind. */
		assert(state || !more || MUTANT == BASE || adding[0] == 2 || adding[1] == 2 ||
		       MUTANT == ADD_LATE)
	}
}

#define ADD	1
#define XCHG	2
#define ONE	3
#define TAKE	4
#define MOVE	5
#define CALL	6
#define FREE	7
#define CLEAR	8
#define CLEAR2	9
#define DRAIN	10

/* take_for_gp_ttrace(); then */
#define take_one()	state = 1; pc = (MUTANT == TAKE_FIRST -> MOVE : TAKE)
inline take_list()
{
	assert(!gone);
	mine = more; held = held | more; more = 0;
	pc = (MUTANT == TAKE_FIRST -> ONE : MOVE)
}
inline move()
{
	assert(!waiting);	/* nothing is there that would not have waited long enough */
	waiting = mine; held = held & ~mine; mine = 0;
	pc = CALL
}
#define START	(MUTANT == TAKE_FIRST -> TAKE : ONE)

proctype Adder(bit i)
{
	byte pc, mine, was;

end_a:	do
	:: STEP(!pc && !quiet && !draining && (held | more | waiting) != 14)
		if
		:: !((held | more | waiting) & 2) -> mine = 2
		:: !((held | more | waiting) & 4) -> mine = 4
		:: !((held | more | waiting) & 8) -> mine = 8
		fi;
		held = held | mine;
		pc = (MUTANT == ADD_LATE -> XCHG : ADD); adding[i] = 1
	   END
	:: STEP(pc == ADD)
		assert(!gone);
		more = more | mine; held = held & ~mine; mine = 0; adding[i] = 2;
		if
		:: MUTANT == ADD_LATE && was -> pc = 0; adding[i] = 0
		:: MUTANT == ADD_LATE && !was -> pc = START
		:: else -> pc = XCHG
		fi;
		was = 0
	   END
	:: STEP(pc == XCHG)
		assert(!gone);
		was = state; state = (MUTANT == BASE -> 1 : 2);
		if
		:: MUTANT == ADD_LATE -> pc = ADD
		:: MUTANT != ADD_LATE && was -> pc = DRAIN; was = 0
		:: MUTANT == BASE && !was -> adding[i] = 3; pc = TAKE
		:: else -> adding[i] = 3; pc = START
		fi
	   END
	:: STEP(pc == DRAIN)
		if
		:: draining -> more = 0
		:: else
		fi;
		pc = 0; adding[i] = 0
	   END
	:: STEP(pc == ONE) take_one() END
	:: STEP(pc == TAKE) take_list() END
	:: STEP(pc == MOVE) move() END
	:: STEP(pc == CALL && !draining) assert(!queued); queued = 1; pc = 0; adding[i] = 0 END
	:: STEP(pc == CALL && draining) pc = FREE END
	:: STEP(pc == FREE) waiting = 0; pc = CLEAR END
	:: STEP(pc == CLEAR)
		if
		:: MUTANT == BASE || state == 1 -> state = 0; pc = 0; adding[i] = 0
		:: else -> pc = START
		fi
	   END
	od
}

inline done()
{
	pc = 0; at = 0;
	need = (need -> need - 1 : 0)
}

/*
 * call_rcu_tasks_trace() may come after draining is set, if that was not seen: CALL
 * decides, QUEUE does.
 */
#define QUEUE	11
proctype Callback()
{
	byte pc, mine;

end_c:	do
	:: STEP(!pc && queued) assert(!gone); queued = 0; pc = FREE; at = 1 END
	:: STEP(pc == FREE) assert(!gone); waiting = 0; pc = CLEAR END
	:: STEP(pc == CLEAR)
		assert(!gone);
		if
		:: MUTANT == BASE -> state = 0; done()
		:: MUTANT == CLEAR_BLINDLY && state == 1 -> pc = CLEAR2
		:: MUTANT != BASE && MUTANT != CLEAR_BLINDLY && state == 1 -> state = 0; done()
		:: MUTANT != BASE && state != 1 -> assert(MUTANT != AGAIN_UNSEEN); pc = START
		fi
	   END
	:: STEP(pc == CLEAR2) state = 0; done() END
	:: STEP(pc == ONE) take_one() END
	:: STEP(pc == TAKE) take_list() END
	:: STEP(pc == MOVE) move() END
	:: STEP(pc == CALL) assert(!gone); pc = (draining -> FREE : QUEUE) END
	:: STEP(pc == QUEUE) assert(!gone && !queued); queued = 1; done() END
	od
}
#define barrier()	need = queued + (at != 0)

init
{
	bit slow;

	atomic { run Adder(0); run Adder(1); run Callback() }
	if
	:: atomic { !DESTROY -> quiet = 1 };
		/* At rest with nothing left */
		atomic { !adding[0] && !adding[1] && !at && !queued ->
			assert(!more && !waiting && !held && !state) }
	:: atomic { DESTROY -> draining = 1 };
		/* A(0) is in an irq_work, A(1) in a callback of RCU's. */
		atomic { !adding[0] -> more = 0 };	/* irq_work_sync(), drain_mem_cache() */
		waiting = 0;
		slow = (state != 0);
		atomic { slow = slow || adding[1] };
		if
		:: slow ->
			atomic { !adding[1] };		/* rcu_barrier() */
			atomic { barrier() };
			atomic { !need };
			if
			:: MUTANT != ONE_BARRIER ->
				atomic { barrier() };
				atomic { !need }
			:: else
			fi
		:: else
		fi;
		atomic { assert(!more && !waiting && !held); gone = 1 }
	fi
}
