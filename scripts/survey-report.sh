#!/bin/bash
# survey-report.sh RESULTS: the table of make survey, by what its VMs left, any number of
# times: RESULTS/kernels names the directories, RESULTS/KERNEL/N is the Nth boot of one:
# guest.log, console.log, and 'ended', the status of boot_vm and what it said.
# Status 0, or 1 when the kernel with the series has a fault.
. "$(dirname "$0")/lib/options.sh"

SURVEY=${SURVEY:-$POLICY/SURVEY}
out=$1

# part LOG NAME [N]: what a log has of a fault, or of the Nth of its tests
part() {
	tr -d '\r' <"$1" | awk -v from="survey: begin $2" -v to="survey: end $2" -v n="${3:-}" '
		substr($0, length($0) - length(from) + 1) == from { on = 1 }
		on && /^survey: tests / { k++ }
		on && (n == "" || k == n)
		on && substr($0, length($0) - length(to) + 1) == to { on = 0 }'
}

# complaints RUN NAME: kinds of what the kernel complained of there
complaints() {
	local from to

	from=$(grep -nE "survey: begin $2"$'\r?$' "$1/console.log" | head -n 1 | cut -d: -f1) || true
	to=$(grep -nE "survey: end $2"$'\r?$' "$1/console.log" | head -n 1 | cut -d: -f1) || true
	[ -n "$from" ] || return 0
	{ "$S/splat.sh" "$1/console.log" || true; } |
		awk -F'\t' -v from="$from" -v to="${to:-999999999}" '$2 >= from && $2 <= to && $1 != "console" { print $1 }'
}

# why LOG: what a test says that could not run, or failed in another way than SURVEY has it
why() {
	local without=

	! grep -q 'relying on bpf_testmod.ko' <<<"$1" || without=' (without bpf_testmod.ko)'
	{
		sed -nE "s/.*kfunc '([a-z_0-9]+)' is referenced but wasn't resolved.*/no kfunc \1/p
			s/.*extern \(func ksym\) '([a-z_0-9]+)'.* not found.*/no kfunc \1/p
			s/.*struct ([a-zA-Z_0-9]+) is not found in kernel BTF.*/no struct \1/p
			s/.*Error loading .BTF into kernel: (-[A-Z]+).*/no BTF: the program's is refused, \1/p
			s/.*failed to open system Kconfig.*/no Kconfig: the kernel's is not known/p
			s/.*FAIL:load (bpf_test[a-z_]*\.ko).*/no \1/p
			s/.*invalid func ([a-z_0-9#]+).*/no helper \1/p" <<<"$1"
		sed -nE "s/.*:FAIL:(.*)/fails: \1$without/p; s/.*:SKIP.*/skipped/p" <<<"$1"
		echo "did not run$without"
	} | head -n 1 | cut -c1-100
}
# passes LOG: something of it has run, and nothing has failed or was left out
passes() { grep -qE '^#.*:OK' <<<"$1" && ! grep -qE '^#.*:(FAIL|SKIP)' <<<"$1"; }

# judge RUN NAME HOW SAFE: affected, oops, hangs, not, not*, or '? REASON'
judge() {
	local re shown safely kinds ended

	shown=$(part "$1/guest.log" "$2" 1)
	kinds=$(complaints "$1" "$2")
	case $3 in loads) re=':FAIL:unexpected_load_success' ;; warns) re='verifier bug|verifier internal error' ;; *) re=":FAIL:.*$3" ;; esac
	if grep -qE -- "$re" <<<"$shown"; then
		echo affected
	elif ! part "$1/guest.log" "$2" | grep -x "survey: end $2" >/dev/null; then
		read -r ended _ <"$1/ended"
		if grep -qE '^(oops|bug|panic|mm|list)' <<<"$kinds"; then
			echo oops
		elif [ "$ended" = $E_HANG ] && [ "$3" != loads ]; then
			echo hangs
		else
			echo "? $(cut -d' ' -f2- "$1/ended")"
		fi
	elif [ "$3" = warns ] && [ -n "$kinds" ]; then
		echo affected
	elif passes "$shown" && [ "$4" = - ]; then
		echo not
	elif [ "$4" = - ] || ! grep -qE '^#.*:(OK|FAIL)' <<<"$shown" || [[ $(why "$shown") == no\ * ]]; then
		echo "? $(why "$shown")"
	else
		# Refused, maybe in other words; the safe one is not, whatever it returns
		safely=$(part "$1/guest.log" "$2" 2)
		if ! passes "$safely" && ! grep -q ':FAIL:.*Unexpected retval' <<<"$safely"; then
			echo "? safe program: $(why "$safely")"
		elif [ "$3" = loads ] && ! passes "$shown"; then
			echo 'not*'
		else
			echo not
		fi
	fi
}

verdicts() { # DIR
	local name how safe run _

	while read -r name how _ safe _; do
		run=$({ grep -lE "^survey: begin $name"$'\r?$' "$1"/*/guest.log || true; } | tail -n 1)
		printf '%s\t%s\n' "$name" "$(if [ -n "$run" ]; then judge "${run%/*}" "$name" "$how" "$safe"; else
			echo "? did not run: $(cat "$1"/*/ended | tail -n 1 | cut -d' ' -f2-)"; fi)"
	done < <(list "$SURVEY")
}

# One row a fault, one column a kernel; below, the reasons of what cannot be told
table() {
	local k name words

	printf '%-14s' fault
	for k in $kernels; do printf ' %-9s' "${k%%+*}"; done
	echo
	list "$SURVEY" | while read -r name _ _ _ words; do
		printf '%-14s' "$name"
		for k in $kernels; do
			printf ' %-9s' "$(awk -F'\t' -v n="$name" '$1 == n { print substr($2, 1, 1) == "?" ? "?" : $2 }' "$out/$k/verdicts")"
		done
		echo " $words"
	done
	echo
	echo 'affected, oops, hangs: the kernel has the fault. not: it does not; not*: it refuses the program'
	echo 'with another message, maybe for another reason: see guest.log. ?: cannot tell, because'
	for k in $kernels; do
		awk -F'\t' -v k="${k%%+*}" '$2 ~ /^\?/ { sub(/^\? /, "", $2); why[$2] = why[$2] " " $1 }
			END { for (w in why) print "  " k ": " w ":" why[w] }' "$out/$k/verdicts" | sort
	done
}

kernels=$(cat "$out/kernels")
for k in $kernels; do verdicts "$out/$k" >"$out/$k/verdicts"; done
table | sed 's/ *$//' | tee "$out/table"
! cut -f2 "$out/series/verdicts" 2>/dev/null | grep -vE '^(not|\?)' >/dev/null
