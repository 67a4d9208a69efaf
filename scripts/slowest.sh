#!/bin/bash
# slowest.sh: where the time of the verb went that called it: the phases and the
# checks that took longest, of those that took some time. TIMES names the file
# that they were written to.
. "$(dirname "$0")/lib/options.sh"

PHASES=5 CHECKS=10

slowest() { # KIND HOW_MANY TITLE SECONDS_AT_LEAST
	local lines

	lines=$(awk -F'\t' -v kind="$1" -v min="$4" '$2 == kind && $1 >= min { printf "%7d s  %s\n", $1, $3 }' "$TIMES" | sort -k1,1nr -s | sed -n "1,$2p")
	[ -z "$lines" ] || printf '%s\n%s\n' "$3" "$lines"
}
slowest phase $PHASES "slowest phases:" 10
slowest check $CHECKS "slowest checks:" 2
: >"$TIMES"
