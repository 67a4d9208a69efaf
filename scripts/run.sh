#!/bin/bash
# run.sh: base, series, build, boot, test_progs, one table
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
[ -n "$TESTS" ] || TESTS=$(default_tests)
"$S/tree.sh"
# check-full.sh runs other trees than build/linux.
tree=${RUN_TREE:-$LINUX} obj=${RUN_OBJ:-$B/obj/$PROFILE}
check_tests "$tree"
out=$(new_results "$PROFILE")
[ -z "$EXTRA" ] || lay_extra
build_kernel "$tree" "$obj" "$out"
build_tests "$tree" "$obj" "$out"
[ -z "${STOP_BEFORE_BOOT:-}" ] || exit 0
rc=0
run_tests "$obj" "$out" || rc=$?
say "results: ${out#"$TOP/"}; total $SECONDS s"
exit $rc
