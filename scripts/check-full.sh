#!/bin/bash
# check-full.sh: make check, and what it leaves out for time
. "$(dirname "$0")/common.sh"

check_options
lock_checkout
cat <<END
check-full adds to make check:
  the control: the series' tests on the unpatched base
  veristat: what the verifier makes of the programs, base against series
  each commit of the series, booted and tested
  a run in each other profile: $(profiles | grep -vx "$PROFILE" | xargs)
END
[ -n "$TESTS" ] || TESTS=$(default_tests)

passes() { # NAME COMMAND...: a run, its table and its verdict
	local name=$1 rc=0

	shift
	"$@" || rc=$?
	[ $rc = 0 ] && result ok "$name" || result FAIL "$name" "status $rc"
}
run_commit() { # with the tests that it has by then
	local t tests

	git -C "$tree" checkout -q --force --detach "$1" || return
	tests=$(for t in ${TESTS//,/ }; do (TESTS=$t check_tests "$tree") 2>/dev/null && echo "$t"; done | paste -sd,)
	RUN_TREE=$tree RUN_OBJ=$B/bisect/run-obj TESTS=$tests "$S/run.sh"
}

adopt check env TESTS= "$S/check.sh"
adopt control env TESTS= "$S/control.sh"
passes veristat env TESTS= "$S/veristat.sh"

tree=$B/bisect/linux
base=$(git -C "$LINUX" rev-parse refs/series/base)
for c in $(git -C "$LINUX" rev-list --reverse "$base..HEAD"); do
	passes "runs: $(git -C "$LINUX" show -s --format=%s "$c")" run_commit "$c"
done
for p in $(profiles); do
	[ "$p" = "$PROFILE" ] || passes "profile $p" env PROFILE="$p" TESTS="$TESTS" "$S/run.sh"
done
verdict
