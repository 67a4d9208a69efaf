#!/bin/bash
# bench.sh: what operations on kptrs cost on the base and on the series, how they scale
# with the CPUs, how long a destructor takes to come, and what the kernel's size is. Under
# QEMU's -icount a nanosecond of the guest is an instruction, so costs are instructions,
# and the same on any machine. The rest is by the clock.
DEFAULT_PROFILE=bare
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"

PRODUCERS='1 2 4'

check_options
lock_checkout
"$S/tree.sh"
base_and_series bench
TESTS=bench_kptr,kptr_dtor_context_hooks
build_tests "$tree" "$obj" "$out" bench
stage=$obj/tests/tools/testing/selftests/bpf

in_vm() { # OBJ RESULTS COMMAND: what it says goes to RESULTS/guest.log
	mkdir -p "$2"
	ends_well "$1" "$2" bench "set -eo pipefail; cd '/top/${stage#"$TOP/"}'; $3"
}
both() { # NAME COMMAND [COMMAND that only the series knows]
	say "$1, on the base:"
	in_vm "$base_obj" "$out/base/$1" "$2"
	say "$1, on the series:"
	in_vm "$obj" "$out/series/$1" "$2; ${3-}"
}
# Lines of a log that begin with WORD, from both: what they say, the base's figure, the series'
figures() { # NAME WORD
	local side

	for side in base series; do
		sed -n "s/^$2 //p" "$out/$side/$1/guest.log" >"$out/$side/$2"
		[ -s "$out/$side/$2" ] || die $E_TEST "nothing measured, see $out/$side/$1/guest.log"
	done
	join "$out/base/$2" "$out/series/$2" --nocheck-order
}
json() { sed -nE "s/$1/{$2}/p" | sed '1s/^/[/; $!s/$/,/; $s/$/]/'; }	# REGEXP REPLACEMENT: an object a line

accel=$ACCEL
count_instructions
both instructions './test_progs -v -w 0 -t bench_kptr 2>&1'
figures instructions bench >"$out/bench.figures"
json '(.*) (.*) (.*)' '"operation": "\1", "base": \2, "series": \3' <"$out/bench.figures" >"$out/bench.json"
{
	printf '%-24s %10s %10s %8s\n' operation base series ratio
	awk '{ printf "%-24s %10.1f %10.1f %8s\n", $1, $2, $3, ($2 > 0 ? sprintf("%.3f", $3 / $2) : "-") }' "$out/bench.figures"
} >"$out/table"

# A CPU that writes what another one writes as well costs the processor time, not instructions.
SMP=4 ACCEL=$accel VM_ICOUNT=
both clock "for b in kptr-xchg kptr-dtor; do for p in $PRODUCERS; do
		./bench -w1 -d5 -a -p\$p \$b | sed -n \"s/^Summary: throughput *\([0-9.]*\) .*/scaling \$b:\$p \1/p\"; done; done" \
	'./test_progs -v -t kptr_dtor_context_hooks/latency_* 2>&1'
figures clock scaling | tr : ' ' >"$out/scaling.figures"
json '(.*) (.*) (.*) (.*)' '"bench": "\1", "producers": \2, "base": \3, "series": \4' <"$out/scaling.figures" >"$out/scaling.json"
json '^percentiles (.*): (.*)' '"teardowns": "\1", "us": [\2]' <"$out/series/clock/guest.log" >"$out/latency.json"
{
	printf '\n%-24s %10s %10s\n' 'million pairs a second' base series
	awk '{ printf "%-24s %10.2f %10.2f\n", $1 ", CPUs: " $2, $3, $4 }' "$out/scaling.figures"
	echo
	grep '^latency ' "$out/series/clock/guest.log"
} >>"$out/table"

# What it costs in memory: the kernel's own text and data, and the structs that grew.
sizes() { enter - "$1" pahole -F btf --sizes /build/obj/vmlinux | cut -f1,2 | sort -u; }	# OBJ
enter "$tree" - /build/linux/scripts/bloat-o-meter "/top/${base_obj#"$TOP/"}/vmlinux" "/top/${obj#"$TOP/"}/vmlinux" >"$out/bloat"
sizes "$base_obj" >"$out/base/sizes"
sizes "$obj" >"$out/series/sizes"
{
	printf '\n%-24s %10s %10s\n' struct base series
	join -t "$(printf '\t')" -a 1 -a 2 -e - -o 0,1.2,2.2 "$out/base/sizes" "$out/series/sizes" |
		awk '$2 != $3 { printf "%-24s %10s %10s\n", $1, $2, $3 }'
	for side in base series; do sed -n "s/^memory /memory, $side: /p" "$out/$side/instructions/guest.log"; done
	printf '\nvmlinux: '
	grep '^Total' "$out/bloat"
} >"$out/size"
"$S/bench-report.sh" >/dev/null
cat "$out/table" "$out/size"
say "instructions an operation; results: ${out#"$TOP/"}; total $SECONDS s"
