#!/bin/bash
# bench-report.sh: draws what the last make bench and make veristat measured: cost,
# scaling, latency and states, each as SVG and as PNG
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/root.sh"

last() { find "$B/results" -maxdepth 1 -name "*-$1" | sort | tail -n 1; }	# VERB
dir=$(last bench)
[ -s "$dir/bench.json" ] && [ -s "$dir/scaling.json" ] && [ -s "$dir/latency.json" ] ||
	die $E_OPT "not the results of a whole make bench in '$dir': run it first"
states=$(last veristat)

draw() { # NAME SIZE COMMANDS
	local t

	for t in svg png; do
		enter - "$dir" gnuplot -e "set terminal ${t/png/pngcairo} size $2; set output '/build/obj/$1.$t';
			cd '/build/obj'; set grid; set key outside above; $3"
		say "$dir/$1.$t"
	done
}
fields() { sed -nE "s/.*\{$1\}.*/$2/p"; }	# REGEXP REPLACEMENT

fields '"operation": "(.*)", "base": (.*), "series": (.*)' '\1 \2 \3' <"$dir/bench.json" |
	awk '$2 > 0 && $3 > 0' >"$dir/cost.dat"
draw cost 1000,560 "
	set title 'Instructions an operation (QEMU -icount)';
	set style data histograms; set style fill solid 0.8; set boxwidth 0.9;
	set logscale y; set yrange [1:*]; unset grid; set grid y;
	set xtics rotate by -90 noenhanced font ',9'; set bmargin 11;
	plot 'cost.dat' using 2:xtic(1) title 'base' linecolor rgb '#999999',
		'' using 3 title 'with the series' linecolor rgb '#2266aa'"

for b in kptr-xchg kptr-dtor; do
	fields "\"bench\": \"$b\", \"producers\": (.*), \"base\": (.*), \"series\": (.*)" '\1 \2 \3' \
		<"$dir/scaling.json" >"$dir/$b.dat"
done
draw scaling 640,420 "
	set title 'bench: pairs of bpf_kptr_xchg() by the clock' noenhanced; set xlabel 'CPUs';
	set ylabel 'million a second'; set yrange [0:*]; set xtics 1; set style data linespoints;
	plot 'kptr-xchg.dat' using 1:2 title 'no destructor, base' linecolor rgb '#999999',
		'' using 1:3 title 'with the series' linecolor rgb '#2266aa',
		'kptr-dtor.dat' using 1:2 title 'destructor, base' dashtype 2 linecolor rgb '#999999',
		'' using 1:3 title 'with the series' dashtype 2 linecolor rgb '#2266aa'"

plots=
while IFS=: read -r name us; do
	tr -d ' ' <<<"$us" | tr , '\n' >"$dir/latency-$name.dat"
	plots="$plots${plots:+, }'latency-$name.dat' using 1:0 title '$name'"
done < <(fields '"teardowns": "(.*)", "us": \[(.*)\]' '\1:\2' <"$dir/latency.json")
draw latency 640,420 "
	set title 'From a teardown to its destructor'; set xlabel 'us'; set ylabel 'percentile';
	set logscale x; set style data steps; plot $plots"

[ -n "$states" ] || { say 'no results of make veristat: no plot of states'; exit; }
join -t, <(cut -d, -f1,2,5 "$states/base/veristat.csv" | sed 's/,/:/' | sort -t, -k1,1) \
	<(cut -d, -f1,2,5 "$states/series/veristat.csv" | sed 's/,/:/' | sort -t, -k1,1) |
	awk -F, '$2 > 0 && $3 > 0 { print $2, $3 }' >"$dir/states.dat"
draw states 480,480 "
	set title 'States that the verifier explores, a program each'; set xlabel 'base'; set ylabel 'with the series';
	set logscale xy; set size square;
	plot 'states.dat' title '' pointtype 7 pointsize 0.4 linecolor rgb '#2266aa', x title 'same'"
