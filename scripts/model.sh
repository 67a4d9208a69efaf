#!/bin/bash
# model.sh: spin searches the models of the kptr pool, the whole state space of
# each configuration; then the mutants, in each of which it must find an error.
# Then herd7 judges the litmus tests: what the pool assumes of memory, which spin's
# model does not have.
# MODEL=quick: what takes seconds, for make check.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
"$S/setup.sh"
out=$(new_results model)
enter - - sh -c 'spin -V; gcc --version | head -n 1' >>"$out/versions"

LIMIT=400		# seconds a search
MEGS=4000		# memory a search

# search NAME MODEL SEARCH DEFINES...: SEARCH is 'safety' or 'cycles', the latter
# for executions that never come to rest, the scheduler being fair. Sets verdict
# (pass, error, truncated: ...) and line (states, depth, seconds).
search() {
	local name=$1 model=$2 how=-DSAFETY run='' log=$out/$1.log states depth took

	[ "$3" = safety ] || how='-DNP -DNFAIR=3' run='-l -f'
	shift 3
	mkdir "$out/$name"
	# shellcheck disable=SC2016
	enter - - sh -euc '
		cd "/top/$1"
		how=$2 run=$3 model=$4 limit=$5 megs=$6
		shift 6
		spin "$@" -a "/top/tools/testing/model/$model.pml"
		gcc -w -O2 $how -DNOREDUCE -DCOLLAPSE -DMEMLIM=$megs -o pan pan.c
		rc=0
		timeout -k 1 "$limit" ./pan -n -m4000000 -w24 $run || rc=$?
		echo "status $rc"' \
		sh "${out#"$TOP/"}/$name" "$how" "$run" "$model" "$LIMIT" "$MEGS" "$@" </dev/null >"$log" 2>&1 || true
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$log" | head -n 1)
	depth=$(sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' "$log" | head -n 1)
	took=$(sed -n 's/.*elapsed time \([0-9.]*\) seconds.*/\1/p' "$log" | head -n 1)
	line="${states:-no} states, depth ${depth:--}, ${took:--} s"
	if grep -qE '^pan:1: (assertion violated|invalid end state|non-progress cycle)' "$log"; then
		verdict="error: $(sed -n 's/^pan:1: //p' "$log" | head -n 1)"
	elif grep -qE 'max search depth|out of memory|reached -DMEMLIM|not completed|aborted|^status 124' "$log"; then
		verdict="truncated: $(grep -m 1 -E 'max search depth|memory|MEMLIM|not completed|aborted|^status 124' "$log")"
	elif grep -qx 'status 0' "$log" && [ -n "$states" ] && grep -q 'errors: 0$' "$log"; then
		verdict=pass
	else
		verdict="no verdict: $(tail -n 1 "$log")"
	fi
	# The trail, and what replays it, are worth keeping; the search is not.
	if ls "$out/$name"/*.trail >/dev/null 2>&1; then
		cp "$TOP/tools/testing/model/$model.pml" "$out/$name/"
		echo "spin $* -t -p -g -l -k $model.pml.trail $model.pml" >"$out/$name/replay"
		rm -f "$out/$name"/pan*
	else
		rm -rf "${out:?}/$name"
	fi
}

# The search is the same each time: what passed is kept.
key_of_search() {
	{ echo "$*"; cat "$S/model.sh" "$TOP/tools/testing/model/$2.pml"; echo "$ROOT $LIMIT $MEGS"; } | key_of
}
searched() { # VERDICT LABEL NAME MODEL SEARCH DEFINES...
	local want=$1 label=$2 key

	shift 2
	key=$(key_of_search "$@")
	if is_kept "$key"; then
		result ok "$label" "$(cat "$KEPT/$key"), as before"
		return
	fi
	search "$@"
	# shellcheck disable=SC2254  # a pattern is what is wanted
	case $verdict in
	$want)
		[ "$verdict" = pass ] || line="$line: $verdict"
		keep "$key"
		echo "$line" >"$KEPT/$key"
		result ok "$label" "$line" ;;
	*) result FAIL "$label" "$line: ${verdict/#pass/no error found}" ;;
	esac
}
holds() { searched pass "$1" "$@"; }			# NAME MODEL SEARCH DEFINES...
broken() { searched 'error:*' "mutant $1" "$@"; }	# NAME MODEL SEARCH DEFINES...: a mutant

full() { [ "$MODEL" = all ]; }

# PROC, NMI: a sum of 1 install or swap, 2 removal, 4 teardown. Without OPS: histories
# of any length; with it, that many operations from any start at rest. RES: jobs in
# a CPU's reserve.

# The lists: two processes and two NMIs push, pop, free, allocate.
holds freelist kptr_freelist safety
# The reserve's: two tasks, an interrupt and an NMI take from it, the worker gives back.
holds reserve kptr_reserve safety
# All contexts, all operations, both workers, two operations: one upon another.
holds all-2 kptr_pool safety -DPROC0=7 -DNMI0=7 -DPROC1=7 -DNMI1=7 -DOPS=2 -DRES=1
# A CPU goes away with jobs in its list and an irq_work pending.
holds offline-2 kptr_pool safety -DPROC0=7 -DNMI0=7 -DPROC1=1 -DNMI1=7 -DOPS=2 -DOFFLINE=1
# A CPU installs, the other removes: the worker of the one takes from the other.
holds take-2 kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=5 -DNMI1=7 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2
holds take-rest-2 kptr_pool cycles -DPROC0=1 -DPROC1=2 -DNMI0=1 -DNMI1=2 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2
# Nothing goes round for ever: workers that start each other, trim that comes back.
holds rest-2 kptr_pool cycles -DPROC0=5 -DNMI0=5 -DPROC1=2 -DNMI1=5 -DOPS=2
holds rest-reserve-2 kptr_pool cycles -DPROC0=7 -DNMI0=7 -DOPS=2 -DRES=1
# Memory short for the worker too.
holds no-memory kptr_pool safety -DPROC0=1 -DNMI0=5 -DWFAIL=1
# What bpf_mem_alloc frees waits for a grace period, and none is left; the cache goes.
holds memalloc kptr_memalloc safety
holds memalloc-destroy kptr_memalloc safety -DDESTROY=1
# The last reference to a task is put by the worker.
holds put kptr_put safety
if full; then
	# One CPU, any history: each operation, its NMI at any point, worker, trim.
	holds one-cpu kptr_pool safety -DPROC0=7 -DNMI0=7
	holds one-cpu-reserve kptr_pool safety -DPROC0=7 -DNMI0=4 -DRES=1
	holds no-memory-reserve kptr_pool safety -DPROC0=5 -DNMI0=4 -DWFAIL=1 -DRES=1
	holds one-cpu-low-1 kptr_pool safety -DPROC0=7 -DNMI0=5 -DLOW=1 -DHIGH=2 -DMAXN=5
	holds take-3 kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=5 -DNMI1=6 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=3
	holds all-3 kptr_pool safety -DPROC0=5 -DNMI0=6 -DPROC1=4 -DNMI1=5 -DOPS=3
	holds offline-reserve-2 kptr_pool safety -DPROC0=7 -DNMI0=7 -DPROC1=1 -DNMI1=7 -DOPS=2 -DOFFLINE=1 -DRES=1
	holds offline-4 kptr_pool safety -DPROC1=1 -DNMI1=7 -DOPS=4 -DOFFLINE=1
fi

# Numbers of findings: shared/design/kptr-offload.md.
broken pop-without-lock kptr_freelist safety -DMUTANT=1				# 1, ABA
broken reserve-without-flag kptr_reserve safety -DMUTANT=1			# ABA
broken reserve-flag-early kptr_reserve safety -DMUTANT=2			# ABA
broken reserve-busy-is-searched kptr_reserve safety -DMUTANT=3
broken install-claims-late kptr_pool safety -DPROC0=7 -DNMI0=7 -DMUTANT=1	# 2
broken trim-unclaimed kptr_pool safety -DPROC0=7 -DNMI0=7 -DMUTANT=2		# 3
broken token-before-push kptr_pool safety -DPROC0=7 -DNMI0=7 -DMUTANT=3		# order in the worker
broken slot-before-node kptr_pool safety -DPROC0=1 -DNMI0=4 -DMUTANT=4		# a pop can fail: kptr lost
broken slot-before-node-process kptr_pool safety -DPROC0=7 -DPROC1=4 -DMUTANT=4 -DRES=1	# the reserve can be empty
broken install-not-counted kptr_pool safety -DPROC0=7 -DNMI0=7 -DMUTANT=5	# 5, mixed call site
broken dead-not-drained kptr_pool safety -DNMI1=4 -DOPS=1 -DOFFLINE=1 -DMUTANT=6	# job of a dead CPU
broken inline-in-nmi kptr_pool safety -DPROC0=1 -DNMI0=4 -DMUTANT=9		# the bug itself
broken take-without-cmpxchg kptr_pool safety -DPROC0=3 -DNMI0=5 -DPROC1=3 -DNMI1=5 -DOPS=2 -DMUTANT=11
broken take-is-searched kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=5 -DNMI1=7 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2 -DMUTANT=12
broken reserve-is-searched kptr_pool safety -DPROC0=7 -DNMI0=7 -DPROC1=7 -DNMI1=7 -DOPS=2 -DRES=1 -DMUTANT=13
broken busy-is-searched kptr_pool safety -DPROC0=7 -DNMI0=4 -DRES=1 -DMUTANT=14
broken reserve-to-pool kptr_pool safety -DPROC0=7 -DNMI0=7 -DPROC1=7 -DNMI1=7 -DOPS=2 -DRES=1 -DMUTANT=15
# What the model itself has found in the protocol.
broken trim-claims-blindly kptr_pool safety -DPROC0=3 -DNMI0=1 -DOPS=2 -DMUTANT=7	# deficit that nobody makes good
broken trim-gives-up kptr_pool safety -DPROC0=7 -DNMI0=7 -DNMI1=7 -DOPS=3 -DMUTANT=8	# 4, no bound
broken last-in-interrupt kptr_pool safety -DPROC0=7 -DNMI0=4 -DRES=1 -DLAST=1	# without a node the destructor runs there
broken refill-unnoticed kptr_pool safety -DPROC0=7 -DNMI0=7 -DMUTANT=10		# 4, no bound

broken memalloc-base kptr_memalloc safety -DMUTANT=1				# an object stays for ever
broken memalloc-take-first kptr_memalloc safety -DMUTANT=2
broken memalloc-add-late kptr_memalloc safety -DMUTANT=3
broken memalloc-clear-blindly kptr_memalloc safety -DMUTANT=4
broken memalloc-one-barrier kptr_memalloc safety -DDESTROY=1 -DMUTANT=5		# a callback after the free
broken memalloc-again-is-searched kptr_memalloc safety -DMUTANT=6
broken put-before-unlink kptr_put safety -DMUTANT=1
broken put-dropped-first kptr_put safety -DMUTANT=2				# queued twice
broken put-torn kptr_put safety -DMUTANT=3					# the last put in any context
broken put-revived-is-searched kptr_put safety -DMUTANT=4

# What a review found in the patches posted before.
holds posted-in-steps kptr_posted safety
broken posted-aba kptr_posted safety -DRACE=1					# 1
broken posted-install kptr_posted safety -DRACE=2				# 2
broken posted-trim kptr_posted safety -DRACE=3					# 3

# litmus FILE: what herd7 observes is what its Result: line says
litmus() {
	local name=${1##*/} want got

	want=$(sed -n 's/^ \* Result: //p' "$1")
	"$S/herd.sh" -conf linux-kernel.cfg "/top/tools/testing/model/$name" >"$out/$name.log" 2>&1 </dev/null || true
	got=$(sed -n 's/^Observation [^ ]* \([A-Za-z]*\) .*/\1/p; s/^Flag //p' "$out/$name.log" | xargs)
	if [ -n "$want" ] && [ "$got" = "$want" ]; then
		result ok "litmus $name" "$got"
	else
		result FAIL "litmus $name" "${got:-$(tail -n 1 "$out/$name.log")}, not ${want:-told what to expect}"
	fi
}
"$S/tree.sh"
for f in "$TOP"/tools/testing/model/*.litmus; do litmus "$f"; done
say "results: ${out#"$TOP/"}; total $SECONDS s"
verdict
