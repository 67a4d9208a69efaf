#!/bin/bash
# splat.sh CONSOLE: the kernel's complaints in a VM's console log
#
# Silence and status 0 only for a log that is whole and clean. Else $E_SPLAT,
# and a line for each finding: kind, TAB, line number, TAB, text. Whatever goes
# wrong here is a finding too: a gate that does not work must not look like a
# clean log.
. "$(dirname "$0")/lib/options.sh"

ALLOWLIST=$TOP/tools/testing/splat/SPLAT_ALLOWLIST

# The scan reads this line behind the log and must find it: by the last
# pattern, after each other one has been tried on it.
CANARY='BUG: put here by splat.sh, to be found'

# kind, TAB, extended regular expression; the first that fits a line tells its
# kind. The strings are those of the 7.1.3 sources; '^' is the end of printk's
# prefix. With two more fields a line belongs to a report whose headline was
# found already: of one of these kinds ('*': any), at most so many lines above.
patterns() {
	cat <<-'EOF'
	console	^\*\* [0-9]+ printk messages dropped
	lockdep	^WARNING: (possible (circular|recursive) locking|possible irq lock inversion|inconsistent lock state)
	lockdep	^WARNING: [^ ]+-safe -> [^ ]+-unsafe lock order
	lockdep	^WARNING: (Nested lock was not taken|bad unlock balance|bad contention|chain_key collision|held lock freed)
	lockdep	^WARNING: (lock held when returning to user space|suspicious RCU usage|.* still has locks held!)
	lockdep	^\[ BUG: Invalid wait context
	lockdep	^INFO: trying to register non-static key
	lockdep	^BUG: (MAX_[A-Z_]+ too low!|looking up invalid subclass|key .* has not been registered)
	lockdep	^DEBUG_LOCKS_WARN_ON\(
	lockdep	^CPU [0-9]+ left hardirqs enabled!
	lockdep	^(turning off the locking correctness validator|Disabling lock debugging|INFO: lockdep is turned off)	*	500
	kasan	^BUG: KASAN:
	kcsan	^BUG: KCSAN:
	kmsan	^BUG: KMSAN:
	kfence	^BUG: KFENCE:
	ubsan	^UBSAN:
	kmemleak	^kmemleak: [0-9]+ new suspected memory leaks
	rcu-stall	INFO: [^ ]+ (self-)?detected (expedited )?stall
	rcu-stall	 kthread (starved for|timer wakeup didn't happen for) -?[0-9]+ jiffies	rcu-stall	500
	hung-task	^INFO: task .* blocked.* for more than [0-9]+ seconds
	lockup	BUG: soft lockup - CPU#
	lockup	Watchdog detected hard LOCKUP
	lockup	^BUG: workqueue lockup
	atomic	^BUG: (sleeping function called from invalid context|scheduling while atomic|scheduling in a non-blocking)
	atomic	^BUG: (assuming |using .* in preemptible |workqueue leaked atomic)
	lock	^BUG: (spinlock|rwlock)[ ]
	list	^list_(add|del) (corruption|double add)
	refcount	^refcount_t:
	odebug	^ODEBUG: .*active state
	slab	^BUG [^ ]+ \(.*\):
	slab	: Slab cache still has objects when called
	mm	^BUG: (Bad (page|rss)|non-zero pgtables_bytes)
	mm	: (page allocation failure|vmalloc error)
	mm	 invoked oom-killer
	net	^unregister_netdevice: waiting for
	net	^ref_tracker: .*( users at$|already released)
	net	stalled pool shutdown
	bpf	^verifier bug:
	bpf	^BPF private stack overflow
	bpf	^bpf_jit:|^(ex|jmp|cond_jmp) gen bug
	warning	^WARNING: 	list,refcount,odebug,slab,bpf,lockdep	3
	bug	^kernel BUG at[ ]
	oops	^BUG: (kernel NULL pointer dereference|unable to handle page fault)
	oops	^PANIC: double fault
	oops	^Oops: 	bug,oops	12
	panic	^Kernel panic - not syncing
	trace	^Call Trace:	*	500
	bug	(^|[ [(])BUG:[ ]
	EOF
}

# In awk for one pass; mawk and gawk alike, so without {n,m}.
scan() { # CONSOLE
	{ cat -- "$1" && printf '\n%s\n' "$CANARY"; } | tr -d '\000\r' |
		LC_ALL=C awk -v canary="$CANARY" -v today="${TODAY:-$(date +%F)}" '
		function finding(kind, line, text) {
			gsub(/[^ -~]/, " ", text)
			gsub(/^ +| +$/, "", text)
			printf "%s\t%d\t%s\n", kind, line, substr(text, 1, 200)
		}
		function part_of_report(kinds, lines,  k, i) {
			for (i = split(kinds, k, ","); i > 0; i--)
				if (k[i] in seen && FNR - seen[k[i]] <= lines)
					return 1
			return 0
		}
		function judge(text,  p, i) {
			for (p = 1; p <= patterns && text !~ re[p]; p++)
				;
			if (p > patterns || part_of_report(after[p], within[p]))
				return
			seen[kind[p]] = seen["*"] = FNR
			for (i = 1; i <= allowed && kind[p] != "console"; i++)
				if (text ~ allow[i])
					return
			finding(kind[p], FNR, text)
		}
		function milestone(text) {
			if (text ~ "^" want[1] && reached)
				finding("console", FNR, "a second boot: " text)
			else if (reached < 3 && text ~ "^" want[reached + 1] (reached == 2 ? "[a-z0-9]" : ""))
				reached++
		}
		BEGIN {
			day = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"
			if (today !~ "^" day "$")
				exit 2
			split("Linux version ,guest: up,guest: end status=", want, ",")
		}
		what == "patterns" {
			split($0, f, "\t")
			kind[++patterns] = f[1]
			re[patterns] = f[2]
			after[patterns] = f[3]
			within[patterns] = f[4]
			next
		}
		what == "allowlist" {
			if (/^[ \t]*(#|$)/)
				next
			tab = index($0, "\t")
			entry = substr($0, 1, tab - 1)
			why = substr($0, tab + 1)
			if ("" ~ entry || why !~ "^# until " day ": *[^ ]")
				finding("allowlist", FNR, "not REGEX<TAB># until YYYY-MM-DD: reason: " $0)
			else if (substr(why, 9, 10) < today)
				finding("allowlist", FNR, "expired: " $0)
			else
				allow[++allowed] = entry
			next
		}
		$0 == canary && reached < 3 { finding("console", FNR, "missing: " want[reached + 1]) }
		{
			# A message of the kernel may stand behind what the guest
			# was writing: each of their prefixes begins a text.
			gsub(/\[ *[0-9]+\.[0-9]+\](\[ *[CT][0-9]+\])? /, "\n")
			n = split($0, text, "\n")
			for (i = 1; i <= n; i++) {
				milestone(text[i])
				judge(text[i])
			}
		}' what=patterns <(patterns) what=allowlist "$ALLOWLIST" what=console -
}

broken() { # WHY
	[ -z "${found:-}" ] || printf '%s\n' "$found"
	printf 'console\t0\t%s\n' "$1"
	exit "$E_SPLAT"
}

console=${1:-}
[ -f "$console" ] && [ -r "$console" ] || broken "no log to read: '$console'"
[ -s "$console" ] || broken 'the log is empty'
[ -r "$ALLOWLIST" ] || broken "no allowlist: ${ALLOWLIST#"$TOP/"}"
found=$(scan "$console") || broken "the scan broke off with status $?"
last=${found##*$'\n'}
[ "${last##*$'\t'}" = "$CANARY" ] || broken 'the scan does not find what it must find'
found=${found%"$last"}
[ -z "$found" ] || { printf '%s' "$found"; exit "$E_SPLAT"; }
