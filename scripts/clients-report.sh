#!/bin/bash
# clients-report.sh DIR: the table of a run of make clients, from the guests' logs in
# DIR. Status 0 only where clients work, and each that works on the base works on the
# series.
. "$(dirname "$0")/lib/options.sh"

awk '
	$1 != "CLIENT" { next }
	{ name = $2; said = substr($0, length($1 $2 $3) + 4) }
	!(name in base) && !(name in series) { order[++n] = name }
	FILENAME == ARGV[1] { base[name] = $3; why[name] = said; next }
	{ series[name] = $3; if (said != "") why[name] = said }
	END {
		printf "%-32s %-6s %s\n", "client", "base", "series"
		for (i = 1; i <= n; i++) {
			name = order[i]
			b = name in base ? base[name] : "-"
			s = name in series ? series[name] : "-"
			lost = b == "ok" && s != "ok"
			bad += lost
			both += b == "ok" && s == "ok"
			printf "%-32s %-6s %-6s %s\n", name, b, s, (lost ? "LOST " : "") why[name]
		}
		printf "%d clients: %d work on both, %d that work on the base do not on the series\n", n, both, bad
		exit bad || !both
	}' "$1/base/guest.log" "$1/series/guest.log" || exit $E_TEST
