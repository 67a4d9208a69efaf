#!/bin/bash
# menuconfig.sh: the options of a run, with the base tree's own kconfig
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/build.sh"

lock_checkout
"$S/tree.sh"
mkdir -p "$B/obj/kconfig"
phase 'kconfig' "$B/obj/kconfig/log" enter "$LINUX" "$B/obj/kconfig" make -C /build/linux O=/build/obj build_menuconfig ||
	die $E_BUILD "kconfig does not build, see $B/obj/kconfig/log"
enter "$LINUX" "$B/obj/kconfig" env KCONFIG_CONFIG=/top/build/config srctree=/top \
	/build/obj/scripts/kconfig/mconf /top/Kconfig
