#!/bin/bash
# bench-report.sh [DIR]: draws the figures of a run of make bench, by default the last
# one, from its bench.json: DIR/cost.svg and DIR/cost.png
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/root.sh"

dir=${1:-$(find "$B/results" -maxdepth 1 -name '*-bench' | sort | tail -n 1)}
[ -s "$dir/bench.json" ] || die $E_OPT "no bench.json in '$dir': run 'make bench' first"
dir=$(realpath "$dir")
# "operation base series" a line, of those that cost something on both
sed -n 's/.*"operation": "\(.*\)", "base": \(.*\), "series": \([^}]*\)}.*/\1 \2 \3/p' "$dir/bench.json" |
	awk '$2 > 0 && $3 > 0' >"$dir/cost.dat"
[ -s "$dir/cost.dat" ] || die $E_OPT "no figures in $dir/bench.json"
draw() { # TERMINAL FILE
	enter - "$dir" gnuplot -e "
		set terminal $1; set output '/build/obj/$2';
		set title 'Instructions an operation (QEMU -icount)';
		set style data histograms; set style fill solid 0.8; set boxwidth 0.9;
		set logscale y; set yrange [1:*]; set grid y; set key outside above;
		set xtics rotate by -40 noenhanced; set bmargin 7; set rmargin 8;
		plot '/build/obj/cost.dat' using 2:xtic(1) title 'Linux 7.1.3' linecolor rgb '#999999',
			'' using 3 title 'with the series' linecolor rgb '#2266aa'"
}
draw 'svg size 900,480' cost.svg
draw 'pngcairo size 900,480' cost.png
say "$dir/cost.svg, cost.png"
