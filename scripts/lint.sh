#!/bin/bash
# lint.sh: the patches, the policy files and the scripts
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/series.sh"
. "$S/lib/root.sh"

cd "$TOP"
lock_checkout
"$S/tree.sh" >/dev/null

MAX_LINES=800		# of a test file of the project's own
total=$(series_patches | wc -l)
# Those that are not the files of 7.1.3, which its own lint has seen
own=$(series_patches | grep -vxFf <([ -z "$OWN_LIST" ] || grep -v '^#' series.txt)) || true
is_own() { grep -qxF "$1" <<<"$own"; }	# PATCH

numbering() {
	local n=0 p

	for p in $(series_patches); do
		n=$((n + 1))
		is_own "$p" || continue
		case ${p##*/} in
		"${OWN_LIST:+$OWN_LIST-}$(printf '%04d' $n)"-*.patch) ;;
		*) echo "$p stands at $n"; return 1 ;;
		esac
	done
}

listed() { # series.txt names every patch there is, and no other
	diff <(sed -E 's/^# [0-9.]+ (part .*)?//; s/#.*//; /^$/d' series.txt | sort -u) <(find . -path ./build -prune -o -name '[0-9]*-*.patch' -print | sed 's|^\./||' | sort)
}

header() { sed -n '1,/^$/p' "$1" | sed -n "/^$2: /,/^[^ ]/{s/^$2: //p; s/^ / /p}" | tr -d '\n'; }

