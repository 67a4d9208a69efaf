#!/bin/bash
# torture-report.sh RESULTS: judge a scenario of `make torture` by what it left
# (guest.log, console.log), any number of times: prints one line, writes
# results.ktap and summary.json. Status 0, 1 or 3.
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/run.sh"

out=$1
log=$out/guest.log
[ -f "$log" ] || : >"$log"
read -r name <"$out/scenario"
# Those named in full must have passed; of all others those that ran.
named=$(grep -v '\*' "$out/tests" | xargs) || true

# storm NAME: ms= nmis= programs= deferred= retained= cycles=	of each storm
# storm NAME: type= got= put= destroyed=			of each type in it
# pool: IDLE idle, INSTALLED installed, QUEUED queued, ...	after each
why=$(LC_ALL=C awk -v ktap="$out/results.ktap" -v totals="$out/totals" -v named="$named" '
	function value(key,  i, f) {
		for (i = 3; i <= NF; i++)
			if (split($i, f, "=") == 2 && f[1] == key)
				return f[2] + 0
		wrong("no " key " in: " $0)
		return 0
	}
	function wrong(what) {
		if (!bad++)
			print what
	}
	/^storm [a-z_]+: ms=/ {
		storms++
		ms += value("ms")
		nmis += value("nmis")
		programs += value("programs")
		torn += value("deferred")
		retained += value("retained")
		if (!value("nmis") || !value("programs"))
			wrong("no NMIs: " $0)
	}
	/^storm [a-z_]+: type=/ {
		types++
		got += value("got")
		put += value("put")
		destroyed += value("destroyed")
		if (value("put") + value("destroyed") != value("got"))
			wrong("kptrs lost: " $0)
	}
	/^pool: / {
		pooled = 1
		if ($4 != 0 || $6 != 0)
			wrong("left in the pool: " $0)
	}
	/^#[0-9]+\/[0-9]+ +kptr_dtor_nmi[a-z_]*\/[a-z_]+:(OK|FAIL|SKIP)/ {
		split($2, r, ":")
		result[++n] = (r[2] == "FAIL" ? "not ok " : "ok ") n " " r[1] (r[2] == "SKIP" ? " # SKIP" : "")
		if (r[2] == "OK")
			passed[r[1]] = 1
		if (r[2] == "FAIL")
			wrong(r[1] " failed" (why != "" ? ": " why : ""))
		if (r[2] == "SKIP")
			skipped++
		else if (r[1] ~ /_storm$/)
			ran++
		# With the module that counts them, the counts go.
		if (r[2] == "OK" && r[1] ~ /_storm$/ && (!pooled || !types && r[1] !~ /unload_storm$/))
			wrong("no counts of kptrs or jobs: " r[1])
		why = ""
		types = pooled = 0
	}
	/^#[0-9]+ +[a-z_]+:FAIL/ { wrong($2) }
	/:FAIL:/ && why == "" { why = $0 }
	/^torture: end / { ended++ }
	{ last = $0 }
	END {
		if (!ended)
			wrong("no end: " last)
		if (!torn || !destroyed || storms != ran)
			wrong("not all counters advanced: " torn + 0 " torn down in NMI, " storms + 0 " of " ran + 0 " storms")
		for (i = split(named, r, " "); i > 0; i--)
			if (!(r[i] in passed))
				wrong(r[i] " did not run")
		print "KTAP version 1\n1.." n + 0 >ktap
		for (i = 1; i <= n; i++)
			print result[i] >ktap
		printf "%d %d %d %d %d %d %d %d %d %d\n", storms, skipped, ms, nmis, programs, torn, retained, got, put, destroyed >totals
	}' "$log")

splats=$(splats_in "$out")
leaks=null
[ ! -f "$out/leaks" ] || leaks=$(grep -c '^unreferenced object' "$out/leaks" || true)
read -r storms skipped ms nmis programs torn retained got put destroyed <"$out/totals"
rate=$((ms ? torn * 1000 / ms : 0))
cat >"$out/summary.json" <<END
{
	"scenario": "$name", "kernel": "$(cat "$out/head" 2>/dev/null)", "storms": $storms, "skipped": $skipped, "ms": $ms,
	"nmis": $nmis, "programs_in_nmi": $programs, "torn_in_nmi": $torn, "per_second": $rate, "retained": $retained,
	"got": $got, "put": $put, "destroyed": $destroyed, "splats": $splats, "leaks": $leaks,
	"wrong": "$(tr -d '"\\\t' <<<"$why" | head -n 1)"
}
END
[ "$skipped" = 0 ] || skips=" ($skipped skipped)"
printf '%-10s %d storms%s in %d s, %d NMIs, %d kptrs torn down in NMI (%d/s), %d retained; %d got = %d put + %d destroyed; %d splats%s\n' \
	"$name" "$storms" "${skips:-}" $((ms / 1000)) "$nmis" "$torn" $rate "$retained" "$got" "$put" "$destroyed" "$splats" \
	"${why:+; WRONG: $why}"
[ "$splats" = 0 ] || exit $E_SPLAT
[ -z "$why" ] && { [ "$leaks" = null ] || [ "$leaks" = 0 ]; }
