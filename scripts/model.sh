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

# PROC, NMI: a sum of 1 install or swap, 2 removal, 4 teardown with the
# destructor inline, 8 teardown that defers it. Without OPS: histories of any
# length; with it, that many operations from any start at rest.

# The lists: two processes and two NMIs push, pop, free, allocate.
holds freelist kptr_freelist safety
# All contexts, all operations, both workers, two operations: one upon another.
holds all-2 kptr_pool safety -DPROC0=15 -DNMI0=11 -DPROC1=7 -DNMI1=11 -DOPS=2
# A CPU goes away with jobs in its list and an irq_work pending.
holds offline-2 kptr_pool safety -DPROC0=15 -DNMI0=11 -DPROC1=1 -DNMI1=11 -DOPS=2 -DOFFLINE=1
# A CPU installs, the other removes: the worker of the one takes from the other.
holds take-2 kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=9 -DNMI1=11 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2
holds take-rest-2 kptr_pool cycles -DPROC0=1 -DPROC1=2 -DNMI0=1 -DNMI1=2 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2
# Nothing goes round for ever: workers that start each other, trim that comes back.
holds rest-2 kptr_pool cycles -DPROC0=7 -DNMI0=11 -DPROC1=7 -DNMI1=11 -DOPS=2
# Memory short for the worker too.
holds no-memory kptr_pool safety -DPROC0=1 -DNMI0=9 -DWFAIL=1
if full; then
	# One CPU, any history: each operation, its NMI at any point, worker, trim.
	holds one-cpu kptr_pool safety -DPROC0=15 -DNMI0=11
	holds one-cpu-low-1 kptr_pool safety -DPROC0=7 -DNMI0=9 -DLOW=1 -DHIGH=2 -DMAXN=5
	holds take-3 kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=9 -DNMI1=11 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=3
	holds all-3 kptr_pool safety -DPROC0=7 -DNMI0=11 -DPROC1=7 -DNMI1=11 -DOPS=3
	# NMIs on both CPUs, against each other and both workers.
	holds nmis-3 kptr_pool safety -DNMI0=11 -DNMI1=11 -DOPS=3
	holds offline-4 kptr_pool safety -DPROC1=1 -DNMI1=11 -DOPS=4 -DOFFLINE=1
fi

# Numbers of findings: shared/design/kptr-offload.md.
broken pop-without-lock kptr_freelist safety -DMUTANT=1				# 1, ABA
broken install-claims-late kptr_pool safety -DPROC0=7 -DNMI0=11 -DMUTANT=1	# 2
broken trim-unclaimed kptr_pool safety -DPROC0=7 -DNMI0=11 -DMUTANT=2		# 3
broken token-before-push kptr_pool safety -DPROC0=7 -DNMI0=11 -DMUTANT=3	# order in the worker
broken slot-before-node kptr_pool safety -DPROC0=1 -DNMI0=8 -DMUTANT=4		# a pop can fail: kptr lost
broken install-not-counted kptr_pool safety -DPROC0=7 -DNMI0=11 -DMUTANT=5	# 5, mixed call site
broken dead-not-drained kptr_pool safety -DNMI1=8 -DOPS=1 -DOFFLINE=1 -DMUTANT=6	# job of a dead CPU
broken inline-in-nmi kptr_pool safety -DPROC0=1 -DNMI0=8 -DMUTANT=9		# the bug itself
broken take-without-cmpxchg kptr_pool safety -DPROC0=3 -DNMI0=9 -DPROC1=3 -DNMI1=9 -DOPS=2 -DMUTANT=11
broken take-is-searched kptr_pool safety -DPROC0=1 -DPROC1=2 -DNMI0=9 -DNMI1=11 -DLOW=1 -DHIGH=2 -DMAXN=5 -DOPS=2 -DMUTANT=12
# What the model itself has found in the protocol.
broken trim-claims-blindly kptr_pool safety -DPROC0=3 -DNMI0=1 -DOPS=2 -DMUTANT=7	# deficit that nobody makes good
broken trim-gives-up kptr_pool safety -DPROC0=7 -DNMI0=11 -DNMI1=11 -DOPS=3 -DMUTANT=8	# 4, no bound
broken refill-unnoticed kptr_pool safety -DPROC0=7 -DNMI0=11 -DMUTANT=10	# 4, no bound

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
