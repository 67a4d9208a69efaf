#!/bin/bash
# check-full.sh: make check, and what it leaves out for time
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
cat <<END
check-full adds to make check:
  the control: the series' tests on the unpatched base
  veristat: what the verifier makes of the programs, base against series
  no_warn: each argument of each helper and kfunc, with each type of register
  model: the larger configurations of the kptr pool's models
  torture: a million kptrs torn down in NMI on each kernel, 10,000 random programs,
    and kernels broken on purpose
  parts: each part of the series, built, booted and tested on only what it stands on
  matrix: what the series changes, compiled for other architectures and options
  docs: kernel-doc, Sphinx and coccinelle on what the series touches
  survey: the faults in a kernel of Debian's, and in that of the series
  commits: each commit of the series, booted and tested
  a run in each other profile: $(profiles | grep -vxE "$PROFILE|scx" | xargs)
  clients: what people run, on the base and on the series
  and no verdict of an earlier run is taken for today's (FRESH=1)
END
export FRESH=1
[ -n "$TESTS" ] || TESTS=$(default_tests)

passes() { # NAME COMMAND...: a run, its table and its verdict
	local name=$1 rc=0

	shift
	"$@" || rc=$?
	[ $rc = 0 ] && result ok "$name" || result FAIL "$name" "status $rc"
}

adopt check env TESTS= "$S/check.sh"
adopt control env TESTS= "$S/control.sh"
passes veristat env TESTS= PROFILE=full "$S/veristat.sh"
passes no_warn env BOOT="$BOOT NO_WARN=1" TESTS=no_warn "$S/run.sh"
adopt model env MODEL=all "$S/model.sh"
adopt torture env TESTS= SCENARIO= "$S/torture.sh"
adopt parts env TESTS= PART= "$S/parts.sh"
adopt matrix "$S/matrix.sh"
adopt docs "$S/docs.sh"
passes survey env TESTS= KERNEL=7.3 "$S/survey.sh"
adopt commits env TESTS= "$S/commits.sh"
for p in $(profiles); do
	case $p in
	"$PROFILE") ;;
	scx) passes clients env PROFILE=scx TESTS= "$S/clients.sh" ;;
	full) passes "profile $p" env PROFILE="$p" TESTS="$(all_tests)" "$S/run.sh" ;;
	*) passes "profile $p" env PROFILE="$p" TESTS="$TESTS" "$S/run.sh" ;;
	esac
done
verdict
