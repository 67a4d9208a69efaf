# shellcheck shell=bash
# scenarios.sh: those of `make torture`; torture.sh has their format.
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"
SCENARIOS=$TOP/tools/testing/torture
scenarios() { (cd "$SCENARIOS" && for f in *; do case $f in *.patch) ;; *) echo "$f" ;; esac; done); }
scenario_key() { sed -n "s/^$2[[:space:]]\{1,\}//p" "$SCENARIOS/$1"; }
