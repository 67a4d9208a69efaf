#!/bin/bash
# setup.sh: host packages and the toolchain-and-guest root; with PACKAGES=LIST the root
# that scripts/LIST asks for
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/root.sh"

SETUP_GIB=4		# the root is 1.3 GiB, apt's own copies come on top
WHAT=${PACKAGES%-packages} WHAT="${WHAT/#root/toolchain} root"

if [ "$(id -u)" != 0 ]; then
	unshare --map-root-user --mount true 2>/dev/null || die $E_ENV 'neither root nor user namespaces: one of them is needed'
else
	unshare --mount --pid --fork true 2>/dev/null ||
		die $E_ENV 'root, but without the right to make namespaces (a container without CAP_SYS_ADMIN?)'
fi

# command:package pairs
need='git:git mmdebstrap:mmdebstrap unshare:util-linux flock:util-linux xz:xz-utils awk:mawk'
[ "$(id -u)" = 0 ] || need="$need newuidmap:uidmap"
missing=
for p in $need; do
	command -v "${p%%:*}" >/dev/null || missing="$missing ${p#*:}"
done
if [ -n "$missing" ]; then
	say "installing with apt:$missing"
	[ "$(id -u)" = 0 ] || die $E_ENV "not root: run 'apt-get install$missing' as root first"
	mkdir -p "$B"
	# shellcheck disable=SC2086
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
		>"$B/apt.log" 2>&1 </dev/null ||
		die $E_ENV "apt-get cannot install$missing (no network?), see $B/apt.log"
fi

[ "$(id -u)" = 0 ] || unshare --map-root-user --map-auto --mount true 2>/dev/null ||
	die $E_ENV 'user namespaces without a range for this user in /etc/subuid and /etc/subgid: one is needed'

[ ! -d "$ROOT" ] || exit 0
need_space "$CACHE" $SETUP_GIB "the $WHAT"

# One maker at a time; the others wait and find it made.
exec 8>>"$CACHE/.root.lock"
flock -n 8 || { say "another checkout makes a root: waiting for it"; flock 8; }
[ ! -d "$ROOT" ] || exit 0

make_root() {
	local mirror

	[ -n "$(mirrors)" ] || apt-get update
	mirror=$(mirrors_of "$SUITE")
	mirror=${mirror%%$'\n'*}
	[ -n "$mirror" ] || { echo "no mirror of this machine's apt has $SUITE"; return 1; }
	exec mmdebstrap --variant=minbase --include="$(root_packages "$PACKAGES")" \
		--customize-hook='mkdir -p "$1/build/linux" "$1/build/obj" "$1/top" "$1/ccache"' \
		"$SUITE" "$ROOT.part" "$mirror"
}
# A root that mmdebstrap made in a user namespace belongs to its subordinate ids.
rm_tree() {
	if [ "$(id -u)" = 0 ]; then
		rm -rf --one-file-system "$1"
	else
		unshare --map-root-user --map-auto rm -rf --one-file-system "$1"
	fi
}
rm_tree "$ROOT.part"
on_exit 'rm_tree "$ROOT.part"'
log=$CACHE/root.log
phase "$WHAT" "$log" make_root ||
	die $E_ENV "cannot make the $SUITE root: $(grep -E '^(E:|no mirror)' "$log" | tail -n 1), see $log"
mv "$ROOT.part" "$ROOT"
