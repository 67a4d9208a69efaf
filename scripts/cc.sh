#!/bin/bash
# cc.sh: whom the base's get_maintainer.pl names for each part of the series
# PART=NAME: that one
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"
. "$S/lib/root.sh"

check_options
chosen=$(chosen_parts)
lock_checkout
"$S/tree.sh"
for part in $chosen; do
	say "$part:"
	recipients "$part" | sed 's/^/  /'
done
