#!/bin/bash
# base.sh: the base as a bare git repository with one commit (or BASE's own
# history); prints "REPOSITORY COMMIT" as its last line
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"
. "$S/lib/root.sh"

case $OWN_LIST in
7.3)	# Debian's, since the archive keeps no source of it
	BASE_FILE=linux-source-7.3_7.3.4-1~bpo13+1_all.deb
	BASE_SHA256=703e369ddd4cce971452f5a593ee55df3a5c10c83caf0fa0df039633ed181ee3 ;;
*)	# The last 7.1 before bpf_obj_cancel_fields()
	BASE_FILE=linux_7.1.3.orig.tar.xz
	BASE_SHA256=61cdf2ccda33d046aa9fcd40a130bfddd03a3c8b2379fc08925f0efe7f69a32c ;;
esac
BASE_POOL=pool/main/l/linux/$BASE_FILE
BASE_GIB=4		# tarball, repository and what its making needs

from_tarball() { # FILE NAME
	local repo=$CACHE/base-$2.git

	if [ ! -d "$repo" ]; then
		need_space "$CACHE" $BASE_GIB 'the base'
		rm -rf "$repo.part"
		on_exit "rm -rf '$repo.part'"
		git init -q --bare "$repo.part"
		phase 'import of the base' "$CACHE/base.log" import "$1" "$repo.part" >&2 ||
			die $E_ENV "cannot import $1, see $CACHE/base.log"
		mv "$repo.part" "$repo"
	fi
	echo "$repo $(git -C "$repo" rev-parse refs/heads/import-tars)"
}

# import-tars.perl takes the commit's date from the tarball, and the names from
# the environment: the commit is the same everywhere.
import() {
	case $1 in *.tar.xz | *.tar.gz | *.tar.bz2 | *.tgz | *.tar | *.deb) ;; *) echo "not a tarball: $1"; return 1 ;; esac
	mkdir -p "$2/tars"
	cp "$1" "$2/tars/"
	enter - "$2" env GIT_AUTHOR_NAME="$SELF_NAME" GIT_AUTHOR_EMAIL="$SELF_MAIL" \
		GIT_COMMITTER_NAME="$SELF_NAME" GIT_COMMITTER_EMAIL="$SELF_MAIL" GIT_DIR=/build/obj sh -euc '
			git config pack.compression 1
			cd /build/obj/tars
			for f in *.deb; do
				[ -f "$f" ] || continue
				dpkg-deb --fsys-tarfile "$f" | tar -x --strip-components=3 --wildcards "./usr/src/*.tar.xz"
				rm "$f"
			done
			perl /usr/share/doc/git/contrib/fast-import/import-tars.perl /build/obj/tars/*
			git cat-file -e refs/heads/import-tars:kernel/bpf/verifier.c' &&
		rm -rf "$2/tars"
}

sum_of() { sha256sum "$1" | cut -d' ' -f1; }

fetch_default() {
	local file=$CACHE/$BASE_FILE copy=$TOP/../shared/base/$BASE_FILE

	mkdir -p "$CACHE"
	if [ ! -f "$file" ]; then
		need_space "$CACHE" $BASE_GIB 'the base'
		if download "$BASE_POOL" "$file" "$BASE_SHA256"; then
			say "base: $BASE_FILE from the archive" >&2
		elif [ -f "$copy" ]; then
			cp "$copy" "$file.part" && mv "$file.part" "$file"
			say "base: $BASE_FILE from $copy" >&2
		else
			die $E_ENV "cannot fetch $BASE_FILE (no network, or gone from the archive): put it, sha256 $BASE_SHA256, into $CACHE$([ -n "$OWN_LIST" ] || echo ", or give BASE=/path/to/a/tarball or git tree")"
		fi
	fi
	if [ "$(sum_of "$file")" != "$BASE_SHA256" ]; then
		mv "$file" "$file.bad"
		die $E_ENV "wrong checksum: $file (moved to $file.bad) is not the ${BASE:-7.1.3} that was asked for; run again to fetch it anew"
	fi
}

exec 8>>"$CACHE/.base.lock"
flock 8
if [ -z "$BASE" ] || [ -n "$OWN_LIST" ]; then
	[ -d "$CACHE/base-${BASE_SHA256:0:12}.git" ] || fetch_default
	from_tarball "$CACHE/$BASE_FILE" "${BASE_SHA256:0:12}"
elif [ -f "$BASE" ]; then
	sum=$(sum_of "$BASE")
	[ -z "${BASE_SUM:-}" ] || [ "$sum" = "$BASE_SUM" ] || die $E_ENV "wrong checksum: $BASE is $sum, not $BASE_SUM"
	[ -n "${BASE_SUM:-}" ] || say "base: $BASE, sha256 $sum, not verified (give BASE_SUM=...)" >&2
	from_tarball "$BASE" "${sum:0:12}"
elif git -C "$BASE" rev-parse -q --verify 'HEAD^{commit}' >/dev/null 2>&1; then
	if [ -n "$(git -C "$BASE" status --porcelain --untracked-files=no 2>/dev/null | head -n 1)" ]; then
		say "base: $BASE has local changes, which stay there: its HEAD is used" >&2
	fi
	git -C "$BASE" cat-file -e HEAD:kernel/bpf/verifier.c 2>/dev/null || die $E_OPT "BASE=$BASE is not a kernel tree"
	echo "$(git -C "$BASE" rev-parse --path-format=absolute --git-common-dir) $(git -C "$BASE" rev-parse HEAD)"
elif [ -e "$BASE/.git" ]; then
	die $E_OPT "BASE=$BASE: $(git -C "$BASE" rev-parse 'HEAD^{commit}' 2>&1 | head -n 1)"
else
	die $E_OPT "BASE=$BASE is neither a tarball nor a git tree with a commit"
fi
