#!/bin/bash
# docs.sh: kernel-doc, Sphinx and coccinelle on the files that the series touches: nothing
# that they do not say of the base, too
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/build.sh"

MAX_TIME=30		# seconds of CPU for a semantic patch on a file

check_options
lock_checkout
"$S/tree.sh"
export PACKAGES=docs-packages
"$S/setup.sh"
ROOT=$(root_of "$PACKAGES")
tree=$B/docs/linux
base=$(git -C "$LINUX" rev-parse refs/series/base)
mkdir -p "$B/docs/base"
touched() { git -C "$LINUX" diff --name-only --diff-filter=d "$base" HEAD -- "$@"; }	# PATHSPEC...
code=$(touched include kernel net | grep '\.[ch]$')

# Each prints what there is to say, a line each. Line numbers do not count.
kernel_doc() { # FILES
	# shellcheck disable=SC2086
	enter "$tree" - sh -c 'cd /build/linux && scripts/kernel-doc -none -Wall "$@"' sh $1 2>&1 | sed -E 's/:[0-9]+ /: /; s/:[0-9]+:/:/'
}
sphinx() { # DIR below Documentation
	local log=$B/docs/sphinx.log

	rm -rf "$B/docs/out"
	mkdir "$B/docs/out"
	enter "$tree" "$B/docs/out" make -C /build/linux O=/build/obj SPHINXDIRS="$1" htmldocs >"$log" 2>&1 &&
		find "$B/docs/out" -path '*/output/*' -name '*.html' | grep -q . || { first_error "$log"; return 1; }
	grep -E '(WARNING|ERROR):' "$log" | sed -E 's/:[0-9]+: /: /' || true
}
cocci() { # FILE: what each semantic patch but those in OCaml says of it, each in MAX_TIME s
	local log

	log=$(mktemp "$B/docs/cocci.XXXXXX")
	# shellcheck disable=SC2016
	enter "$tree" "$B/docs/base" sh -c 'cd /build/linux
		for c in $(grep -l "^virtual report" -r scripts/coccinelle --include="*.cocci" | xargs grep -L ocaml | sort); do
			options=$(sed -n "s|^// Options: *||p" $c)
			rc=0
			said=$(ulimit -S -t $2; spatch -D report --no-show-diff --very-quiet $options --cocci-file $c \
				-I arch/x86/include -I include -I include/uapi $1 2>&1) || rc=$?
			case $rc,$said in
			0,*) echo "$said" ;;
			152,*) echo "takes over $2 s: $c" ;;	# SIGXCPU
			*) echo "ERROR: $c: $said"; exit 1 ;;
			esac
		done' sh "$1" $MAX_TIME >"$log" 2>&1 || { first_error "$log"; rm "$log"; return 1; }
	sed -E '/^(warning: .*)?$/d; s|/build/obj/||g; s/:[0-9]+[-:0-9]*:? /: /; s/ line [0-9]+//' "$log"
	rm "$log"
}
# The base's file is looked at, in the headers of the series, if there is something to say of its successor.
cocci_of() { # key|check FILE
	local said

	case $1 in
	key)
		git -C "$LINUX" rev-parse "$base:$2" "HEAD:$2"
		cat "$S/docs.sh"
		echo "$ROOT"
		;;
	check)
		said=$(cocci "$2") || { echo "$said"; return 1; }
		[ -n "$said" ] || return 0
		mkdir -p "$B/docs/base/${2%/*}"
		git -C "$LINUX" show "$base:$2" >"$B/docs/base/$2"
		! comm -13 <(cocci "/build/obj/$2" | sort) <(sort <<<"$said") | grep .
		;;
	esac
}

compare() { # FUNCTION ARGUMENT
	local at

	for at in "$base" HEAD; do
		side_tree "$tree" "$(git -C "$LINUX" rev-parse "$at")"
		"$@" >"$B/docs/$1.${at/#$base/base}" || { cat "$B/docs/$1.${at/#$base/base}"; return 1; }
	done
	! comm -13 <(sort "$B/docs/$1.base") <(sort "$B/docs/$1.HEAD") | grep .
}
one() { # TITLE FUNCTION ARGUMENT
	check_kept "$1" "$({ git -C "$LINUX" rev-parse HEAD: "$base:"; cat "$S/docs.sh"; echo "$* $ROOT"; } | key_of)" \
		compare "$2" "$3"
}
one 'kernel-doc of what the series touches' kernel_doc "$code"
one 'Sphinx: Documentation/bpf' sphinx bpf
side_tree "$tree" "$(git -C "$LINUX" rev-parse HEAD)"
# shellcheck disable=SC2046
check_each coccinelle: cocci_of $(grep '\.c$' <<<"$code")
verdict
