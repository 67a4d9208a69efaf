# shellcheck shell=bash
# checks.sh: each check prints one line, 'verdict' the closing one.
# shellcheck disable=SC2034  # FAILURE is for the scripts that source this file
. "$(dirname "${BASH_SOURCE[0]}")/verb.sh"
PASSED=0 FAILED=0 SKIPPED=0 FAILURE=$E_TEST LAST=$SECONDS

result() { # ok|FAIL|skip NAME [DETAIL]: it took since the last one
	case $1 in
	ok) PASSED=$((PASSED + 1)) ;;
	FAIL) FAILED=$((FAILED + 1)) ;;
	skip) SKIPPED=$((SKIPPED + 1)) ;;
	esac
	took $((SECONDS - LAST)) check "$2"
	LAST=$SECONDS
	printf '%-4s %s%s\n' "$1" "$2" "${3:+: $3}"
}

# check NAME COMMAND...: fails when COMMAND does, with the first lines of what it
# said
check() {
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		result ok "$name"
	else
		result FAIL "$name" "$(printf '%s' "$said" | head -n 20)"
	fi
}

# Verdicts that are kept: check_kept NAME KEY COMMAND... is check, but what
# passed with the same KEY is not done again. KEY is all that the verdict hangs
# on; FRESH=1 takes none.
KEPT=$CACHE/verdicts
key_of() { sha256sum | cut -d' ' -f1; }
is_kept() { [ "$FRESH" = 0 ] && [ -f "$KEPT/$1" ]; }	# KEY
keep() { mkdir -p "$KEPT" && : >"$KEPT/$1"; }		# KEY
check_kept() {
	local name=$1 key=$2 failed=$FAILED

	shift 2
	if is_kept "$key"; then
		result ok "$name" 'as before'
		return
	fi
	check "$name" "$@"
	[ $FAILED != "$failed" ] || keep "$key"
}

# check_each TITLE FUNCTION ITEM...: checks 'TITLE ITEM', JOBS at a time, whose
# verdicts are kept. 'FUNCTION key ITEM' prints what goes into the key,
# 'FUNCTION check ITEM' is the check.
check_each() {
	local title=$1 do=$2 dir i item key began

	shift 2
	dir=$(mktemp -d "$B/.each.XXXXXX")
	i=0
	for item; do
		i=$((i + 1))
		key=$({ "$do" key "$item"; echo "$title"; } | key_of)
		echo "$key" >"$dir/$i.key"
		! is_kept "$key" || continue
		while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n || true; done
		(
			began=$SECONDS
			"$do" check "$item" >"$dir/$i.said" 2>&1 && : >"$dir/$i.ok"
			echo $((SECONDS - began)) >"$dir/$i.took"
		) &
	done
	i=0
	for item; do
		i=$((i + 1))
		key=$(cat "$dir/$i.key")
		if is_kept "$key"; then
			result ok "$title $item" 'as before'
			continue
		fi
		while [ ! -f "$dir/$i.took" ]; do wait -n || true; done
		LAST=$((SECONDS - $(cat "$dir/$i.took")))
		if [ -f "$dir/$i.ok" ]; then
			keep "$key"
			result ok "$title $item"
		else
			result FAIL "$title $item" "$(head -n 20 "$dir/$i.said")"
		fi
	done
	rm -rf "$dir"
}

# adopt NAME SCRIPT...: run SCRIPT, which ends with a verdict, and count it here
adopt() {
	local name=$1 counts p f k

	shift
	counts=$(mktemp "$B/.adopt.XXXXXX")
	COUNTS=$counts "$@" || true
	LAST=$SECONDS
	if read -r p f k <"$counts"; then
		PASSED=$((PASSED + p)) FAILED=$((FAILED + f)) SKIPPED=$((SKIPPED + k))
	else
		result FAIL "$name" 'ended without a verdict'
	fi
	rm -f "$counts"
}

count_run() { # RESULTS: the results of its tests
	local p f k

	read -r p f k < <(awk '$1 == "total" { print $2, $3, $4 }' "$1/table")
	PASSED=$((PASSED + p)) FAILED=$((FAILED + f)) SKIPPED=$((SKIPPED + k))
}

verdict() {
	if [ -n "${COUNTS:-}" ]; then
		echo $PASSED $FAILED $SKIPPED >"$COUNTS"
	else
		[ -z "${TIMES:-}" ] || "$S/slowest.sh"
		printf '%d passed, %d failed, %d skipped\n' $PASSED $FAILED $SKIPPED
	fi
	[ $FAILED = 0 ] && [ $PASSED -gt 0 ] || exit $FAILURE
}
