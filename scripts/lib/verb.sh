# shellcheck shell=bash
# verb.sh: sourced first by every verb. Signals, the checkout's lock, phases and
# what they took.
# shellcheck disable=SC2034  # PHASE_NAME is for interrupted()
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

# The verb that was called runs in a process group of its own, and what it starts
# runs in there. bash acts on a signal only after the command that it waits for:
# sent to the group, it ends that command too. Phases have groups of their own,
# which the script that started one ends (at_exit).
# TIMES gets a line for each phase and each check: seconds, kind, name.
if [ -z "${TIMES:-}" ] && [ "$0" -ef "$S/${0##*/}" ] && [ "${0##*/}" != menuconfig.sh ]; then
	TIMES=$(mktemp -t times.XXXXXX)
	export TIMES
	set -m
	"$0" "$@" <&0 &
	set +m
	verb=$!
	trap 'sent=1; kill -INT -- "-$verb" 2>/dev/null' INT
	trap 'sent=1; kill -TERM -- "-$verb" 2>/dev/null' TERM HUP
	trap 'rm -f "$TIMES"' EXIT
	while true; do
		rc=0 sent=
		wait "$verb" || rc=$?
		[ -n "$sent" ] || break		# a signal ends wait(1), whether the verb has ended or not
	done
	[ ! -s "$TIMES" ] || "$S/slowest.sh"
	exit "$rc"
fi
took() { [ -z "${TIMES:-}" ] || printf '%d\t%s\t%s\n' "$1" "$2" "$3" >>"$TIMES"; }

# One verb at a time in a checkout. The descriptor is inherited by what the
# verb starts, scripts called by a verb find CHECKOUT_LOCKED set.
lock_checkout() {
	[ -z "${CHECKOUT_LOCKED:-}" ] || return 0
	mkdir -p "$B"
	exec 9>>"$B/.lock"
	flock -n 9 || die $E_ENV "another run holds this checkout: $(cat "$B/.lock.who" 2>/dev/null); wait for it or stop it"
	echo "${0##*/}, pid $$" >"$B/.lock.who"
	# What a verb that was killed has left.
	find "$B" -maxdepth 1 -name '.*.??????' -exec rm -rf {} +
	export CHECKOUT_LOCKED=1
}

# need_space DIR GIB WHAT
need_space() {
	local free

	mkdir -p "$1"
	free=$(($(df -Pk "$1" | awk 'NR == 2 { print $4 }') / 1048576))
	[ "$free" -ge "$2" ] || die $E_ENV "$1 has $free GiB free: $3 needs $2 GiB"
}

# phase NAME LOG COMMAND...: runs COMMAND with its output in LOG, and tells how
# far it is: elapsed time, and the objects built where LOG is that of a build.
# What it starts dies with it: enter.sh keeps it in a PID namespace.
phase() {
	local name=$1 log=$2 t0=$SECONDS job rc=0 next=10 line

	shift 2
	mkdir -p "$(dirname "$log")"
	: >"$log"
	set -m		# a process group of its own, to be killed as one
	if [ "$V" = 1 ]; then
		say "== $name"
		"$@" < /dev/null > >(tee "$log") 2>&1 &
	else
		"$@" < /dev/null >"$log" 2>&1 &
	fi
	job=$!
	set +m
	PHASE_JOB=$job PHASE_NAME=$name
	while kill -0 "$job" 2>/dev/null; do
		sleep 0.2
		[ $((SECONDS - t0)) -ge "$next" ] || continue
		next=$((next + $([ -t 1 ] && echo 1 || echo 30)))
		line="$name: $((SECONDS - t0)) s$(progress_of "$log")"
		if [ -t 1 ]; then printf '\r\033[K%s' "$line"; else say "$line"; fi
	done
	wait "$job" || rc=$?
	PHASE_JOB=
	[ ! -t 1 ] || printf '\r\033[K'
	took $((SECONDS - t0)) phase "$name"
	if [ $rc = 0 ]; then
		say "$name: done in $((SECONDS - t0)) s"
	fi
	return $rc
}

progress_of() {
	local n

	n=$(grep -cE '^  [A-Z][A-Z0-9_-]+ +(\[[A-Z]+\] )?[^ ]' "$1" 2>/dev/null) || true
	[ "${n:-0}" = 0 ] || printf ', %s objects' "$n"
}

# Ctrl-C and kill: end the phase that runs, then what on_exit registered, in
# reverse order.
PHASE_JOB=
CLEANUP=()
on_exit() { CLEANUP+=("$1"); }
at_exit() {
	local rc=$? i

	trap - EXIT INT TERM HUP
	if [ -n "$PHASE_JOB" ]; then
		kill -KILL -- "-$PHASE_JOB" 2>/dev/null || true
		wait "$PHASE_JOB" 2>/dev/null || true
	fi
	for ((i = ${#CLEANUP[@]} - 1; i >= 0; i--)); do
		eval "${CLEANUP[i]}" || true
	done
	exit "$rc"
}
interrupted() {
	printf '\n%s: interrupted%s\n' "${0##*/}" "${PHASE_JOB:+ in phase '$PHASE_NAME'}" >&2
	exit 130
}
trap at_exit EXIT
trap interrupted INT TERM HUP
