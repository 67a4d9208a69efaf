#!/bin/bash
# matrix.sh: the kernel's directories that the series changes, compiled for what
# kernel/configs/MATRIX lists: no error, and no warning (W=1) that the base does not have
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/build.sh"

DIRS='kernel/bpf/ kernel/cgroup/ net/sched/'

check_options
lock_checkout
"$S/tree.sh"
tree=$B/matrix/linux
base=$(git -C "$LINUX" rev-parse refs/series/base)

compile() { # COMMIT NAME ARCH COMPILER OPTIONS: with its log in build/matrix/NAME/log
	local obj=$B/matrix/$2 make='make -C /build/linux O=/build/obj' missed

	side_tree "$tree" "$1" || return
	mkdir -p "$obj"
	xargs -n 1 <<<"$5" >"$obj/.config.options"
	{ fragments "$tree"; cat "$obj/.config.options"; } >"$obj/.config.want"
	case $4 in
	gcc) make="env -u LLVM $make" ;;
	sparse) make="$make C=1" ;;
	esac
	make="$make ARCH=$3 W=1 -j$JOBS"
	# shellcheck disable=SC2086
	enter "$tree" "$obj" $make KCONFIG_ALLCONFIG=/build/obj/.config.want allnoconfig >"$obj/log" 2>&1 || return
	missed=$(config_missed "$obj" "$obj/.config.options")
	[ -z "$missed" ] || { echo "not in the final .config: $missed"; return 1; }
	# shellcheck disable=SC2086
	(cd "$obj" && rm -rf $DIRS) && enter "$tree" "$obj" $make prepare $DIRS >"$obj/log" 2>&1
}
one() { # NAME ARCH COMPILER OPTIONS
	local log=$B/matrix/$1/log

	compile "$(git -C "$LINUX" rev-parse HEAD)" "$@" || { first_error "$log"; return 1; }
	find "$B/matrix/$1/kernel/bpf" -name '*.o' | grep . || { echo 'nothing was compiled'; return 1; }
	warnings "$log" >"$log.series"
	[ -s "$log.series" ] || return 0
	compile "$base" "$@" || { first_error "$log"; return 1; }
	warnings "$log" >"$log.base"
	! new_warnings "$log.base" "$log.series" | grep .
}

while read -r -u 3 name arch compiler options; do
	key=$({
		git -C "$LINUX" rev-parse HEAD: "$base:"
		fragments "$LINUX"
		cat "$S/matrix.sh"
		echo "$name $arch $compiler $options $ROOT"
	} | key_of)
	check_kept "compiles: $name" "$key" one "$name" "$arch" "$compiler" "$options"
done 3< <(list "$TOP/kernel/configs/MATRIX")
verdict
