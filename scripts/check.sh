#!/bin/bash
# check.sh: the project's own tests, and a run
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/series.sh"
. "$S/lib/run.sh"

cd "$TOP"
check_options
lock_checkout
[ -n "$TESTS" ] || TESTS=$(all_tests)
"$S/tree.sh"

base=$(git -C "$LINUX" rev-parse refs/series/base)
tmp=$(mktemp -d "$B/.check.XXXXXX")
on_exit "rm -rf '$tmp'"

am() { # on the base, with plain git; the result is what build/linux holds
	apply_series "$LINUX" "$base" "$tmp/am" || return 1
	[ "$(git -C "$tmp/am" rev-parse 'HEAD^{tree}')" = "$(git -C "$LINUX" rev-parse 'HEAD^{tree}')" ] ||
		{ echo "$IN_TREE differs from the series (commits not exported?)"; return 1; }
}
no_skips() {
	local skips

	skips=$(awk -F'\t' '$1 == "sub" && $3 == "SKIP" { print $2 }' "$out/tests.tsv")
	[ -z "$skips" ] || { echo "not in DENYLIST: $skips"; return 1; }
}
round_trip() {
	mkdir "$tmp/export"
	export_series "$tmp/am" "$base" "$tmp/export" && diff <(series_patches) <(patches_in "$tmp/export/series.txt") &&
		for p in $(series_patches); do cmp "$p" "$tmp/export/$p" || return 1; done
}

adopt lint "$S/lint.sh"
check 'git am of the series' am
check 'export gives the same patches' round_trip
adopt 'mbox' env PART= "$S/mbox-test.sh"
adopt 'splat gate' "$S/splat-test.sh"
adopt 'model' env MODEL=quick "$S/model.sh"

out=$(new_results check)
obj=$B/obj/$PROFILE
build_kernel "$LINUX" "$obj" "$out"
adopt 'harness' "$S/harness-test.sh"
adopt 'bisect' "$S/bisect.sh"
adopt 'parts' env APPLIES=1 TESTS= PART= "$S/parts.sh"
build_tests "$LINUX" "$obj" "$out"
# The storms are torture's, below.
rc=0
ARGS="$ARGS -d kptr_dtor_nmi_storm"
run_tests "$obj" "$out" || rc=$?
count_run "$out"
[ $rc = 0 ] && result ok 'VM run' || result FAIL 'VM run' "status $rc"
check 'no test skips itself' no_skips
adopt 'torture' env ARGS= SCENARIO=lockdep COUNT=1 DURATION=60 TESTS="$TESTS" "$S/torture.sh"
say "results: ${out#"$TOP/"}; total $SECONDS s"
verdict
