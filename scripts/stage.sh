#!/bin/bash
# stage.sh TESTS JOBS V [TARGET]: in the toolchain root, build test_progs with only
# the test files that TESTS needs; TARGET veristat: it and the programs of TESTS, of
# all of them with '*', as far as they compile; TARGET bench: that as well. The selftests
# write into their source directory and build all they find there, so they are built in
# a copy.
set -euo pipefail

tests=$1 jobs=$2 v=$3 target=${4:-test_progs}
src=/build/linux
stage=${STAGE:-/build/obj/tests}
bpf=tools/testing/selftests/bpf

# Everything but the selftests is a link into the tree.
link_all() { # SUBDIR EXCEPT
	local f

	mkdir -p "$stage/$1"
	for f in "$src/$1"/*; do
		[ "${f##*/}" = "$2" ] || ln -sfn "$f" "$stage/$1/${f##*/}"
	done
}
rm -rf "$stage/include"
link_all . tools
rm "$stage/include"
link_all include generated
ln -s /build/obj/include/generated "$stage/include/generated"
link_all tools testing
link_all tools/testing selftests
link_all tools/testing/selftests bpf

# What differs is copied, and is new to make whatever its own date is.
copy() { rsync -rlp --checksum "$@"; }
mkdir -p "$stage/$bpf"
copy --exclude='/prog_tests/*.c' --exclude='/progs/*.c' "$src/$bpf/" "$stage/$bpf/"
cd "$stage/$bpf"
from=("$src/$bpf" ${OVERLAY:+"$OVERLAY"} ${EXTRA:+"$EXTRA"})

# Test files: those that define a test whose name a pattern is part of, as
# test_progs -t matches it.
declare -A want
[ "$tests" != '*' ] || tests=
names=$(for d in "${from[@]}"; do grep -HoE '^void (serial_)?test_[a-zA-Z0-9_]+\(' "$d"/prog_tests/*.c || true; done |
	sed -E 's/^([^:]*):void (serial_)?test_(.*)\($/\3 \1/')
for t in ${tests//,/ }; do
	while read -r name file; do
		# shellcheck disable=SC2053  # a pattern is what is wanted
		[[ $name == *${t%%/*}* ]] || continue
		want[$file]=1
	done <<<"$names"
done

# What they declare and another test file defines (iters.c: stack_mprotect()).
for f in "${!want[@]}"; do
	while read -r name; do
		d=$(grep -lE "^[a-z][a-z_ ]* \**$name\([^;]*\$" "${f%/*}"/*.c | head -n 1) || true
		[ -z "$d" ] || want[$d]=1
	done < <(sed -nE 's/^(extern )?(int|void|long|bool) \**([a-z_0-9]+)\([^)]*\);$/\3/p' "$f")
done

# Programs: the skeletons that they include and the objects that they load.
list=$(mktemp -d)
for f in "${!want[@]}"; do
	echo "prog_tests/${f##*/}"
	# A helper's header may include skeletons, and another header, as well.
	set -- "$f"
	for ((i = 1; i <= $#; i++)); do
		while read -r h; do
			for d in "${from[@]}"; do
				[ ! -f "$d/prog_tests/$h" ] || [[ " $* " == *" $d/prog_tests/$h "* ]] ||
					set -- "$@" "$d/prog_tests/$h"
			done
		done < <(sed -n 's/^#include "\([a-z_0-9]*\.h\)"/\1/p' "${!i}")
	done
	{ grep -hoE '[A-Za-z0-9_]+\.(skel\.h|lskel\.h|subskel\.h|bpf\.o)\b' "$@" || true; } | sed 's/\..*//' | sort -u | while read -r p; do
		for d in "${from[@]}"; do
			[ ! -f "$d/progs/$p.c" ] || echo "progs/$p.c"
		done
		# A linked skeleton has no program of its own name.
		sed -n "s/^$p\.skel\.h-deps := //p" Makefile | tr ' ' '\n' | sed 's|^|progs/|; s|\.bpf\.o$|.c|'
	done
done | sort -u >"$list/want"
[ -n "$tests" ] || for d in "${from[@]}"; do (cd "$d" && ls progs/*.c); done | sort -u >"$list/want"
[ "$target" != bench ] || sed -n '/^\$(OUTPUT)\/bench_.*\.o:/,/[^\\]$/p' Makefile | grep -oE '[A-Za-z0-9_]+\.skel\.h' |
	sed 's|^|progs/|; s|\.skel\.h$|.c|' >>"$list/want"
# A program may name an object of its own to load (__btf_path).
grep '^progs/' "$list/want" | while read -r p; do
	for d in "${from[@]}"; do
		[ ! -f "$d/$p" ] || grep -oE '"[A-Za-z0-9_]+\.bpf\.o"' "$d/$p" || true
	done
done | sort -u | sed 's|"\(.*\)\.bpf\.o"|progs/\1.c|' >"$list/more"
cat "$list/more" >>"$list/want"

for d in "${from[@]}"; do
	(cd "$d" && while read -r f; do [ ! -f "$f" ] || echo "$f"; done) <"$list/want" >"$list/files"
	copy --files-from="$list/files" "$d/" .
	for h in progs prog_tests; do
		[ "$d" = "$src/$bpf" ] || [ ! -d "$d/$h" ] || copy --include='*.h' --exclude='*' "$d/$h/" "$h/"
	done
done
for f in prog_tests/*.c progs/*.c; do
	grep -qxF "$f" "$list/want" || rm -f "$f"
done
# tests.h depends on the files that are there, not on those that are gone.
find prog_tests progs -maxdepth 1 -name '*.c' | sort >"$list/now"
cmp -s "$list/now" .staged || rm -f prog_tests/tests.h
cp "$list/now" .staged

# What the Makefile says of a variable, one word a line.
words_of() { sed -n "/^$1 *:=/,/[^\\\\]\$/p" Makefile | sed "s/^$1 *:=//; s/\\\\\$//" | tr -s ' \t' '\n' | sed '/^$/d'; }
only() { words_of "$1" | while read -r f; do [ ! -f "progs/$f" ] || printf '%s ' "$f"; done; }
included() { for f; do ! grep -qs "\"$f\"" prog_tests/*.c || printf '%s ' "$f"; done; }

targets=$target
case $target in
veristat) targets="-k veristat $(sed -n "s|^progs/\(.*\)\.c\$|$PWD/\1.bpf.o|p" .staged | tr '\n' ' ')" ;;
bench) targets='test_progs bench' ;;
esac
# shellcheck disable=SC2046,SC2086
make -j"$jobs" V="$v" KDIR=/build/obj KBUILD_OUTPUT=/build/obj VMLINUX_BTF=/build/obj/vmlinux SKIP_LLVM=1 \
	LSKELS="$(only LSKELS)" LSKELS_SIGNED="$(only LSKELS_SIGNED)" \
	LSKELS_EXTRA="$(only LSKELS_EXTRA)" LINKED_SKELS="$(included $(words_of LINKED_SKELS))" \
	LIBARENA_SKEL="$(included libarena/libarena.skel.h)" LIBARENA_ASAN_SKEL="$(included libarena/libarena_asan.skel.h)" $targets
