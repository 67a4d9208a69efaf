#!/bin/bash
# enter.sh TREE OBJ COMMAND...: run COMMAND in the toolchain root, as pid 1 of
# its own namespaces, so that no mount and no process outlives it.
#
# Inside, whatever the paths outside are, so that ccache and make see the same
# ones in every checkout:
#   /build/linux  TREE      /build/obj  OBJ      /top  the checkout
#   /ccache       the compiler cache
# '-' for TREE or OBJ leaves it out.
#
# Killed with SIGKILL, it takes all of that with it (--kill-child); to SIGINT and
# SIGTERM, to which pid 1 of a namespace is deaf, it answers for it.
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/root.sh"

[ -d "$ROOT" ] || die $E_ENV "no toolchain root at $ROOT: run 'make setup'"
mkdir -p "$CACHE/ccache"
userns=
[ "$(id -u)" = 0 ] || userns='--map-root-user --map-auto'

# shellcheck disable=SC2016,SC2086
unshare $userns --mount --pid --fork --kill-child --propagation private /bin/sh -euc '
	root=$1 tree=$2 obj=$3 top=$4 ccache=$5
	shift 5
	bind() { [ "$1" = - ] || mount --bind "$1" "$root$2"; }
	mount -t tmpfs -o mode=755 tmpfs "$root/mnt"
	mount -t tmpfs tmpfs "$root/tmp"
	mount --rbind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	bind "$tree" /build/linux
	bind "$obj" /build/obj
	bind "$top" /top
	bind "$ccache" /ccache
	exec chroot "$root" /usr/bin/env -i \
		PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
		TERM="${TERM:-dumb}" CCACHE_DIR=/ccache CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=10G \
		CCACHE_DEPEND=1 CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime,time_macros LLVM=1 \
		KBUILD_BUILD_USER=series KBUILD_BUILD_HOST=localhost KBUILD_BUILD_TIMESTAMP=@0 \
		GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory "GIT_CONFIG_VALUE_0=*" \
		"$@"' \
	sh "$ROOT" "$1" "$2" "$TOP" "$CACHE/ccache" "${@:3}" <&0 &
inside=$!
trap 'kill -KILL $inside; exit 130' INT TERM HUP
wait $inside
