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
#   env      NAME=VALUE for test_progs; any number of lines
#   tests    what test_progs runs                    (all storms)
#   workload storm, or fuzz: make fuzz               (storm)
#   patch    a file beside it that breaks the kernel, and
#   must     fail or splat: what has to come of that
. "$(dirname "$0")/common.sh"

check_options
known=$(scenarios)
named=$SCENARIO
for name in ${SCENARIO//,/ }; do
	grep -qxF -- "$name" <<<"$known" || die $E_OPT "unknown SCENARIO '$name': there are $(xargs <<<"$known")"
done
lock_checkout
"$S/setup.sh"
"$S/tree.sh"
mkdir -p "$B/torture"

# What the results of a scenario depend on
id_of() {
	{ tree_id "$LINUX"; cat "$SCENARIOS/$1"* "$S"/torture*.sh "$TOP"/kernel/configs/*; echo "$COUNT $DURATION"; } | sha256sum
}

# verdict_of STATUS MUST: what a status says of a scenario that must end so
verdict_of() {
	case $1:$2 in
	0: | $E_TEST:fail | $E_SPLAT:splat) echo ok ;;
	*) echo FAIL ;;
	esac
}

for name in $(if [ -n "$SCENARIO" ]; then xargs -n 1 <<<"${SCENARIO//,/ }"; else echo "$known"; fi); do
	passed=$B/torture/$name
	if [ -z "$SCENARIO" ] && [ "$(id_of "$name")" = "$(head -n 1 "$passed" 2>/dev/null)" ]; then
		result ok "$name" "passed before: $(tail -n 1 "$passed")"
		continue
	fi
	rm -f "$passed"
	must=$(scenario_key "$name" must) rc=0
	say "== $name: $(sed -n '1s/^# //p' "$SCENARIOS/$name")"
	out=$(new_results "torture-$name")
	case $(scenario_key "$name" workload) in
	fuzz) env SEED="${SEED:-1}" "$S/fuzz.sh" ;;
	*) "$S/torture-run.sh" "$name" "$out" ;;
	esac > >(tee "$out/said") 2>&1 || rc=$?
	how=$(verdict_of $rc "$must")
	result $how "$name" "${must:+must $must, }status $rc, ${out#"$TOP/"}"
	[ $how = FAIL ] || { id_of "$name"; echo "${out#"$TOP/"}"; } >"$passed"
done
say "total $SECONDS s"
verdict
