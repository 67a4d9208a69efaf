# shellcheck shell=bash
# series.sh: the patches and their parts, applied and exported.
# shellcheck disable=SC2034  # SELF_NAME is for the scripts that source this file, too
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"
SELF_NAME='BPF object lifetime series' SELF_MAIL=bpf-object-lifetime@localhost

# The lines of series.txt that are for this base: those of a base with a list of its
# own stand there as '# BASE LINE'.
series_lines() { # FILE
	if [ -n "$OWN_LIST" ]; then
		sed -n "s/^# $OWN_LIST part /# part /p; s/^# $OWN_LIST //p" "$1"
	else
		sed -E '/^# [0-9.]+ /d' "$1"
	fi
}
patches_in() { series_lines "$1" | sed 's/#.*//; s/[[:space:]]*$//; /^$/d'; }	# FILE
series_patches() { patches_in "$TOP/series.txt"; }

# The parts: a line '# part NAME TREE [on NAME...]' stands in front of a part's
# patches: the tree that they are for, and the parts that they stand on.
parts() { series_lines "$TOP/series.txt" | sed -n 's/^# part \([^ ]*\) .*/\1/p'; }
tree_for() { series_lines "$TOP/series.txt" | sed -n "s/^# part $1 \([^ ]*\).*/\1/p"; }	# PART
stands_on() { series_lines "$TOP/series.txt" | sed -n "s/^# part $1 [^ ]* on //p"; }	# PART
part_patches() { # PART...: in the order of the series
	series_lines "$TOP/series.txt" | awk -v parts=" $* " '/^# part / { on = index(parts, " " $3 " "); next } /^[^#]/ && on'
}
# with_base PART: it, and all that it stands on
with_base() {
	local p

	for p in $(stands_on "$1"); do with_base "$p"; done
	echo "$1"
}

# The parts that PART names, or all
chosen_parts() {
	local p

	[ -n "$PART" ] || parts
	for p in ${PART//,/ }; do
		parts | grep -xF -- "$p" || die $E_OPT "unknown PART '$p': series.txt has $(parts | xargs)"
	done
}

# recipients PART: 'To: ADDRESS' for lists, 'Cc: ADDRESS' for persons, as the base's
# get_maintainer.pl names them for the patches
recipients() {
	local p

	for p in $(part_patches "$1"); do echo "/top/$p"; done | xargs "$S/enter.sh" "$LINUX" - sh -euc '
		cd /build/linux
		perl scripts/get_maintainer.pl --no-rolestats --no-git --no-git-fallback --no-git-chief-penguins --no-fixes "$@"' sh |
		awk '/[<"]/ { cc[++n] = $0; next } { print "To: " $0 } END { for (i = 1; i <= n; i++) print "Cc: " cc[i] }'
}

# What the tree was made of: base, order, patches.
series_sum() { # BASE_COMMIT
	local p

	{
		echo "$1"
		series_patches
		series_patches | while read -r p; do cat "$TOP/$p"; done
	} | sha256sum | cut -d' ' -f1
}

# Quiet, and the same whatever the user's own configuration says.
plain_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
	GIT_COMMITTER_NAME=$SELF_NAME GIT_COMMITTER_EMAIL=$SELF_MAIL git "$@"
}

# files_of PATCH...: what they touch
files_of() {
	local p

	for p; do
		plain_git -C "$TOP" apply --numstat "$p" || die $E_APPLY "$p is not a patch"
	done | cut -f3 | sort -u
}

