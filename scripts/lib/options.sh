# shellcheck shell=bash
# options.sh: paths, exit statuses, messages, and the options of a run.
#
# Exit statuses, the same for every verb:
#   1 a test or a check failed    2 (make's own)          3 kernel splat
#   4 hang, killed at its limit   5 unexpected VM stop    6 build failed
#   7 series does not apply       8 environment           9 bad option
#   130 interrupted
# shellcheck disable=SC2034  # the variables below are used by the scripts that source this file
set -euo pipefail

E_TEST=1 E_SPLAT=3 E_HANG=4 E_STOP=5 E_BUILD=6 E_APPLY=7 E_ENV=8 E_OPT=9

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
S=$TOP/scripts
B=$TOP/build
POLICY=$TOP/tools/testing/selftests/bpf	# policy files, and the project's own tests
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/bpf-object-lifetime

die() { # STATUS MESSAGE: one line, then out
	local status=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$status"
}

say() { printf '%s\n' "$*"; }

# The lines of a policy file, without its comments.
list() { sed 's/[[:space:]]*#.*//; /^$/d' "$1"; }

# policy NAME: that policy file, for this base
policy() { if [ -n "$OWN_LIST" ] && [ -f "$POLICY/$1.$OWN_LIST" ]; then echo "$POLICY/$1.$OWN_LIST"; else echo "$POLICY/$1"; fi; }

# opt NAME DEFAULT: the command line (make NAME=..., or the environment) wins
# over `make menuconfig`, which wins over the default.
opt() {
	local name=$1 value=${!1:-}

	if [ -z "$value" ] && [ -f "$B/config" ]; then
		value=$(sed -n "s/^CONFIG_$name=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$B/config")
	fi
	printf -v "$name" '%s' "${value:-$2}"
}

opt BASE ''
# A base with a list of its own in series.txt has a build directory of its own, too.
case $BASE in
7.3) OWN_LIST=$BASE B=$B/$BASE ;;
*) OWN_LIST= ;;
esac
LINUX=$B/linux
IN_TREE=${LINUX#"$TOP/"}
opt SUITE trixie
opt PROFILE "${DEFAULT_PROFILE:-lockdep}"	# a verb may have its own
opt TESTS ''
opt SMP 2
opt MEM 4G
opt ACCEL auto
opt EXTRA ''
opt OBJS ''
opt ARGS ''
opt TIMEOUT 2700
opt SEED ''
opt START 0
opt N 10000
opt ON series
opt MODEL all
opt BOOT ''
opt SCENARIO ''
opt COUNT 1000000
opt DURATION 0
opt PART ''
opt VERSION 1
opt KERNEL ''
opt FRESH 0
opt V 0
JOBS=$(nproc)

is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac; }

profiles() { (cd "$TOP/kernel/configs" && for f in *.config; do case $f in base*.config | lean.config) ;; *) echo "${f%.config}" ;; esac; done); }

check_options() {
	profiles | grep -xF -- "$PROFILE" >/dev/null ||
		die $E_OPT "unknown PROFILE '$PROFILE': there are $(profiles | xargs)"
	is_number "$SMP" && [ "$SMP" -ge 1 ] && [ "$SMP" -le 8 ] || die $E_OPT "SMP=$SMP: a number from 1 to 8 is wanted"
	is_number "$TIMEOUT" && [ "$TIMEOUT" -gt 0 ] || die $E_OPT "TIMEOUT=$TIMEOUT: seconds are wanted"
	case $MEM in [1-9]*[MG]) is_number "${MEM%?}" ;; *) false ;; esac || die $E_OPT "MEM=$MEM: a size such as 2G is wanted"
	case $ACCEL in auto | kvm | tcg) ;; *) die $E_OPT "ACCEL=$ACCEL: auto, kvm or tcg is wanted" ;; esac
	[ -z "$EXTRA" ] || [ -d "$EXTRA" ] || die $E_OPT "EXTRA=$EXTRA is not a directory"
	[ -z "$OBJS" ] || ls "$OBJS"/*.o >/dev/null 2>&1 || die $E_OPT "OBJS=$OBJS: a directory with BPF objects (*.o) is wanted"
	case $ARGS in *\'*) die $E_OPT "ARGS=$ARGS: no quotes, please" ;; esac
	case $BOOT in *[\'\"]*) die $E_OPT "BOOT=$BOOT: no quotes, please" ;; esac
	is_number "$COUNT" && [ ${#COUNT} -le 12 ] || die $E_OPT "COUNT=$COUNT: a number of kptrs is wanted"
	is_number "$DURATION" && [ ${#DURATION} -le 6 ] || die $E_OPT "DURATION=$DURATION: seconds are wanted"
	case $MODEL in all | quick) ;; *) die $E_OPT "MODEL=$MODEL: all or quick is wanted" ;; esac
	is_number "$VERSION" && [ ${#VERSION} -le 3 ] && [ "$VERSION" -ge 1 ] || die $E_OPT "VERSION=$VERSION: a number from 1 to 999 is wanted"
	case $FRESH in 0 | 1) ;; *) die $E_OPT "FRESH=$FRESH: 0 or 1 is wanted" ;; esac
	case $V in 0 | 1) ;; *) die $E_OPT "V=$V: 0 or 1 is wanted" ;; esac
	[ -z "$SEED" ] || is_number "$SEED" && [ ${#SEED} -le 18 ] || die $E_OPT "SEED=$SEED: a number of up to 18 digits is wanted"
	is_number "$N" && [ ${#N} -le 7 ] && [ "$N" -ge 1 ] && [ "$N" -le 1000000 ] || die $E_OPT "N=$N: a number from 1 to 1000000 is wanted"
	case $ON in series | base) ;; *) die $E_OPT "ON=$ON: series or base is wanted" ;; esac
	is_number "$START" && [ ${#START} -le 9 ] || die $E_OPT "START=$START: the number of a program is wanted"
}
