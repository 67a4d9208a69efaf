#!/bin/bash
# tree.sh: build/linux, a git repository with the base as one commit and the
# series as one commit a patch, on branch 'series'
#
# refs/series/base and refs/series/head are the base and what the patches gave;
# .git/series.sum says of which patches. Commits and changes beyond that are
# somebody's work: they are kept, and nothing is ever moved under them.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"

TREE_GIB=3
lock_checkout
"$S/setup.sh"
where=$("$S/base.sh" | tail -n 1)
repo=${where% *} commit=${where##* }

if [ ! -d "$LINUX" ]; then
	need_space "$B" $TREE_GIB 'the tree'
	rm -rf "$LINUX.part"
	on_exit 'rm -rf "$LINUX.part"'
	checkout() {
		git clone -q --no-checkout "$repo" "$LINUX.part" &&
			git -C "$LINUX.part" checkout -q --no-track -B series "$commit" &&
			git -C "$LINUX.part" update-ref refs/series/base "$commit" &&
			git -C "$LINUX.part" update-ref refs/series/head "$commit"
	}
	phase 'checkout of the base' "$B/checkout.log" checkout ||
		die $E_ENV "cannot make the tree, see $B/checkout.log"
fi
tree=$LINUX
[ -d "$tree" ] || tree=$LINUX.part

in_tree() { git -C "$tree" "$@"; }
sum=$(series_sum "$commit" 2>/dev/null) || sum=
old=$(cat "$tree/.git/series.sum" 2>/dev/null) || old=
dirty=$(in_tree status --porcelain --untracked-files=no | head -n 1)
head=$(in_tree rev-parse HEAD)
[ "$head" = "$(in_tree rev-parse refs/series/head)" ] && ahead='' || ahead=1

if [ "$sum" = "$old" ] && [ -n "$sum" ]; then
	[ -z "$dirty$ahead" ] || say "$IN_TREE has ${ahead:+commits that are not exported}${ahead:+${dirty:+ and }}${dirty:+uncommitted changes}: used as it stands"
	exit 0
fi
[ -z "$dirty" ] || die $E_APPLY "$IN_TREE has uncommitted changes and the series has changed: commit or stash them there, then run again"
[ -z "$ahead" ] || die $E_APPLY "$IN_TREE has commits that are not exported and the series has changed: make export, or move them to a branch and check out refs/series/head"

tmp=$(mktemp -d "$B/.apply.XXXXXX")
on_exit "rm -rf '$tmp'"
in_tree cat-file -e "$commit^{commit}" 2>/dev/null || in_tree fetch -q "$repo" "$commit"
apply_series "$tree" "$commit" "$tmp/linux"
in_tree fetch -q "$tmp/linux" HEAD
new=$(in_tree rev-parse FETCH_HEAD)
# Only the files that differ are written, so that make sees only those as new.
in_tree checkout -q -B series "$new"
in_tree update-ref refs/series/base "$commit"
in_tree update-ref refs/series/head "$new"
echo "$sum" >"$tree/.git/series.sum"
# Commits made there are the series' own.
in_tree config user.name "$SELF_NAME"
in_tree config user.email "$SELF_MAIL"
# For b4 prep and b4 send in the tree.
in_tree config b4.send-series-to bpf@vger.kernel.org
in_tree config b4.send-prefixes bpf-next
in_tree config b4.prep-perpatch-check-cmd './scripts/checkpatch.pl -q --terse --strict --mailback --showfile --no-signoff -'
[ "$tree" = "$LINUX" ] || mv "$tree" "$LINUX"
say "$IN_TREE: $(series_patches | wc -l) patches on $(git -C "$LINUX" describe --always "$commit")"
