#!/bin/bash
# torture.sh: storms of NMIs on each kernel of tools/testing/torture, and kernels
# that are broken on purpose, in which the storms must find it. Of a scenario that
# passed on this tree nothing is repeated, unless SCENARIO names it.
#
# A scenario: '# what it is for', then 'KEY VALUE' lines:
#   profile  kernel/configs/VALUE.config             (lockdep)
#   smp      CPUs                                    (2)
#   boot     kernel parameters
#   setup    a command for the guest, before the storms; any number of lines
#   after    a command for it, after the storms; each of both must succeed
#   env      NAME=VALUE for test_progs; any number of lines
#   tests    what test_progs runs                    (all storms)
#   workload storm, or fuzz: make fuzz with this profile, smp, boot  (storm)
#   patch    a file beside it that breaks the kernel, and
#   must     a regular expression for what the guest's log, or the splats, must
#            have then
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"
. "$S/lib/scenarios.sh"

KEYS='profile|smp|boot|setup|after|env|tests|workload|patch|must'

check_options
known=$(scenarios)
for name in ${SCENARIO//,/ }; do
	grep -qxF -- "$name" <<<"$known" || die $E_OPT "unknown SCENARIO '$name': there are $(xargs <<<"$known")"
done
for name in $known; do
	bad=$(sed '1{/^# ./d}' "$SCENARIOS/$name" | grep -vE "^($KEYS)[[:space:]]+[^[:space:]]" | head -n 1) || true
	[ -z "$bad" ] || die $E_OPT "scenario $name: not 'KEY VALUE': $bad"
	patch=$(scenario_key "$name" patch) must=$(scenario_key "$name" must)
	[ -z "$patch$must" ] || { [ -f "$SCENARIOS/$patch" ] && [ -n "$must" ]; } ||
		die $E_OPT "scenario $name: 'patch' (an existing file) and 'must' go together"
done
lock_checkout
"$S/tree.sh"
mkdir -p "$B/torture"

# What the results of a scenario depend on
id_of() {
	local patch

	patch=$(scenario_key "$1" patch)
	{
		tree_id "$LINUX"
		cat "$SCENARIOS/$1" ${patch:+"$SCENARIOS/$patch"} "$S"/*.sh "$TOP"/tools/testing/fuzz/* \
			"$TOP"/kernel/configs/* "$TOP/tools/testing/splat/SPLAT_ALLOWLIST"
		echo "$COUNT $DURATION $SEED $MEM $ACCEL $ROOT"
	} | sha256sum
}

# ended STATUS MUST RESULTS: as a scenario has to
ended() {
	case $1 in
	0) [ -z "$2" ] ;;
	"$E_TEST" | "$E_SPLAT" | "$E_HANG" | "$E_STOP") [ -n "$2" ] && grep -qE -- "$2" "$3/guest.log" "$3/splats" ;;
	*) return 1 ;;
	esac
}

for name in $(if [ -n "$SCENARIO" ]; then xargs -n 1 <<<"${SCENARIO//,/ }"; else echo "$known"; fi); do
	passed=$B/torture/$name
	if [ -z "$SCENARIO" ] && [ "$(id_of "$name")" = "$(head -n 1 "$passed" 2>/dev/null)" ]; then
		result ok "$name" "passed before: $(tail -n 1 "$passed")"
		continue
	fi
	rm -f "$passed"
	id=$(id_of "$name")
	must=$(scenario_key "$name" must) rc=0
	say "== $name: $(sed -n '1s/^# //p' "$SCENARIOS/$name")"
	out=$(new_results "torture-$name")
	"$S/torture-run.sh" "$name" "$out" 2>&1 | tee "$out/said" || rc=${PIPESTATUS[0]}
	if ended "$rc" "$must" "$out"; then
		result ok "$name" "${must:+must $must: }status $rc, ${out#"$TOP/"}"
		# Not so where something was changed meanwhile
		[ "$id" != "$(id_of "$name")" ] || printf '%s\n' "$id" "${out#"$TOP/"}" >"$passed"
	else
		result FAIL "$name" "${must:+must $must: }status $rc, ${out#"$TOP/"}"
		# A VM that died is not a storm that lost a kptr: the first failure tells.
		[ $FAILED != 1 ] || [ "$rc" = 0 ] || FAILURE=$rc
	fi
done
say "total $SECONDS s"
verdict
