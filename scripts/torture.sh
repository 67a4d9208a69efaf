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
#   after    a command for it, after the storms, that must succeed; the same
#   env      NAME=VALUE for test_progs; any number of lines
#   tests    what test_progs runs                    (all storms)
#   workload storm, or fuzz: make fuzz               (storm)
#   patch    a file beside it that breaks the kernel, and
#   must     a regular expression for what the guest's log, or the splats, must
#            have then
. "$(dirname "$0")/common.sh"

check_options
known=$(scenarios)
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
	must=$(scenario_key "$name" must) rc=0
	say "== $name: $(sed -n '1s/^# //p' "$SCENARIOS/$name")"
	out=$(new_results "torture-$name")
	case $(scenario_key "$name" workload) in
	fuzz) set -- env SEED="${SEED:-1}" START=0 N=10000 "$S/fuzz.sh" ;;
	*) set -- "$S/torture-run.sh" "$name" "$out" ;;
	esac
	"$@" 2>&1 | tee "$out/said" || rc=${PIPESTATUS[0]}
	if ended "$rc" "$must" "$out"; then
		result ok "$name" "${must:+must $must: }status $rc, ${out#"$TOP/"}"
		{ id_of "$name"; echo "${out#"$TOP/"}"; } >"$passed"
	else
		result FAIL "$name" "${must:+must $must: }status $rc, ${out#"$TOP/"}"
	fi
done
say "total $SECONDS s"
verdict
