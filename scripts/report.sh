#!/bin/bash
# report.sh RESULTS: judge a run by what it left (guest.log, console.log), any
# number of times: prints the table, writes tests.tsv, results.ktap and
# summary.json. Status 0, or 1 when a test failed or none ran.
. "$(dirname "$0")/lib/options.sh"

out=$1
[ -f "$out/guest.log" ] || { : >"$out/guest.log"; }

# One line a result: kind (test, sub), name, result, seconds, first failure.
# test_progs prints the subtests of a test before the test itself, and the
# failures before the result; all failing ones once more at its end, after the
# line 'All error logs:'.
awk -F'\t' -v OFS='\t' '
	{ t = $0; sub(/ .*/, "", t); l = $0; sub(/^[^ ]* /, "", l) }
	l == "begin" { last = t; next }
	l ~ /^All error logs:/ { exit }
	l ~ /:FAIL:/ && why == "" { why = l; gsub(/\t/, " ", why) }
	l ~ /^#[0-9]+(\/[0-9]+)? +.*:(OK|FAIL|SKIP)( \(SKIP: [0-9\/]+\))?$/ {
		sub(/ \(SKIP: [0-9\/]+\)$/, "", l)
		r = l; sub(/.*:/, "", r)
		n = l; sub(/^#[0-9\/]* +/, "", n); sub(/:[A-Z]*$/, "", n)
		w = r == "FAIL" ? why : ""
		why = ""
		if (l ~ /^#[0-9]+\//) { print "sub", n, r, "", w; next }
		print "test", n, r, sprintf("%.1f", t - last), w
		last = t
	}' "$out/guest.log" >"$out/tests.tsv"

awk -F'\t' '
	function flush_test(i) {
		if (!subs) n[$3]++
		else if ($3 == "FAIL" && !n["FAIL"]) n["FAIL"]++	# failed outside of its subtests
		printf "%-42s %-5s %6d %6d %7d %8s\n", $2, $3, n["OK"], n["FAIL"], n["SKIP"], $4
		p += n["OK"]; f += n["FAIL"]; s += n["SKIP"]; sec += $4
		delete n; subs = 0
	}
	BEGIN { printf "%-42s %-5s %6s %6s %7s %8s\n", "test", "", "passed", "failed", "skipped", "seconds" }
	$1 == "sub" { n[$3]++; subs = 1; if ($3 == "FAIL") bad[++b] = $2 ": " $5 }
	$1 == "test" && $3 == "FAIL" && $5 != "" { bad[++b] = $2 ": " $5 }
	$1 == "test" { flush_test() }
	END {
		printf "%-42s %-5s %6d %6d %7d %8.1f\n", "total", "", p, f, s, sec
		for (i = 1; i <= b; i++) print "failed: " bad[i]
	}' "$out/tests.tsv" >"$out/table"
cat "$out/table"

{
	echo 'KTAP version 1'
	echo "1..$(grep -c '^test' "$out/tests.tsv" || true)"
	awk -F'\t' '
		function line(r, i, n) {
			return (r == "FAIL" ? "not ok " : "ok ") i " " n (r == "SKIP" ? " # SKIP" : "")
		}
		$1 == "sub" { sub(/^[^\/]*\//, "", $2); s[++k] = line($3, k, $2) }
		$1 == "test" {
			if (k) { print "# Subtest: " $2; print "    KTAP version 1"; print "    1.." k }
			for (i = 1; i <= k; i++) print "    " s[i]
			print line($3, ++t, $2)
			k = 0
		}' "$out/tests.tsv"
} >"$out/results.ktap"

read -r passed failed skipped seconds < <(awk '$1 == "total" { print $2, $3, $4, $5 }' "$out/table")
{
	printf '{\n\t"profile": "%s",\n\t"kernel": "%s",\n' "$PROFILE" "$(cat "$out/head" 2>/dev/null)"
	printf '\t"passed": %s,\n\t"failed": %s,\n\t"skipped": %s,\n\t"seconds": %s,\n' "$passed" "$failed" "$skipped" "$seconds"
	printf '\t"ended": %s,\n' "$(grep -q '^guest: end' "$out/console.log" 2>/dev/null && echo true || echo false)"
	printf '\t"splats": %s,\n' "$(wc -l <"$out/splats" 2>/dev/null || echo null)"
	printf '\t"tests": ['
	awk -F'\t' '
		{ gsub(/[\\"]/, "\\\\&", $2) }
		{ printf "%s\n\t\t{\"kind\": \"%s\", \"name\": \"%s\", \"result\": \"%s\", \"seconds\": %s}", (NR > 1 ? "," : ""), $1, $2, $3, ($4 == "" ? "null" : $4) }' "$out/tests.tsv"
	printf '\n\t]\n}\n'
} >"$out/summary.json"

[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
