#!/bin/bash
# bisect.sh: each commit of the series builds the objects that it touches, with
# no warning (W=1) that its parent did not have, and the selftests it touches
. "$(dirname "$0")/common.sh"

HEADER_OBJECTS=60	# of those that include a changed header, at most

check_options
lock_checkout
obj=$B/obj/$PROFILE
[ -f "$obj/kernel.id" ] || die $E_OPT "no kernel in ${obj#"$TOP/"}: run 'make build' first"
tree=$B/bisect/linux own=$B/bisect/obj
base=$(git -C "$LINUX" rev-parse refs/series/base)
log=$B/bisect/log
mkdir -p "$own"
checkout() { side_tree "$tree" "$1"; }
checkout "$base"
cmp -s "$obj/.config" "$own/.config.was" || {
	cp "$obj/.config" "$own/.config"
	phase 'bisect: preparation' "$log" enter "$tree" "$own" \
		make -C /build/linux O=/build/obj -j"$JOBS" W=1 olddefconfig prepare || die $E_BUILD "bisect: cannot prepare, see $log"
	cp "$obj/.config" "$own/.config.was"
}

# Objects of the kernel that a commit's files go into.
kernel_files() {
	git -C "$tree" diff --name-only --diff-filter=d "$1^" "$1" -- '*.[chS]' ':!tools' ':!samples' ':!Documentation' ':!scripts'
}
objects() {
	local f

	kernel_files "$1" | while read -r f; do
		case $f in
		*.c | *.S) [ ! -f "$obj/${f%.*}.o" ] || echo "${f%.*}.o" ;;
		*.h)
			(cd "$obj" && grep -rlE --include='.*.o.cmd' "[ /]$f( |\$)" kernel net mm fs drivers lib arch security crypto 2>/dev/null) |
				sed -E 's|/\.([^/]*)\.cmd$|/\1|' | sort | head -n $HEADER_OBJECTS ;;
		esac
	done | sort -u
}
# Without the numbers, which move: where, what.
warnings() { # LOG
	sed -nE 's/^(.*\.[chS]):[0-9]+:[0-9]+: (warning|error): /\1: /p' "$1" | sort | uniq -c
}
compile() { # COMMIT LOG OBJECT...
	local c=$1 out=$2

	shift 2
	checkout "$c" || return
	(cd "$own" && rm -f "$@")
	enter "$tree" "$own" make -C /build/linux O=/build/obj -j"$JOBS" W=1 -k "$@" >"$out" 2>&1
}

# Test files of a commit: those touched, and those that run a program touched.
tests_of() {
	local f p

	git -C "$tree" diff --name-only --diff-filter=d "$1^" "$1" -- tools/testing/selftests/bpf | while read -r f; do
		p=${f##*/}
		p=${p%.c}
		case $f in
		*/prog_tests/*.c) echo "$tree/$f" ;;
		*/progs/*.c) grep -lE "\b$p\.(l?skel\.h|bpf\.o)" "$tree"/tools/testing/selftests/bpf/prog_tests/*.c || true ;;
		esac
	done | sort -u | while read -r f; do
		grep -oE '^void (serial_)?test_[a-zA-Z0-9_]+\(' "$f" | head -n 1 | sed -E 's/.* (serial_)?test_(.*)\(/\2/'
	done | paste -sd,
}

kernel_commit() {
	local o

	o=$(objects "$1")
	if [ -z "$o" ]; then
		[ -z "$(kernel_files "$1")" ] || { echo "$PROFILE builds none of its files"; return 1; }
		return 0
	fi
	# shellcheck disable=SC2086
	{
		# What fails in the parent is for the parent's own check.
		compile "$(git -C "$tree" rev-parse "$1^")" "$log.parent" $o || [ -s "$log.parent" ] || return
		compile "$1" "$log" $o || { first_error "$log"; return 1; }
	}
	diff <(warnings "$log.parent") <(warnings "$log") | sed -n 's/^> *//p' >"$log.new"
	[ ! -s "$log.new" ] || { echo "new warnings: $(cat "$log.new")"; return 1; }
}
test_commit() {
	local t

	t=$(tests_of "$1")
	[ -n "$t" ] || return 0
	checkout "$1" || return
	enter "$tree" "$obj" env STAGE=/build/obj/bisect-tests /top/scripts/stage.sh "$t" "$JOBS" 0 >"$log" 2>&1 ||
		{ first_error "$log"; return 1; }
}

for c in $(git -C "$LINUX" rev-list --reverse "$base..HEAD"); do
	name=$(git -C "$LINUX" show -s --format=%s "$c")
	checkout "$c"
	check "builds: $name" kernel_commit "$c"
	check "its tests build: $name" test_commit "$c"
done
verdict
