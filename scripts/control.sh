#!/bin/bash
# control.sh: the series' tests on the unpatched base. First the base passes its
# own tests; then each test that CONTROLS names fails in the way it declares,
# one boot a group, so that a hang costs only its group. Given TESTS: a run of
# those on the base, and no demands.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
"$S/tree.sh"
CONTROLS=$(policy CONTROLS)
QUIET=300 HANG_QUIET=120	# seconds without a word of a VM; of one that is to hang, or may
base=$(git -C "$LINUX" rev-parse refs/series/base)
base_side
tree=$base_tree obj=$base_obj
if [ -n "$TESTS" ]; then
	check_tests "$LINUX"
	[ -z "$EXTRA" ] || lay_extra
fi

out=$(new_results control)
build_kernel "$tree" "$obj" "$out"

# Two trees' tests in one stage: no object of the one may pass for the other's.
fresh_tests() { # TREE RESULTS
	rm -rf "$obj/tests" "$obj/tests.id"
	build_tests "$1" "$obj" "$2"
}

if [ -n "$TESTS" ]; then
	fresh_tests "$LINUX" "$out"
	rc=0
	run_tests "$obj" "$out" || rc=$?
	say "on the base; results: ${out#"$TOP/"}; total $SECONDS s"
	exit $rc
fi

# The base's own tests pass on the base.
own_tests() {
	local new OVERLAY=

	new=$(git -C "$LINUX" diff --name-only --diff-filter=A "$base" -- tools/testing/selftests/bpf/prog_tests |
		sed 's|.*/||; s|\.c$||')
	TESTS=$(all_tests | tr , '\n' | grep -vxF "${new:-none}" | paste -sd,)
	mkdir "$out/own"
	fresh_tests "$tree" "$out/own"
	run_tests "$obj" "$out/own"
}
rc=0
own_tests || rc=$?
[ $rc = 0 ] && result ok 'the base passes its own tests' || result FAIL 'the base passes its own tests' "status $rc"

in_group() { list "$CONTROLS" | awk -v g="$1" '$1 == g'; }
tests_of() { awk '{ print $2 }' | paste -sd,; }
TESTS=$(list "$CONTROLS" | tests_of)
fresh_tests "$LINUX" "$out"
result_of() { awk -F'\t' -v n="$2" '$2 == n { print $3; exit }' "$1/tests.tsv"; }

for group in $(list "$CONTROLS" | awk '{ print $1 }' | sort -u); do
	mkdir "$out/$group"
	TESTS=$(in_group "$group" | tests_of)
	VM_QUIET=$QUIET
	! in_group "$group" | grep -wE '(hang|splat)$' >/dev/null || VM_QUIET=$HANG_QUIET
	rc=0
	run_tests "$obj" "$out/$group" >"$out/$group/said" || rc=$?
	while read -r _ test how; do
		case $how in
		fail)
			got=$(result_of "$out/$group" "$test")
			# It failed, whatever it or another of its group then did to the kernel.
			if [ "$got" = FAIL ] && { [ $rc = $E_TEST ] || [ $rc = $E_SPLAT ] || [ $rc = $E_HANG ]; }; then
				result ok "control: $test fails on the base"
			else
				result FAIL "control: $test" "must fail on the base, got ${got:-no result} (status $rc)"
			fi ;;
		splat)	# a lock that lockdep complains of may be a real deadlock, too
			[ $rc = $E_SPLAT ] || { [ $rc = $E_HANG ] && [ -s "$out/$group/splats" ]; } && result ok "control: $test makes the base complain" ||
				result FAIL "control: $test" "must make the base complain, got status $rc" ;;
		hang)
			[ $rc = $E_HANG ] && result ok "control: $test hangs the base" ||
				result FAIL "control: $test" "must hang the base, got status $rc" ;;
		*) result FAIL "control: $test" "CONTROLS says '$how': fail, splat or hang is wanted" ;;
		esac
	done < <(in_group "$group")
done
say "results: ${out#"$TOP/"}; total $SECONDS s"
verdict
