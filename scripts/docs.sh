#!/bin/bash
# docs.sh: kernel-doc, Sphinx and coccinelle on the files that the series touches: nothing
# that they do not say of the base, too
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/build.sh"

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
		[ -s "$B/docs/out/Documentation/$1/output/index.html" ] || { first_error "$log"; return 1; }
	grep -E '(WARNING|ERROR):' "$log" | sed -E 's/:[0-9]+: /: /' || true
}
cocci() { # FILES
	# shellcheck disable=SC2016,SC2086
	enter "$tree" - sh -c 'cd /build/linux
		for c in $(grep -l "^virtual report" -r scripts/coccinelle --include="*.cocci" | sort); do
			options=$(sed -n "s|^// Options: *||p" $c)
			spatch -D report --no-show-diff --very-quiet $options --cocci-file $c \
				-I arch/x86/include -I include -I include/uapi "$@" || echo "spatch fails: $c"
		done' sh $1 2>&1 | grep -v '^warning: ' | sed -E 's/:[0-9]+[-:0-9]*:? /: /'
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
