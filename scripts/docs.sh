#!/bin/bash
# docs.sh: kernel-doc, Sphinx and coccinelle on the files that the series touches: nothing
# that they do not say of the base, too
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/build.sh"

TIMES_OUT=60

check_options
lock_checkout
"$S/tree.sh"
export PACKAGES=docs-packages
"$S/setup.sh"
ROOT=$(root_of "$PACKAGES")
tree=$B/docs/linux
base=$(git -C "$LINUX" rev-parse refs/series/base)
mkdir -p "$B/docs"
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
cocci() { # FILES: each semantic patch but those in OCaml, on each of them, TIMES_OUT s at most
	local log=$B/docs/cocci.log

	# shellcheck disable=SC2016,SC2086
	enter "$tree" - sh -c 'cd /build/linux
		one=$1 jobs=$2
		export limit=$3
		shift 3
		for c in $(grep -l "^virtual report" -r scripts/coccinelle --include="*.cocci" | xargs grep -L ocaml | sort); do
			for f; do echo "$c $f"; done
		done | xargs -P "$jobs" -L 1 sh -c "$one"' sh '
			options=$(sed -n "s|^// Options: *||p" $0)
			said=$(spatch -D report --no-show-diff --very-quiet $options --timeout $limit --cocci-file $0 \
				-I arch/x86/include -I include -I include/uapi $1 2>&1)
			case $?,$said in
			0,*) echo "$said" ;;
			*,*Timeout*) echo "takes over $limit s: $0 $1" ;;
			*) echo "ERROR: $0 $1: $said"; exit 255 ;;
			esac' "$JOBS" $TIMES_OUT $1 >"$log" 2>&1 || { first_error "$log"; return 1; }
	sed -E '/^(warning: .*)?$/d; s/:[0-9]+[-:0-9]*:? /: /; s/ line [0-9]+//' "$log"
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
one 'coccinelle on what the series touches' cocci "$(grep '\.c$' <<<"$code")"
verdict
