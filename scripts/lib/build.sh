# shellcheck shell=bash
# build.sh: kernel, modules, selftests. An object directory (build/obj/NAME)
# holds the kernel's objects, and in tests/ the staged selftests that were built
# against them.
. "$(dirname "${BASH_SOURCE[0]}")/verb.sh"
. "$(dirname "${BASH_SOURCE[0]}")/root.sh"


BUILD_GIB=4

# side_tree DIR COMMIT: a clone of build/linux in DIR, at COMMIT and at nothing
# else: what a run has left there goes.
side_tree() {
	if [ ! -d "$1" ]; then
		need_space "$B" $BUILD_GIB "${1#"$TOP/"}"
		rm -rf "$1.part"
		on_exit "rm -rf '$1.part'"
		git clone -q --shared --no-checkout "$LINUX" "$1.part" || return
		mv "$1.part" "$1"
	fi
	git -C "$1" fetch -q "$LINUX" "$2" && git -C "$1" checkout -q --force --detach "$2" && git -C "$1" clean -qfd
}

# The profile's options; of two values the later one wins. Profile full is lockdep
# with all of the selftests' config, the others leave out what lean.config names.
fragments() { # TREE
	local f configs=$TOP/kernel/configs

	set -- "$configs/base.config" "$1"/tools/testing/selftests/bpf/config{,.vm}
	case $PROFILE in
	full) set -- "$@" "$configs/lockdep.config" "$configs/full.config" ;;
	*) set -- "$@" "$configs/lean.config" "$configs/$PROFILE.config" ;;
	esac
	[ -z "$OWN_LIST" ] || set -- "$@" "$configs/base-$OWN_LIST.config"
	for f; do
		sed -E '/^CONFIG_/s/[[:space:]]*#.*//' "$f"
		echo
	done
}

# What a tree holds, uncommitted changes included; kernel_id: of what the kernel is
# built from.
tree_id() { id_of_tree "$1" .; }
kernel_id() { id_of_tree "$1" ':!Documentation' ':!tools/testing'; }
id_of_tree() { # TREE PATHSPEC...
	local tree=$1

	shift
	{
		git -C "$tree" ls-files -s -- "$@"
		git -C "$tree" diff --no-ext-diff HEAD -- "$@"
		git -C "$tree" ls-files --others --exclude-standard -- "$@" | while read -r f; do sha256sum "$tree/$f"; done
	} | sha256sum
}

# build_kernel TREE OBJ RESULTS: bzImage and modules, unless OBJ holds them
build_kernel() {
	local tree=$1 obj=$2 log=$3/build.log id missed

	mkdir -p "$obj"
	id=$({ kernel_id "$tree"; fragments "$tree"; echo "$ROOT"; } | sha256sum)
	if [ "$id" != "$(cat "$obj/kernel.id" 2>/dev/null)" ]; then
		[ -f "$obj/vmlinux" ] || need_space "$obj" $BUILD_GIB 'the build'
		rm -f "$obj/kernel.id"
		fragments "$tree" >"$obj/.config.want"
		phase 'kernel configuration' "$3/config.log" enter "$tree" "$obj" \
			make -C /build/linux O=/build/obj KCONFIG_ALLCONFIG=/build/obj/.config.want allnoconfig ||
			die $E_BUILD "phase 'kernel configuration' failed: $(first_error "$3/config.log"), see $3/config.log"
		missed=$(config_missed "$obj")
		[ -z "$missed" ] || {
			cp "$obj/.config" "$3/.config"
			die $E_BUILD "profile $PROFILE: not in the final .config: $missed"
		}
		phase "kernel build ($PROFILE)" "$log" enter "$tree" "$obj" \
			make -C /build/linux O=/build/obj -j"$JOBS" V="$V" bzImage modules ||
			die $E_BUILD "phase 'kernel build' failed: $(first_error "$log"), see $log"
		echo "$id" >"$obj/kernel.id"
	fi
	cp "$obj/.config" "$3/.config"
}

