#!/bin/bash
# check-full.sh: make check, and what it leaves out for time
. "$(dirname "$0")/common.sh"

check_options
lock_checkout
say 'check-full adds to make check: the control, and a run in each other profile'
mine=$PROFILE
adopt check "$S/check.sh"
adopt control "$S/control.sh"
for PROFILE in $(profiles); do
	[ "$PROFILE" != "$mine" ] || continue
	rc=0
	PROFILE=$PROFILE "$S/run.sh" || rc=$?
	[ $rc = 0 ] && result ok "profile $PROFILE" || result FAIL "profile $PROFILE" "status $rc"
done
verdict
