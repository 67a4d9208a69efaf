#!/bin/bash
# veristat.sh: what the verifier makes of the selftests' programs, or of those that
# TESTS use, and of the objects in OBJS, on the base and on the series. The objects are
# built once, from the series' tree, so that both kernels verify the same bytes. Some of
# them want all of the selftests' config: with another profile than full they are counted.
# With profile bare, under QEMU's -icount, a us is 1,000 instructions, and time is judged.
DEFAULT_PROFILE=full
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"

check_options
[ "$PROFILE" != bare ] || count_instructions
lock_checkout
TESTS=${TESTS:-*}
"$S/tree.sh"
[ "$TESTS" = '*' ] || check_tests "$LINUX"
base_and_series veristat

bpf=tools/testing/selftests/bpf
stage=$obj/tests/$bpf
rm -f "$obj/tests.id"
log=$out/build-objects.log rc=0
phase 'objects and veristat' "$log" stage "$tree" "$obj" veristat || rc=$?
# Of all that there are, some may want another compiler
uncompiled=$(sed -nE 's|^make.*/([^/]*)\.bpf\.o\] Error .*|\1|p' "$log")
[ $rc = 0 ] || { [ "$TESTS" = '*' ] && [ -n "$uncompiled" ] && [ -x "$stage/veristat" ]; } ||
	die $E_BUILD "phase 'objects and veristat' failed: $(first_error "$log"), see $log"

# A module fits one kernel only.
build_modules() { # TREE OBJ RESULTS
	phase 'test modules' "$3/build-modules.log" enter "$1" "$2" sh -euc '
		rsync -rlp --checksum --include="*.[ch]" --include=Makefile --exclude="*" "$1/test_kmods/" /build/obj/test_kmods/
		exec make -C /build/linux O=/build/obj M=/build/obj/test_kmods -j"$2" V="$3" modules' \
		sh "/top/${tree#"$TOP/"}/$bpf" "$JOBS" "$V" ||
		die $E_BUILD "phase 'test modules' failed: $(first_error "$3/build-modules.log"), see $3/build-modules.log"
}
build_modules "$base_tree" "$base_obj" "$out/base"
build_modules "$tree" "$obj" "$out/series"

# Objects of earlier runs may lie there as well. Some the base does not survive.
oopses=$(list "$(policy VERISTAT)" | awk '$2 == "oops" { sub("/.*", "", $1); print $1 }')
sed -n 's|^progs/\(.*\)\.c$|\1|p' "$stage/.staged" | grep -vxF "${oopses:-/}" | grep -vxF "${uncompiled:-/}" | while read -r p; do
	[ -f "$base_tree/$bpf/progs/$p.c" ] && echo "$p.bpf.o" || echo "$p.bpf.o new"
done >"$out/objects"
[ -z "$OBJS" ] || {
	mkdir "$out/objs"
	cp "$OBJS"/*.o "$out/objs/"
	printf '%s\n' "$out"/objs/*.o | sed "s|^$TOP|/top|" >>"$out/objects"
}

verify() { # OBJ RESULTS
	ends_well "$1" "$2" veristat "
		insmod /build/obj/test_kmods/bpf_testmod.ko && insmod /build/obj/test_kmods/bpf_test_nmi.ko &&
		cd '/top/${stage#"$TOP/"}' &&
		/top/scripts/with-map.py ./veristat $ARGS -o csv -e file,prog,verdict,insns,states,peak_states,duration $(sed 's/ .*//' "$out/objects" | xargs) >/mnt/out/veristat.csv"
}
say 'on the base:'
verify "$base_obj" "$out/base"
say 'on the series:'
verify "$obj" "$out/series"

rc=0
how=()
[ "$PROFILE" = full ] || [ "$TESTS" != '*' ] || how+=(some)
[ "$PROFILE" != bare ] || how+=(time)
"$S/veristat-compare.sh" "$out/base/veristat.csv" "$out/series/veristat.csv" "$out/objects" "${how[@]}" >"$out/table" || rc=$?
[ -z "$uncompiled" ] || echo "objects that do not compile here: $(wc -l <<<"$uncompiled"): $(xargs <<<"$uncompiled")" >>"$out/table"
cat "$out/table"
# What the base complains of, the series may have mended.
"$S/splat.sh" "$out/series/console.log" >"$out/splats" || {
	say "kernel complaints, see ${out#"$TOP/"}/series/console.log:"
	sed 's/^/  /' "$out/splats"
	rc=$E_SPLAT
}
say "results: ${out#"$TOP/"}; total $SECONDS s"
exit $rc
