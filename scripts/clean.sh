#!/bin/bash
# clean.sh: removes what is in build/ but the options and other bases (BASE=...), unless
# somebody's work is in it
. "$(dirname "$0")/lib/verb.sh"

lock_checkout
if [ -d "$LINUX" ]; then
	[ -z "$(git -C "$LINUX" status --porcelain --untracked-files=no | head -n 1)" ] ||
		die $E_OPT "$IN_TREE has uncommitted changes: commit and export, or discard them there"
	[ -z "$(git -C "$LINUX" rev-list -n 1 --branches --not refs/series/head)" ] ||
		die $E_OPT "$IN_TREE has commits that are not exported: make export, or remove its branches"
	[ -z "$(git -C "$LINUX" stash list)" ] || die $E_OPT "$IN_TREE has stashes: drop them there"
fi
find "$B" -mindepth 1 -maxdepth 1 ! -name '.lock*' ! -name 'config*' ! -name '[0-9]*' -exec rm -rf {} +
