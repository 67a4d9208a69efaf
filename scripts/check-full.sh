#!/bin/bash
# check-full.sh: make check, and what it leaves out for time
. "$(dirname "$0")/common.sh"

check_options
lock_checkout
cat <<END
check-full adds to make check:
  the control: the series' tests on the unpatched base
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
run_commit() {
	local out

	git -C "$tree" checkout -q --force --detach "$1" || return
	out=$(new_results commit)
	build_kernel "$tree" "$obj" "$out"
	build_tests "$tree" "$obj" "$out"
	run_tests "$obj" "$out"
}

adopt check env TESTS= "$S/check.sh"
adopt control env TESTS= "$S/control.sh"

tree=$B/bisect/linux obj=$B/bisect/run-obj
base=$(git -C "$LINUX" rev-parse refs/series/base)
for c in $(git -C "$LINUX" rev-list --reverse "$base..HEAD"); do
	passes "runs: $(git -C "$LINUX" show -s --format=%s "$c")" run_commit "$c"
done
for p in $(profiles); do
	[ "$p" = "$PROFILE" ] || passes "profile $p" env PROFILE="$p" TESTS="$TESTS" "$S/run.sh"
done
verdict
