#!/bin/bash
# export.sh: writes the commits of build/linux back as patches and series.txt
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"

lock_checkout
[ -d "$LINUX" ] || die $E_OPT "there is no build/linux: run 'make tree' first"
base=$(git -C "$LINUX" rev-parse refs/series/base)
gitdir=$LINUX/.git
for d in rebase-merge rebase-apply; do
	[ ! -d "$gitdir/$d" ] || die $E_OPT "$IN_TREE is in the middle of a rebase or am: finish it first"
done
git -C "$LINUX" merge-base --is-ancestor "$base" HEAD || die $E_OPT "HEAD of $IN_TREE does not stand on the base of the series"
[ "$(series_sum "$base" 2>/dev/null)" = "$(cat "$gitdir/series.sum")" ] ||
	die $E_APPLY 'the patches here have changed since make tree: export would discard that (run make tree, or put them back)'
[ -z "$(git -C "$LINUX" status --porcelain --untracked-files=no | head -n 1)" ] ||
	say "$IN_TREE has uncommitted changes: they stay there and are not exported"

tmp=$(mktemp -d "$B/.export.XXXXXX")
on_exit "rm -rf '$tmp'"

why=$(export_series "$LINUX" "$base" "$tmp") || die $E_APPLY "$why"
for p in $(series_patches); do
	rm -f "$TOP/$p"
done
cp -R "$tmp/." "$TOP/"
series_sum "$base" >"$gitdir/series.sum"
git -C "$LINUX" update-ref refs/series/head HEAD
say "exported $(series_patches | wc -l) patches"
