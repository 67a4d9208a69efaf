/*
 * kptr_put.pml: the last reference to a task is put by the worker
 *
 * A release drops a reference unless it is the only one (refcount_dec_not_one()).
 * That one it keeps, and queues p->rcu for the worker, which unlinks it and puts
 * the reference. If it is still the last by then, p->rcu goes to call_rcu(). Until
 * the put, the reference is there: no other release finds the only one, and
 * p->rcu is free when one does. While it is queued, the task may be acquired.
 *
 * Each option of the loops is one access of shared memory. R(i): a program that
 * acquires (under RCU) and releases, over and over, in any context. E: the task's
 * own reference, put when it has exited, or a destructor in the worker.
 */
#ifndef MUTANT
#define MUTANT	0
#endif
#define PUT_FIRST	1	/* the worker puts, then unlinks */
#define DROP_FIRST	2	/* a release drops what it found to be the last one, then queues */
#define TORN		3	/* the count is read, then decremented as it comes */
#define REVIVED_UNSEEN	4

byte users = 1;
byte linked;		/* lists that p->rcu is on */
bit rcu;		/* p->rcu is call_rcu()'s */
bit exited, quiet;
bit busy[3];

#define STEP(g)	atomic { (g) ->
#define END	; assert(linked + rcu <= 1) }

#define READ	1
#define CAS	2
#define LINK	3
#define PUSH	4
#define UNLINK	5
#define PUT	6

inline last() { assert(!linked && !rcu); rcu = 1 }

proctype Release(bit i)
{
	byte pc, val;

end_r:	do
	/* bpf_task_acquire(): p may be seen until a grace period after call_rcu() */
	:: STEP(!pc && !quiet && users) users++; busy[i] = 1; pc = READ END
	:: STEP(pc == READ)
		val = users;
		pc = (val == 1 -> LINK : CAS)
	   END
	:: STEP(pc == CAS)
		if
		:: MUTANT == TORN || users == val ->
			users--;
			assert(users);	/* else the last put were here */
			val = 0; pc = 0; busy[i] = 0
		:: else -> val = users; pc = (val == 1 -> LINK : CAS)
		fi
	   END
	/* Nobody else has it, or reads it. */
	:: STEP(pc == LINK)
		assert(!linked && !rcu);
		val = 0; pc = PUSH;
		if
		:: MUTANT == DROP_FIRST -> users--
		:: else
		fi
	   END
	:: STEP(pc == PUSH) linked++; pc = 0; busy[i] = 0 END
	od
}

proctype Exit()
{
end_e:	do
	:: STEP(!exited)
		users--; exited = 1;
		if
		:: !users -> last()
		:: else
		fi
	   END
	od
}

proctype Worker()
{
	byte pc;
	bit zero;

end_w:	do
	:: STEP(!pc && linked) busy[2] = 1; pc = (MUTANT == PUT_FIRST -> PUT : UNLINK) END
	:: STEP(pc == UNLINK)
		linked--;
		if
		:: MUTANT == PUT_FIRST && zero -> last()
		:: else
		fi;
		zero = 0;
		pc = (MUTANT == PUT_FIRST -> 0 : PUT);
		busy[2] = (pc != 0)
	   END
	:: STEP(pc == PUT)
		assert(MUTANT != REVIVED_UNSEEN || users == 1);	/* that a search comes here */
		users = (MUTANT == DROP_FIRST -> users : users - 1);
		if
		:: !users && MUTANT == PUT_FIRST -> zero = 1
		:: !users && MUTANT != PUT_FIRST -> last()
		:: else
		fi;
		pc = (MUTANT == PUT_FIRST -> UNLINK : 0);
		busy[2] = (pc != 0)
	   END
	od
}

init
{
	atomic { run Release(0); run Release(1); run Exit(); run Worker() }
	quiet = 1;
	atomic { exited && !busy[0] && !busy[1] && !busy[2] && !linked ->
		assert(!users && rcu) }
}
