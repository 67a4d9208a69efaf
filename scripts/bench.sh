#!/bin/bash
# bench.sh: what operations on kptrs cost on the base and on the series, and what the
# kernel's size is. Under QEMU's -icount a nanosecond of the guest is an instruction, so
# figures are instructions, and the same on any machine; KVM and other CPUs do not come
# into it.
DEFAULT_PROFILE=bare
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"

SMP=1
ACCEL=tcg
VM_ICOUNT=shift=0,sleep=off
check_options
lock_checkout
"$S/tree.sh"
base_and_series bench
TESTS=bench_kptr
build_tests "$tree" "$obj" "$out"
stage=$obj/tests/tools/testing/selftests/bpf

measure() { # OBJ RESULTS
	ends_well "$1" "$2" test_progs "cd '/top/${stage#"$TOP/"}' && ./test_progs -v -t $TESTS 2>&1"
	sed -n 's/^bench //p' "$2/guest.log" >"$2/figures"
	[ -s "$2/figures" ] || die $E_TEST "nothing measured, see $2/guest.log"
}
say 'on the base:'
measure "$base_obj" "$out/base"
say 'on the series:'
measure "$obj" "$out/series"

{
	printf '%-24s %10s %10s %8s\n' operation base series ratio
	join "$out/base/figures" "$out/series/figures" --nocheck-order | awk '
		{ printf "%-24s %10.1f %10.1f %8s\n", $1, $2, $3, ($2 > 0 ? sprintf("%.3f", $3 / $2) : "-") }'
} >"$out/table"
awk 'NR > 1 { printf "%s{\"operation\": \"%s\", \"base\": %s, \"series\": %s}", (NR > 2 ? ",\n" : "[\n"), $1, $2, $3 }
	END { print "\n]" }' "$out/table" >"$out/bench.json"

# What it costs in memory: the kernel's own text and data, and the structs that grew.
sizes() { enter - "$1" pahole -F btf --sizes /build/obj/vmlinux | cut -f1,2 | sort -u; }	# OBJ
enter "$tree" - /build/linux/scripts/bloat-o-meter "/top/${base_obj#"$TOP/"}/vmlinux" "/top/${obj#"$TOP/"}/vmlinux" >"$out/bloat"
sizes "$base_obj" >"$out/base/sizes"
sizes "$obj" >"$out/series/sizes"
{
	printf '\n%-24s %10s %10s\n' struct base series
	join -t "$(printf '\t')" -a 1 -a 2 -e - -o 0,1.2,2.2 "$out/base/sizes" "$out/series/sizes" |
		awk '$2 != $3 { printf "%-24s %10s %10s\n", $1, $2, $3 }'
	for side in base series; do sed -n "s/^memory /memory, $side: /p" "$out/$side/guest.log"; done
	printf '\nvmlinux: '
	grep '^Total' "$out/bloat"
} >"$out/size"
"$S/bench-report.sh" "$out" >/dev/null
cat "$out/table" "$out/size"
say "instructions an operation; results: ${out#"$TOP/"}; total $SECONDS s"
