#!/bin/bash
# fuzz-report.sh RESULTS: judge a run of random programs by what it left
# (guest.log, console.log), any number of times: prints what the oracle says and
# one line, writes results.ktap and summary.json. Status 0, 1 or 3.
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/run.sh"

out=$1
log=$out/guest.log
[ -f "$log" ] || : >"$log"
sed '/^[0-9]* of [0-9]* programs, /d' "$log"
# One program is shown, not judged among others.
! grep -qE '^seed [0-9]+, programs ([0-9]+) to \1:' "$log" || exit 0

of() { sed -n "s|^$1: \([0-9.]*\).*|\1|p" "$log" | tail -n 1; }
read -r seed first last seconds rate < <(sed -n 's|^seed \([0-9]*\), programs \([0-9]*\) to \([0-9]*\): \([0-9.]*\) s, \([0-9]*\)/s$|\1 \2 \3 \4 \5|p' "$log" | tail -n 1) || true
unsafe=$(of 'UNSAFE OR LEAKING, AND ACCEPTED') flaws=$(of 'KERNEL FLAWS (verifier bug, warning)') rejected=$(of 'safe programs that were rejected')
splats=$(splats_in "$out")
left=$(of 'RECORDS OR PACKETS LEFT BEHIND BY A RUN') run=$(of 'programs run')
# What ran when the VM went, on each CPU, is the last that the console has of each.
last_run() {
	[ -f "$out/console.log" ] || return 0
	sed -n 's/.*fuzz\(\[[0-9]*\]\): runs \(SEED=[0-9]* START=[0-9]*\).*/\1 \2/p' "$out/console.log" | tr -d '\r' |
		awk '{ last[$1] = $2 " " $3 } END { for (w in last) printf "; ran last: %s", last[w] }'
}
why=$(sed -n 's/^FAIL: //p' "$log" | paste -sd ';')
[ -n "${rate:-}" ] && [ -n "$rejected" ] && [ -n "$run" ] || why="no end: $(last_line "$log")$(last_run)"
[ "${unsafe:-x}${flaws:-x}${left:-x}" = 000 ] || why=${why:-not safe}
programs=${last:+$((last - first + 1))}
printf 'fuzz: %s programs of seed %s in %s s (%s/s), %s run: %s unsafe and accepted, %s kernel flaws, %s runs left records or packets behind, %s %% of the safe rejected; %d splats%s\n' \
	"${programs:-0}" "${seed:--}" "${seconds:--}" "${rate:--}" "${run:--}" "${unsafe:--}" "${flaws:--}" "${left:--}" "${rejected:--}" "$splats" "${why:+; WRONG: $why}"

{
	printf 'KTAP version 1\n1..1\n'
	echo "$([ -z "$why" ] || printf 'not ')ok 1 random programs: nothing dead is used"
} >"$out/results.ktap"
cat >"$out/summary.json" <<END
{
	"kernel": "$(cat "$out/head" 2>/dev/null)", "seed": ${seed:-null}, "programs": ${programs:-null},
	"seconds": ${seconds:-null}, "per_second": ${rate:-null}, "run": ${run:-null}, "unsafe_accepted": ${unsafe:-null}, "flaws": ${flaws:-null}, "left_behind": ${left:-null},
	"safe_rejected_percent": ${rejected:-null}, "splats": $splats, "wrong": "$(tr -d '"\\\t' <<<"$why" | head -n 1)"
}
END
[ "$splats" = 0 ] || exit $E_SPLAT
[ -z "$why" ]