# apply_series REPO COMMIT DIR [PATCH...]: `git am` of the series, or of those
# patches of it, on COMMIT in DIR, a new clone of REPO that holds only the files
# which they touch; dies with the patch, file and hunk that fail.
apply_series() {
	local p out touched patches=${*:4} files=()

	patches=${patches:-$(series_patches)}
	for p in $patches; do
		[ -f "$TOP/$p" ] || die $E_APPLY "series.txt names $p, which does not exist"
	done
	plain_git clone -q --shared --no-checkout "$1" "$3" || die $E_ENV "cannot clone $1"
	# shellcheck disable=SC2086
	touched=$(files_of $patches) || exit
	# .gitattributes decides what stands behind a hunk's @@.
	printf '%s\n' .gitattributes "$touched" | plain_git -C "$3" sparse-checkout set --no-cone --stdin || exit
	plain_git -C "$3" checkout -q --detach "$2" || die $E_ENV "no $2 in $1"
	for p in $patches; do files+=("$TOP/$p"); done
	[ ${#files[@]} != 0 ] || return 0
	out=$(plain_git -C "$3" am -q --committer-date-is-author-date "${files[@]}" 2>&1) || {
		p=${files[$(cat "$3/.git/rebase-apply/next") - 1]}
		die $E_APPLY "${p#"$TOP/"} does not apply: $(failed_hunk "$3" "$p" "$out")"
	}
}

# apply_part REPO COMMIT DIR PART: the same with PART and what it stands on
apply_part() {
	# shellcheck disable=SC2046
	apply_series "$1" "$2" "$3" $(part_patches $(with_base "$4"))
}

# format_patch TREE ARGUMENTS...: the same bytes whatever git's version and configuration
format_patch() {
	plain_git -C "$1" format-patch -q --numbered --no-signature --zero-commit --full-index \
		--no-renames --no-notes --no-encode-email-headers --diff-algorithm=myers --stat=72 --unified=3 \
		--src-prefix=a/ --dst-prefix=b/ "${@:2}"
}

# export_series TREE BASE DEST: the commits BASE..HEAD of TREE as patches below
# DEST, each in the directory in which most of its changed lines are, and
# DEST/series.txt. A part begins at the patch at which it began before. With a list of
# its own a base shares the patches that are the same on 7.1.3.
export_series() {
	local c d p part slug shared

	rm -rf "$3/flat"
	format_patch "$1" -o "$3/flat" --no-thread --no-base --subject-prefix='PATCH bpf-next' "$2..HEAD" || return
	: >"$3/list"
	set -- "$1" "$2" "$3" "$3"/flat/*.patch
	for c in $(git -C "$1" rev-list --reverse "$2..HEAD"); do
		slug=${4##*/}
		slug=${slug#*-}
		d=$(git -C "$1" show --format= --numstat --no-renames "$c" | awk -F'\t' '
			{ d = $3; if (!sub("/[^/]*$", "", d)) d = "."; n[d] += $1 + $2 }
			END { for (d in n) print n[d], d }' | sort -k1,1nr -k2 | sed -n '1s/^[0-9]* //p')
		p=$d/${OWN_LIST:+$OWN_LIST-}${4##*/}
		shared=$([ -z "$OWN_LIST" ] || grep -v '^#' "$TOP/series.txt" | grep -- "/[0-9]*-$slug\$") || true
		if [ -n "$shared" ] && cmp -s <(the_same "$4") <(the_same "$TOP/$shared"); then
			p=$shared
			cp "$TOP/$p" "$4"
		fi
		mkdir -p "$3/${p%/*}"
		mv "$4" "$3/$p"
		part=$(series_lines "$TOP/series.txt" | grep -A 1 '^# part ' | grep -B 1 -- "[0-9]-$slug\$" | grep '^# part ') || true
		{ [ -z "$part" ] || echo "$part"; echo "$p"; } >>"$3/list"
		set -- "$1" "$2" "$3" "${@:5}"
	done
	rm -rf "$3/flat"
	part=$(series_lines "$TOP/series.txt" | grep '^# part ' | grep -vxF -f "$3/list" | head -n 1) || true
	[ -z "$part" ] || { echo "the patch at which a part begins is gone or has another subject: in series.txt, put '$part' where it begins now"; return 1; }
	if [ -n "$OWN_LIST" ]; then
		sed "/^# $OWN_LIST /d" "$TOP/series.txt"
		sed -E "s/^(# )?/# $OWN_LIST /" "$3/list"
	else
		sed '/^# part /,$d; /^[^#]/,$d' "$TOP/series.txt"
		cat "$3/list"
		# What another base shares has its new number there as well.
		sed -nE '/^# [0-9.]+ /p' "$TOP/series.txt" | awk -v list="$3/list" '
			function slug(path) { sub(".*/[0-9]*-", "", path); return path }
			BEGIN { while ((getline p <list) > 0) now[slug(p)] = p }
			$3 ~ "/[0-9]*-[^/]*$" && slug($3) in now { $3 = now[slug($3)] }
			{ print }'
	fi >"$3/series.txt"
	rm "$3/list"
}
# A patch without what another base, or another place in the series, makes different
the_same() { sed -E '1,/^$/d; /^index /d; s/^@@ .*/@@/' "$1"; }

failed_hunk() { # DIR PATCH OUTPUT_OF_AM
	local why

	plain_git -C "$1" am --quit >/dev/null 2>&1 || true
	# --reject tells the number of the hunk; DIR is thrown away afterwards.
	why=$(plain_git -C "$1" apply --reject -v "$2" 2>&1 |
		sed -n 's/^Applying patch \(.*\) with .*/\1/p; s/^Rejected hunk #\([0-9]*\).*/hunk \1/p; /^error: .*\(does not exist\|already exists\|corrupt\)/p' |
		head -n 2 | paste -sd, | sed 's/,/, /')
	printf '%s' "${why:-$(printf '%s' "$3" | grep -E '^(error|fatal)' | head -n 1)}"
}
