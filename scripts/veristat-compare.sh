#!/bin/bash
# veristat-compare.sh BASE.csv SERIES.csv OBJECTS [some] [time]: judge what veristat
# said of the same objects on two kernels. Status 0 when no verdict differs but those
# that the policy file VERISTAT lists, when no program takes more instructions
# or states, and when something of each object was compared; with 'some', objects
# that neither kernel verifies are counted only; with 'time', all that is verified on
# both must not take SLOWER % more time.
#
# OBJECTS names the objects that veristat was given, and says 'new' behind one
# that the base does not have: its programs are made to be judged otherwise
# there, which CONTROLS and test_progs check; their cost counts all the same.
. "$(dirname "$0")/lib/options.sh"

BIGGEST=10
SLOWER=1

# Lines of kind, TAB, text: table, diff (with a number to sort by), bad.
compare() {
	LC_ALL=C awk -F, -v how="${*:4}" -v slower=$SLOWER '
	function say(kind, text) { printf "%s\t%s\n", kind, text }
	function bad(text) { failed++; say("bad", text) }
	function count(what, n) { say("table", sprintf("%-52s %8d", what, n)) }
	function numbers(k) { return insns["a", k] " -> " insns["b", k] " instructions, " states["a", k] " -> " states["b", k] " states" }
	function judge(k,  o, a, b, side, di, ds) {
		o = object[k]
		if (!(("a", k) in verdict && ("b", k) in verdict)) {
			side = ("a", k) in verdict ? "base" : "series"
			lone++
			if (!(("a", o) in opened && ("b", o) in opened))
				lone_object[o] = side
			else
				bad("on the " side " only: " k)
			return
		}
		a = verdict["a", k]
		b = verdict["b", k]
		if (a == "unverified" && b == a) {
			unverified++
			return
		}
		compared++
		verified[o] = 1
		di = insns["b", k] - insns["a", k]
		ds = states["b", k] - states["a", k]
		if (a == b) {
			total_insns["a"] += insns["a", k]
			total_insns["b"] += insns["b", k]
			total_states["a"] += states["a", k]
			total_states["b"] += states["b", k]
			total_peak["a"] += peak["a", k]
			total_peak["b"] += peak["b", k]
			total_time["a"] += time["a", k]
			total_time["b"] += time["b", k]
			if (di || ds)
				say("diff", (ds < 0 ? -ds : ds) "\t" (di < 0 ? -di : di) "\t" k " (" a "): " numbers(k))
		}
		if (a == b && di <= 0 && ds <= 0) {
			if (di || ds)
				less++
			else
				same++
		} else if (k in policy) {
			used[k] = 1
			listed++
			if (policy[k] != a " " b)
				bad("VERISTAT says \"" policy[k] "\": " k ": " a " -> " b)
		} else if (a != b && o in new && b != "unverified") {
			made_to_differ++
		} else if (a != b) {
			changed++
			bad("verdict: " k ": " a " -> " b)
		} else {
			more++
			bad("more work: " k " (" a "): " numbers(k))
		}
	}
	what == "policy" {
		if (/^[ \t]*(#|$)/)
			next
		if (split($0, f, /[ \t]+/) >= 5 && f[2] == "oops" && f[3] == "-" && f[1] ~ /^[^\/]+\/\*$/)
			next
		if (split($0, f, /[ \t]+/) < 5 || f[4] != "#" || (f[2] " " f[3]) !~ /^(success|failure|unverified) (success|failure|unverified)$/)
			bad("VERISTAT: not OBJECT/PROGRAM BASE SERIES # reason: " $0)
		policy[f[1]] = f[2] " " f[3]
		next
	}
	what == "objects" {
		split($0, f, " ")
		sub(/.*\//, "", f[1])
		sub(/\.bpf\.o$/, "", f[1])
		given[f[1]] = 1
		if (f[2] == "new")
			new[f[1]] = 1
		next
	}
	FNR == 1 {
		if ($0 != "file_name,prog_name,verdict,total_insns,total_states,peak_states,duration")
			bad(FILENAME ": not what veristat writes: " $0)
		next
	}
	$0 !~ /^[^,]+,[^,]+,(success|failure),[0-9]+,[0-9]+,[0-9]+,[0-9]+$/ {
		bad(FILENAME ": not what veristat writes: " $0)
		next
	}
	{
		o = $1
		sub(/\.bpf\.o$/, "", o)
		k = o "/" $2
		if ((what, k) in verdict)
			bad("twice: " k)
		if (!(k in object))
			order[++programs] = k
		object[k] = o
		opened[what, o] = 1
		# Without a first instruction the object was not loadable: a map, a
		# kfunc, a type that is not there.
		verdict[what, k] = $3 == "failure" && $4 == 0 ? "unverified" : $3
		insns[what, k] = $4
		states[what, k] = $5
		peak[what, k] = $6
		time[what, k] = $7
	}
	END {
		for (i = 1; i <= programs; i++)
			judge(order[i])
		for (o in lone_object)
			bad("only the " lone_object[o] " opens " o)
		for (o in given) {
			objects++
			k = o "/*"
			if (o in verified || o in lone_object)
				continue
			if (k in policy)
				used[k] = ++nclosed
			else if (how ~ /some/)
				nlacking++
			else
				bad("neither kernel verifies anything of " o)
		}
		for (k in policy) {
			o = k
			sub(/\/.*/, "", o)
			if (o in given && !(k in used))
				bad("VERISTAT: does not differ, or is not there: " k)
		}
		if (!compared)
			bad("no program was compared")
		count("programs compared", compared)
		count("  same verdict, same instructions and states", same)
		count("  same verdict, fewer", less)
		count("  same verdict, more", more)
		count("  verdict differs", changed)
		count("  differs as VERISTAT lists", listed)
		count("  verdict differs, in an object new in the series", made_to_differ)
		count("programs of one kernel only", lone)
		count("programs that neither kernel came to verify", unverified)
		count("objects", objects)
		count("  of which nothing is verified, as VERISTAT lists", nclosed)
		if (how ~ /some/)
			count("  of which nothing is verified with this profile", nlacking)
		say("table", sprintf("same verdict: %d -> %d instructions, %d -> %d states", total_insns["a"], total_insns["b"], total_states["a"], total_states["b"]))
		say("table", sprintf("  states at once, the most of each program: %d -> %d; time: %d -> %d us (%.4f)", total_peak["a"], total_peak["b"], total_time["a"], total_time["b"], total_time["a"] ? total_time["b"] / total_time["a"] : 0))
		if (how ~ /time/ && total_time["b"] > (1 + slower / 100) * total_time["a"])
			bad("over " slower " % slower")
		exit !!failed
	}' what=policy "$(policy VERISTAT)" what=objects "$3" what=a "$1" what=b "$2"
}

for f in "$(policy VERISTAT)" "${@:1:3}"; do
	[ -f "$f" ] || die $E_TEST "no such file: $f"
done
rc=0
said=$(compare "$@") || rc=$?
kind() { sed -n "s/^$1\t//p" <<<"$said"; }
kind table
if grep -q '^diff' <<<"$said"; then
	say 'biggest differences:'
	kind diff | sort -k1,1nr -k2,2nr -k3 | cut -f3 | sed "s/^/  /; ${BIGGEST}q"
fi
kind bad | sort
[ $rc = 0 ] || exit $E_TEST
