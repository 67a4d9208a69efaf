#!/bin/bash
# mbox-test.sh: what make mbox writes is what reviewers expect, and what b4, git am
# and git send-email take
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/series.sh"
. "$S/lib/root.sh"

LIMIT=15	# patches that the lists take at once

check_options
lock_checkout
"$S/mbox.sh"
base=$(git -C "$LINUX" rev-parse refs/series/base)
tmp=$(mktemp -d "$B/.mail.XXXXXX")
on_exit "rm -rf '$tmp'"

# in_clone COMMAND ARGUMENTS...: in the toolchain root, where the tools are, and in a
# clone of build/linux with the files that the series touches
in_clone() {
	enter "$LINUX" "$tmp" bash -euc "cd /build/obj/linux; $1" bash "${@:2}"
}
make_clone() {
	# shellcheck disable=SC2046
	files_of $(series_patches) >"$tmp/files"
	enter "$LINUX" "$tmp" bash -euc '
		cd /build/obj
		git clone -q --shared --no-checkout /build/linux linux
		cd linux
		git fetch -q origin "refs/series/*:refs/series/*"
		git config user.name "$1"
		git config user.email "$2"
		git -C /build/linux config --get-regexp "^b4\\." | while read -r key value; do git config "$key" "$value"; done
		{ printf "/*\n!/*/\n/scripts/\n/*/Kconfig\n/Documentation/index.rst\n/include/Kbuild\n/LICENSES/\n/ipc/util.h\n"; sed "s|^|/|" ../files; } | git sparse-checkout set --no-cone --stdin' \
		bash "$SELF_NAME" poster@example.org
}

headers() { # PART: a cover letter, each patch once and in order, a base, recipients
	local n tree i=0 f want

	n=$(part_patches "$1" | wc -l) tree=$(tree_for "$1")
	[ "$n" -le $LIMIT ] || { echo "$n patches, more than $LIMIT"; return 1; }
	for f in "$B/mbox/$1"/*.patch; do
		want=$(printf "Subject: [PATCH $tree %0${#n}d/%d] " $i "$n")
		grep -F -m 1 "$want" "$f" || { echo "${f##*/}: not '$want'"; return 1; }
		sed -n '/^To: /,/^Cc: /p' "$f" | grep -w bpf@vger.kernel.org && grep '^Cc: ' "$f" || { echo "${f##*/}: without recipients"; return 1; }
		i=$((i + 1))
	done
	[ $i = $((n + 1)) ] || { echo "$i mails for $n patches"; return 1; }
	f=$B/mbox/$1/0000-cover-letter.patch
	! grep -F '*** ' "$f" || { echo 'the cover letter has blanks'; return 1; }
	[ "$(grep -c '^change-id: [0-9]\{8\}-[a-z-]*-[0-9a-f]\{12\}$' "$f")" = 1 ] || { echo 'no change-id'; return 1; }
	[ "$(sed -n 's/^base-commit: //p' "$f")" = "$base" ] || { echo 'no base-commit'; return 1; }
	[ "$(grep -c '^prerequisite-change-id: ' "$f")" = "$(stands_on "$1" | wc -w)" ] || { echo 'not all prerequisites'; return 1; }
}
# The part's commits are refs/series/parts/PART, the last of $1; on what is below
# them ADD makes the same tree.
gives_the_part() { # PART ADD
	# shellcheck disable=SC2016
	in_clone '
		mbox=/top/'"${B#"$TOP/"}"'/mbox/$1.mbox
		git checkout -q -B work "refs/series/parts/$1~$2"
		'"$2"'
		git diff --exit-code --stat "refs/series/parts/$1" HEAD' "$1" "$(part_patches "$1" | wc -l)"
}
# As a poster does it, who is not the address that wrote the patches
sends() { # PART
	local n

	# shellcheck disable=SC2016
	n=$(in_clone 'git send-email --dry-run --quiet --confirm=never --suppress-cc=author --smtp-server=/bin/true "$1"' "/top/${B#"$TOP/"}/mbox/$1" |
		tee "$tmp/sent" | grep -c '^Dry-Sent ') || true
	[ "$n" = "$(($(part_patches "$1" | wc -l) + 1))" ] || { echo "$n mails sent"; tail -n 5 "$tmp/sent"; return 1; }
}
preps() { # PART
	# shellcheck disable=SC2016
	in_clone '
		b4="b4 --offline-mode"
		git config sendemail.smtpServer localhost
		git checkout -q -B post "refs/series/parts/$1"
		$b4 prep -e "refs/series/parts/$1~$2"
		$b4 prep --check
		$b4 send --dry-run --no-sign' "$1" "$(part_patches "$1" | wc -l)"
}

check 'mbox: a clone' make_clone
for part in $(chosen_parts); do
	check "mbox: headers of $part" headers "$part"
	# shellcheck disable=SC2016
	check "mbox: git am of $part" gives_the_part "$part" 'git am -q --empty=drop "$mbox"'
	# shellcheck disable=SC2016
	check "mbox: b4 am of $part" gives_the_part "$part" 'rm -rf ../am; b4 -q --offline-mode am -m "$mbox" -o ../am; git am -q ../am/*.mbx'
	# shellcheck disable=SC2016
	check "mbox: b4 shazam of $part" gives_the_part "$part" \
		'grep -v "^prerequisite-patch-id: " "$mbox" >../mbox; b4 -q --offline-mode shazam -m ../mbox'	# it asks lore for those
	check "mbox: git send-email of $part" sends "$part"
done
check "mbox: b4 prep and send of $part" preps "$part"
verdict
