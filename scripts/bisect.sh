#!/bin/bash
# bisect.sh: each commit of the series builds the objects that it touches, with
# no warning (W=1) that its parent did not have, and the selftests it touches
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

COMMON=8	# a name that more of the files that include a header use says nothing of any

check_options
lock_checkout
obj=$B/obj/$PROFILE
[ -f "$obj/kernel.id" ] || die $E_OPT "no kernel in ${obj#"$TOP/"}: run 'make build' first"
tree=$B/bisect/linux own=$B/bisect/obj
base=$(git -C "$LINUX" rev-parse refs/series/base)
log=$B/bisect/log
mkdir -p "$own"
checkout() { side_tree "$tree" "$1"; }
prepare() {
	checkout "$base"
	! cmp -s "$obj/.config" "$own/.config.was" || return 0
	cp "$obj/.config" "$own/.config"
	phase 'bisect: preparation' "$log" enter "$tree" "$own" \
		make -C /build/linux O=/build/obj -j"$JOBS" W=1 olddefconfig prepare || die $E_BUILD "bisect: cannot prepare, see $log"
	cp "$obj/.config" "$own/.config.was"
}

# A verdict that passed is kept. From the first commit on that has none, each is
# compiled, once: what its parent warns of is known from there.

# Objects of the kernel that a commit's files go into.
kernel_files() {
	git -C "$LINUX" diff --name-only --diff-filter=d "$1^" "$1" -- '*.[chS]' ':!tools' ':!samples' ':!Documentation' ':!scripts'
}
users() { # COMMIT HEADER <SOURCES: those with a name that stands in the lines that it changes there, or one
	local names sources used

	sources=$(sort)
	names=$(git -C "$LINUX" diff -U0 "$1^" "$1" -- "$2" |
		sed -nE 's|/\*.*||; s|//.*||; /^.[[:space:]]*\*/d; s/^[-+]//p' | grep -oE '[A-Za-z_][A-Za-z0-9_]{3,}' | sort -u |
		grep -vxE 'struct|void|bool|const|static|inline|return|else|unsigned|long' || true)
	used=$([ -z "$names" ] || echo "$sources" | xargs git -C "$LINUX" grep -ow -f <(echo "$names") "$1" -- | sort -u |
		awk -F: -v common=$COMMON '
			{ n[$3]++; files[$3] = files[$3] " " $2 }
			END { for (name in n) if (n[name] <= common) print files[name] }' | tr ' ' '\n' | sed '/^$/d')
	[ -n "$used" ] && echo "$used" || grep -m1 '^kernel/bpf/' <<<"$sources" || head -n 1 <<<"$sources"
}
objects() {
	local f

	kernel_files "$1" | while read -r f; do
		case $f in
		*.c | *.S) [ ! -f "$obj/${f%.*}.o" ] || echo "${f%.*}.o" ;;
		*.h)
			(cd "$obj" && grep -rlE --include='.*.o.cmd' "[ /]$f( |\$)" kernel net mm fs drivers lib arch security crypto 2>/dev/null) |
				sed -E 's|/\.([^/]*)\.o\.cmd$|/\1.c|' | users "$1" "$f" | sed 's/\.c$/.o/' ;;
		esac
	done | sort -u
}
compile() { # COMMIT LOG OBJECT...
	local c=$1 out=$2

	shift 2
	checkout "$c" || return
	(cd "$own" && rm -f "$@")
	enter "$tree" "$own" make -C /build/linux O=/build/obj -j"$JOBS" W=1 -k "$@" >"$out" 2>&1
}
# What each file has as of the commit before; a source that was compiled again has
# what it has now.
known=$B/bisect/warnings
now_known() { # LOG OBJECT...
	local out=$1

	shift
	awk -v objects="$*" '
		BEGIN { for (i = split(objects, o, " "); i > 0; i--) compiled[substr(o[i], 1, length(o[i]) - 2)] = 1 }
		{ f = $2; sub(/\.[^.]*:$/, "", f) }
		FILENAME == ARGV[1] && f in compiled { next }
		{ k = $0; sub(/^ *[0-9]+ /, "", k); n[k] = $1 }
		END { for (k in n) print n[k], k }' "$known" <(warnings "$out") >"$known.new"
	mv "$known.new" "$known"
}

kernel_commit() {
	local o new

	o=$(objects "$1")
	if [ -z "$o" ]; then
		[ -z "$(kernel_files "$1")" ] || { echo "$PROFILE builds none of its files"; return 1; }
		return 0
	fi
	# shellcheck disable=SC2086
	compile "$1" "$log" $o || { first_error "$log"; return 1; }
	new=$(warnings "$log" | new_warnings "$known" -)
	# shellcheck disable=SC2086
	now_known "$log" $o
	[ -z "$new" ] || { echo "new warnings: $new"; return 1; }
}
test_commit() {
	local t

	checkout "$1" || return
	t=$(git -C "$LINUX" diff --name-only --diff-filter=d "$1^" "$1" -- "$BPF" | tests_with "$tree")
	[ -n "$t" ] || return 0
	enter "$tree" "$obj" env STAGE=/build/obj/bisect-tests /top/scripts/stage.sh "$t" "$JOBS" 0 >"$log" 2>&1 ||
		{ first_error "$log"; return 1; }
}

# What a verdict on a commit hangs on: all that led up to it.
chain() { # KEY COMMIT PATHSPEC...
	local key=$1 c=$2

	shift 2
	{ echo "$key"; git -C "$LINUX" diff-tree -p --full-index "$c^" "$c" -- "$@"; } | key_of
}
commits=$(git -C "$LINUX" rev-list --reverse "$base..HEAD")
kernel=$({ git -C "$LINUX" rev-parse "$base^{tree}"; cat "$obj/.config" "$S/bisect.sh"; echo "$ROOT"; } | key_of)
tests=$({ echo "$kernel"; cat "$obj/kernel.id" "$S/stage.sh"; } | key_of)
kernel_keys='' todo=''
for c in $commits; do
	kernel=$(chain "$kernel" "$c" ':!tools/testing' ':!Documentation')
	kernel_keys="$kernel_keys $kernel"
	[ -z "$todo" ] && is_kept "$kernel" || todo="$todo $c"
done

# What the parent of the first one warns of
if [ -n "$todo" ]; then
	prepare
	first=${todo#' '}
	first=${first%% *}
	all=$(for c in $todo; do objects "$c"; done | sort -u)
	: >"$known"
	# shellcheck disable=SC2086
	if [ -n "$all" ]; then
		# What does not compile there is for the check of its own commit.
		phase 'bisect: the commit before' "$log.before" compile "$(git -C "$LINUX" rev-parse "$first^")" "$log.parent" $all ||
			[ -s "$log.parent" ] || die $E_BUILD "bisect: cannot compile, see $log.before"
		# shellcheck disable=SC2086
		now_known "$log.parent" $all
	fi
fi
for c in $commits; do
	name=$(git -C "$LINUX" show -s --format=%s "$c")
	kernel_keys=${kernel_keys#' '}
	kernel=${kernel_keys%% *} kernel_keys=${kernel_keys#"$kernel"}
	case "$todo " in
	*" $c "*)
		failed=$FAILED
		check "builds: $name" kernel_commit "$c"
		[ $FAILED != "$failed" ] || keep "$kernel" ;;
	*) result ok "builds: $name" 'as before' ;;
	esac
	tests=$(chain "$tests" "$c" tools/testing)
	check_kept "its tests build: $name" "$tests" test_commit "$c"
done
verdict
