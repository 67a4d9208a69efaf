#!/bin/bash
# herd.sh ARGUMENTS...: herd7 in the kernel's tools/memory-model. It comes from sid,
# the only suite of Debian that has it, and wants sid's libc: both are unpacked
# aside, and herd7 is started through that libc's own loader.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/root.sh"

HERD=$CACHE/herd7

fetch() {
	local uri

	for uri in $(mirrors); do
		/usr/lib/apt/apt-helper download-file "${uri}dists/sid/InRelease" "$HERD.InRelease" || continue
		rm -f "$HERD.InRelease"*
		# The mirror may be a copy that stands still: its Release file expires,
		# which says nothing of its signature.
		mmdebstrap --variant=extract --include=herdtools7,libc6 \
			--aptopt='Acquire::Check-Valid-Until "false"' sid "$HERD.part" "$uri"
		return
	done
	echo "no mirror of this machine's apt has sid"
	return 1
}

exec 8>>"$CACHE/.herd.lock"
flock 8
if [ ! -d "$HERD" ]; then
	rm -rf "$HERD.part"
	on_exit 'rm -rf "$HERD.part"'
	phase 'herd7 from sid' "$CACHE/herd.log" fetch >&2 ||
		die $E_ENV "cannot fetch herd7: $(grep -E '^(E:|no mirror)' "$CACHE/herd.log" | tail -n 1), see $CACHE/herd.log"
	mv "$HERD.part" "$HERD"
fi
exec 8>&-
enter "$LINUX" "$HERD" sh -euc '
	cd /build/linux/tools/memory-model
	lib=/build/obj/usr/lib/x86_64-linux-gnu
	exec $lib/ld-linux-x86-64.so.2 --library-path $lib /build/obj/usr/bin/herd7 \
		-set-libdir /build/obj/usr/share/herdtools7/herd "$@"' sh "$@"
