#!/bin/bash
# commits.sh: build and boot each commit of the series, and run the tests that
# it has by then, without those of the project's own, which need all of the series
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

export OVERLAY=
check_options
lock_checkout
[ -n "$TESTS" ] || TESTS=$(default_tests),$(list "$(policy TESTS.commits)" | paste -sd,)
"$S/tree.sh"
tree=$B/bisect/linux
base=$(git -C "$LINUX" rev-parse refs/series/base)

run_commit() {
	local t tests

	side_tree "$tree" "$1" || return
	tests=$(for t in ${TESTS//,/ }; do (TESTS=$t check_tests "$tree") 2>/dev/null && echo "$t"; done | paste -sd,)
	RUN_TREE=$tree RUN_OBJ=$B/bisect/run-obj TESTS=$tests "$S/run.sh"
}

for c in $(git -C "$LINUX" rev-list --reverse "$base..HEAD"); do
	name="runs: $(git -C "$LINUX" show -s --format=%s "$c")"
	rc=0
	run_commit "$c" || rc=$?
	[ $rc = 0 ] && result ok "$name" || result FAIL "$name" "status $rc"
done
verdict
