#!/bin/bash
# parts.sh: each part of the series, on the base with only what it stands on:
# applies, builds, boots, and passes the tests that it brings, or those of TESTS.commits.
# A verdict is kept.
# PART=NAME: that one. APPLIES=1: whether it applies, no more (make check).
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/series.sh"
. "$S/lib/run.sh"

check_options
chosen=$(chosen_parts)
lock_checkout
"$S/tree.sh"
base=$(git -C "$LINUX" rev-parse refs/series/base)
tmp=$(mktemp -d "$B/.parts.XXXXXX")
on_exit "rm -rf '$tmp'"
tree=$B/parts/linux

every_patch_in_one() {
	# shellcheck disable=SC2046
	diff <(series_patches) <(part_patches $(parts))
}
passes() { # PART, in $tree
	# shellcheck disable=SC2046
	TESTS=$(files_of $(part_patches "$1") | tests_with "$tree")
	[ -n "$TESTS" ] || TESTS=$(list "$(policy TESTS.commits)" | paste -sd,)
	say "part $1: $TESTS"
	RUN_TREE=$tree RUN_OBJ=$B/parts/obj-$PROFILE OVERLAY='' TESTS=$TESTS "$S/run.sh"
}

check 'each patch is in one part' every_patch_in_one
for part in $chosen; do
	name="part $part on ${BASE:-7.1.3}$(stands_on "$part" | sed 's/^./, &/')"
	failed=$FAILED
	check "applies: $name" apply_part "$LINUX" "$base" "$tmp/$part" "$part"
	[ $FAILED = "$failed" ] && [ -z "${APPLIES:-}" ] || continue
	key=$({
		echo "$name"
		git -C "$tmp/$part" rev-parse 'HEAD^{tree}'
		fragments "$LINUX"
		cat "$S/parts.sh" "$S/stage.sh" "$(policy DENYLIST)"
		echo "$ROOT"
	} | key_of)
	if is_kept "$key"; then
		result ok "passes: $name" 'as before'
		continue
	fi
	git -C "$LINUX" fetch -q "$tmp/$part" HEAD
	side_tree "$tree" "$(git -C "$LINUX" rev-parse FETCH_HEAD)"
	rc=0
	passes "$part" || rc=$?
	if [ $rc = 0 ]; then
		keep "$key"
		result ok "passes: $name"
	else
		result FAIL "passes: $name" "status $rc"
	fi
done
verdict
