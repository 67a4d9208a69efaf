#!/bin/bash
# mbox.sh: the series as mail. For each part build/mbox/PART.mbox, with its cover
# letter (Documentation/cover/PART), its patches, whom they go to and what they
# stand on; build/mbox/PART/ has the same, one file a mail, and refs/series/parts/PART
# in build/linux the commits.
# PART=NAME: that one. VERSION=N: [PATCH ... vN]
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"
. "$S/lib/root.sh"

check_options
chosen=$(chosen_parts)
lock_checkout
"$S/tree.sh"
base=$(git -C "$LINUX" rev-parse refs/series/base)
tmp=$(mktemp -d "$B/.mbox.XXXXXX")
on_exit "rm -rf '$tmp'"

reroll=()
[ "$VERSION" = 1 ] || reroll=(-v"$VERSION")
cover() { echo "$TOP/Documentation/cover/${OWN_LIST:+$OWN_LIST/}$1"; }
change_id() { sed -n 's/^change-id: //p' "$(cover "$1")"; }

# What b4 reads below the cover letter's base-commit
trailers() { # PART
	local p

	echo "change-id: $(change_id "$1")"
	for p in $(stands_on "$1"); do
		echo "prerequisite-change-id: $(change_id "$p"):v$VERSION"
	done
}

mails_of() { # PART: in $tmp/mails
	local tree=$tmp/$1 n

	n=$(part_patches "$1" | wc -l)
	apply_part "$LINUX" "$base" "$tree" "$1"
	git -C "$LINUX" fetch -q "$tree" "+HEAD:refs/series/parts/$1"
	plain_git -C "$tree" checkout -q -B "$1"
	plain_git -C "$tree" config "branch.$1.description" "$(grep -v '^change-id: ' "$(cover "$1")")"
	recipients "$1" >"$tmp/recipients"
	mapfile -t to < <(sed -n 's/^To: /--to=/p' "$tmp/recipients")
	mapfile -t cc < <(sed -n 's/^Cc: /--cc=/p' "$tmp/recipients")
	format_patch "$tree" -o "$tmp/mails" --cover-letter --cover-from-description=subject --thread=shallow \
		--base="$base" --subject-prefix="PATCH $(tree_for "$1")" "${reroll[@]}" \
		"${to[@]}" "${cc[@]}" "HEAD~$n..$1"
	trailers "$1" >"$tmp/trailers"
	sed -i "/^base-commit: /r $tmp/trailers" "$tmp"/mails/*0000-cover-letter.patch
}

for part in $chosen; do
	cover=$(cover "$part")
	[ "$(change_id "$part" | wc -l)" = 1 ] || die $E_ENV "part $part: ${cover#"$TOP/"} with one line 'change-id: ...' is wanted"
done
for part in $chosen; do
	mails_of "$part"
	rm -rf "$B/mbox/$part" "$B/mbox/$part.mbox"
	mkdir -p "$B/mbox"
	mv "$tmp/mails" "$B/mbox/$part"
	cat "$B/mbox/$part"/*.patch >"$tmp/mbox"
	mv "$tmp/mbox" "$B/mbox/$part.mbox"
	say "${B#"$TOP/"}/mbox/$part.mbox: $(grep -m 1 '^Subject: ' "$B/mbox/$part.mbox" | cut -c10-)"
done