mail() { # NUMBER PATCH
	local subject slug

	grep -qxF "From: $SELF_NAME <$SELF_MAIL>" <(header_lines "$2") || { echo "From: is not $SELF_NAME <$SELF_MAIL>"; return 1; }
	grep -q '^Date: ' <(header_lines "$2") || { echo 'no Date:'; return 1; }
	subject=$(header "$2" Subject)
	case $subject in
	"[PATCH bpf-next $1/$total] bpf: "* | "[PATCH bpf-next $1/$total] selftests/bpf: "*) ;;
	"[PATCH bpf-next $1/$total] bpf, "* | "[PATCH bpf-next $1/$total] docs/bpf: "*) ;;
	*) echo "Subject: is not '[PATCH bpf-next $1/$total] bpf: ...': $subject"; return 1 ;;
	esac
	slug=$(printf '%s' "${subject#*] }" | tr -cs 'A-Za-z0-9._' - | sed 's/-$//' | cut -c1-52)
	[ "${2##*/}" = "${OWN_LIST:+$OWN_LIST-}$(printf '%04d' "$((10#$1))")-$slug.patch" ] || { echo "its name is not NNNN-$slug.patch"; return 1; }
}
header_lines() { sed '/^$/q' "$1"; }

tags() {
	local bad

	bad=$(sed '/^---$/q' "$1" | grep -nE '^(Signed-off-by|Co-developed-by|Reviewed-by|Acked-by|Tested-by):' | head -n 1) || true
	[ -z "$bad" ] || { echo "a person's tag: $bad"; return 1; }
	bad=$(sed '/^---$/q' "$1" | grep -E '^Fixes:' | grep -vE '^Fixes: [0-9a-f]{12} \(".+"\)$') || true
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}

# FILE_PATH_CHANGES asks for MAINTAINERS entries, and the directories that the
# series adds files to have theirs. UNKNOWN_COMMIT_ID: the tree's history is
# one commit, the ids in the messages come from public mails. A TRACE_EVENT() is
# laid out as all of them are, which checkpatch does not know. linux/nmi.h gives
# asm/nmi.h, which checkpatch wants it for, to kernels with ACPI's APEI only. The
# selftests' bench.c declares each benchmark itself.
checkpatch() { # key|check PATCH_OR_FILE
	local ignore=FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID file=

	if [ "$1" = key ]; then
		cat "$2" "$LINUX/scripts/checkpatch.pl" "$LINUX/scripts/spelling.txt"
		declare -f checkpatch
		echo "$ROOT"
		return
	fi
	case $2 in include/trace/events/*) ignore=$ignore,PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE ;; esac
	case $2 in *-to-bench.patch) ignore=$ignore,AVOID_EXTERNS ;; esac
	case $2 in */test_kmods/*) ignore=$ignore,INCLUDE_LINUX ;; esac
	case $2 in *.[ch]) file=-f ;; esac
	enter "$LINUX" - sh -c 'cd /build/linux && scripts/checkpatch.pl -q --strict --no-signoff --codespell \
		--ignore "$2" --show-types $3 "/top/$1"' sh "$2" "$ignore" "$file"
}

long_files() { # the project's own tests: none over MAX_LINES
	local bad

	# shellcheck disable=SC2046
	bad=$(wc -l $(own_tests) | awk -v max=$MAX_LINES '$2 != "total" && $1 > max')
	[ -z "$bad" ] || { echo "over $MAX_LINES lines: $bad"; return 1; }
}
own_tests() { find tools/testing/selftests/bpf -name '*.[ch]' | sort; }

# A test is a program a rule and its nearest neighbour: not more of it than twice the
# kernel's lines, in each part; on a base with a list of its own, in all of them. A
# benchmark is neither.
proportion() {
	local part p lines

	while read -r part; do
		# shellcheck disable=SC2046,SC2086
		lines=$(for p in $(part_patches $part); do
			case $p in *-to-bench.patch) ;; *) plain_git apply --numstat "$p" ;; esac
		done | awk '
			$3 ~ "^tools/testing/" { tests += $1; next }
			$3 !~ "^(Documentation|tools)/" { kernel += $1 }
			END { print kernel + 0, tests + 0 }')
		[ "${lines% *}" -gt 0 ] && [ "${lines#* }" -le $((2 * ${lines% *})) ] ||
			{ echo "$part: lines of kernel and of tests: $lines"; return 1; }
	done < <(if [ -n "$OWN_LIST" ]; then parts | xargs; else parts; fi)
}

# No registry's host name stands in the repository: those this machine knows.
registry_names() {
	local hosts

	hosts=$(mirrors | sed -E 's|^[a-z+]+://([^/:]*).*|\1|' | sort -u)
	[ -n "$hosts" ] || { echo "apt names no archive: nothing to look for"; return 1; }
	! git grep -nF "$hosts" -- .
}

expired() { # FILE: policy entries say until when, and why
	local today bad

	today=${TODAY:-$(date +%F)}
	bad=$(grep -vE '^[[:space:]]*(#|$)' "$1" | awk -v today="$today" '
		match($0, /# until [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]: ./) { if (substr($0, RSTART + 8, 10) >= today) next; print "expired: " $0; next }
		{ print "no date and reason: " $0 }')
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}

maintainers() { # every F: names something that is there
	local f

	[ -s MAINTAINERS ] || { echo 'no MAINTAINERS'; return 1; }
	sed -n 's/^F:[[:space:]]*//p' MAINTAINERS | while read -r f; do
		[ -e "$f" ] || { echo "MAINTAINERS: $f is not there"; return 1; }
	done
}

parts_said() { # each part has a tree and stands on parts that are there
	local p q bad

	[ -n "$(parts)" ] || { echo 'series.txt has no parts'; return 1; }
	bad=$(series_lines series.txt | grep '^# part ' | grep -vxE '# part [a-z-]+ bpf(-next)?( on [a-z -]+)?' | head -n 1) || true
	[ -z "$bad" ] || { echo "not '# part NAME TREE [on NAME...]': $bad"; return 1; }
	for p in $(parts); do
		for q in $(stands_on "$p"); do
			parts | sed "/^$p\$/,\$d" | grep -xF "$q" >/dev/null || { echo "part $p stands on $q, which must come before it in series.txt"; return 1; }
		done
	done
}

check 'numbering of the series' numbering
check 'parts of the series' parts_said
check 'series.txt names each patch' listed
n=0
for p in $(series_patches); do
	n=$((n + 1))
	is_own "$p" || continue
	check "headers of $p" mail "$(printf "%0${#total}d" $n)" "$p"
	check "tags of $p" tags "$p"
done
# shellcheck disable=SC2046,SC2086
check_each 'checkpatch of' checkpatch $own $(own_tests) tools/testing/clients/*.c
check 'length of the own tests' long_files
check 'tests at most twice the kernel lines' proportion
[ -n "$OWN_LIST" ] || for p in tools/testing/torture/*.patch; do
	check "applies: $p" git -C "$LINUX" apply --check "$TOP/$p"
done
check 'no registry named' registry_names
check 'DENYLIST' expired "$(policy DENYLIST)"
check 'MAINTAINERS' maintainers
scripts=(scripts/*.sh scripts/lib/*.sh .ci/run)
check_kept 'shellcheck' "$({ cat "${scripts[@]}" scripts/.shellcheckrc; echo "$ROOT"; } | key_of)" \
	enter - - sh -c 'cd /top && shellcheck -x "$@"' sh "${scripts[@]}"
verdict