# config_missed OBJ [FILE]: the options that were asked for, all or those in FILE, and
# did not survive
config_missed() {
	local asked=${2:-$1/.config.want} o want

	sed -n 's/^\(CONFIG_[A-Za-z0-9_]*\)=.*/\1/p; s/^# \(CONFIG_[A-Za-z0-9_]*\) is not set/\1/p' "$asked" | sort -u |
	while read -r o; do
		want=$(grep -E "^$o=|^# $o is not set" "$asked" | tail -n 1)
		case $want in
		*' is not set' | *=n) ! grep -q "^$o=" "$1/.config" || echo "$o is set" ;;
		*) grep -qxF "$want" "$1/.config" || echo "$want" ;;
		esac
	done | paste -sd, | sed 's/,/, /g'
}

first_error() { { grep -m 1 -E 'error:|undefined reference|Error [0-9]|ERROR' "$1" || tail -n 1 "$1"; } | cut -c1-200; }

# The project's own tests lie over those of the tree; empty: without them.
OVERLAY=${OVERLAY-$POLICY}
overlay_id() { [ -z "$OVERLAY" ] || cat "$OVERLAY"/*/*.[ch] | sha256sum; }

stage() { # TREE OBJ TARGET
	enter "$1" "$2" env OVERLAY="${OVERLAY:+/top/${OVERLAY#"$TOP/"}}" EXTRA="${EXTRA:+/top/${B#"$TOP/"}/.extra}" \
		/top/scripts/stage.sh "$TESTS" "$JOBS" "$V" "$3"
}

# build_tests TREE OBJ RESULTS [TARGET]: test_progs with the test files that TESTS names,
# or what else TARGET of stage.sh makes
build_tests() {
	local tree=$1 obj=$2 log=$3/build-tests.log target=${4:-test_progs} id

	id=$({ tree_id "$tree"; cat "$obj/kernel.id"; echo "$TESTS $target"; overlay_id; extra_id; cat "$S/stage.sh"; } | sha256sum)
	if [ "$id" != "$(cat "$obj/tests.id" 2>/dev/null)" ]; then
		rm -f "$obj/tests.id"
		phase 'selftest build' "$log" stage "$tree" "$obj" "$target" ||
			die $E_BUILD "phase 'selftest build' failed: $(first_error "$log"), see $log"
		echo "$id" >"$obj/tests.id"
	fi
}

# lay_extra: EXTRA for one run. Its tests are staged with the others. With
# patches, tree and obj become copies of their own that have them.
lay_extra() {
	local p had=

	rm -rf "$B/.extra"
	mkdir -p "$B/.extra"
	for p in prog_tests progs; do
		[ ! -d "$EXTRA/$p" ] || { cp -R "$EXTRA/$p" "$B/.extra/"; had=1; }
	done
	for p in "$EXTRA"/*.patch; do
		[ -f "$p" ] || continue
		if [ "$tree" = "$LINUX" ]; then
			tree=$B/extra/linux obj=$B/extra/obj-$PROFILE
			side_tree "$tree" "$(git -C "$LINUX" rev-parse HEAD)"
			git -C "$LINUX" diff --binary HEAD | git -C "$tree" apply --allow-empty
		fi
		git -C "$tree" apply "$(realpath "$p")" 2>"$B/extra/log" ||
			die $E_APPLY "$p does not apply: $(head -n 1 "$B/extra/log")"
		say "laid over the tree: $p"
		had=1
	done
	[ -n "$had" ] || die $E_OPT "EXTRA=$EXTRA has neither prog_tests/, progs/ nor *.patch"
}
extra_id() { [ -z "$EXTRA" ] || (cd "$EXTRA" && find . -type f -exec sha256sum {} + | sort); }

# How often each file has each warning: COUNT FILE: WARNING. A place in a header
# counts once, however many objects tell of it.
warnings() { # LOG
	{ grep -E '^[^ ]*\.[chS]:[0-9]+:[0-9]+: (warning|error): ' "$1" || true; } | sort -u |
		sed -E 's/^(\.\.|\/build)\/linux\///; s/^([^ ]*\.[chS]):[0-9]+:[0-9]+: (warning|error): /\1: /' |
		sort | uniq -c
}
# new_warnings KNOWN HAVE: of two outputs of warnings(), what the second has more of
new_warnings() { awk '{ k = $0; sub(/^ *[0-9]+ /, "", k) } FILENAME == ARGV[1] { n[k] = $1; next } $1 > n[k] + 0 { print k }' "$1" "$2"; }
