#!/bin/bash
# splat-test.sh: the splat gate on logs whose verdict is known
#
# tools/testing/splat/{good,bad}/*.log are consoles of real boots, most of the
# bad with a throw-away module that makes the kernel complain; lines were cut
# out of them, none was changed. bad/NAME.expect is what the gate prints. The
# lines in generated() were never seen here: they are made from the format
# strings of the file that each names.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"

LOGS=$TOP/tools/testing/splat
tmp=$(mktemp -d)
on_exit "rm -rf '$tmp'"
export TODAY=2026-01-15

# A gate of its own for each check, which the check may break.
new_gate() {
	rm -rf "$tmp/top"
	mkdir -p "$tmp/top/tools/testing/splat"
	cp -R "$S" "$tmp/top/scripts"
	allow=$tmp/top/tools/testing/splat/SPLAT_ALLOWLIST
	sed -n '/^#/p' "$LOGS/SPLAT_ALLOWLIST" >"$allow"
}

# gives STATUS EXPECTED LOG: what the gate says of LOG; its messages are shown
# where it differs
gives() {
	local rc=0

	"$tmp/top/scripts/splat.sh" "$3" >"$tmp/out" 2>"$tmp/err" || rc=$?
	{ [ $rc = "$1" ] && printf '%s' "$2" | diff - "$tmp/out"; } ||
		{ echo "status $rc, $1 is wanted"; cat "$tmp/err"; return 1; }
}
line() { printf '%s\t%s\t%s\nx' "$@"; }	# the x keeps the newline in $(line ...)
finding() { local l; l=$(line "$@"); gives "$E_SPLAT" "${l%x}" "$tmp/log"; }
clean() { gives 0 '' "$tmp/log"; }

# A clean log with TEXT of the kernel before its end, and its number.
with() {
	local log=$LOGS/good/lockdep.log

	at=$(grep -n '^guest: end' "$log" | cut -d: -f1)
	{ head -n $((at - 1)) "$log"; printf '[   12.345678] %s\n' "$1"; tail -n "+$at" "$log"; } >"$tmp/log"
}
lines() { echo $(($(wc -l <"$tmp/log") + 2)); }	# where the canary is read

good() { gives 0 '' "$1"; }
bad() { local e; e=$(cat "${1%.log}.expect"; echo x); gives "$E_SPLAT" "${e%x}" "$1"; }
headline() { with "$2"; finding "$1" "$at" "$2"; }
headlines() { # KIND
	local kind text rc=0

	while IFS=$'\t' read -r kind text _; do
		[ "$kind" != "$1" ] || headline "$kind" "$text" || rc=1
	done < <(generated)
	return $rc
}
harmless() {
	local text rc=0

	while IFS=$'\t' read -r text _; do
		with "$text"
		clean || rc=1
	done < <(generated_harmless)
	return $rc
}

generated() { # kind, TAB, line, TAB, source
	cat <<-'EOF'
	lockdep	WARNING: Nested lock was not taken	kernel/locking/lockdep.c
	lockdep	WARNING: bad contention detected!	kernel/locking/lockdep.c
	lockdep	WARNING: chain_key collision	kernel/locking/lockdep.c
	lockdep	BUG: looking up invalid subclass: 8	kernel/locking/lockdep.c
	lockdep	BUG: key ff11000004000000 has not been registered!	kernel/locking/lockdep.c
	lockdep	CPU 1 left hardirqs enabled!	kernel/locking/lockdep.c
	lockdep	INFO: lockdep is turned off.	kernel/locking/lockdep.c
	lockdep	turning off the locking correctness validator.	kernel/locking/lockdep.c
	lockdep	Disabling lock debugging due to kernel taint	kernel/panic.c
	kasan	BUG: KASAN: slab-use-after-free in reader+0x10/0x20	mm/kasan/report.c
	kcsan	BUG: KCSAN: data-race in reader / writer	kernel/kcsan/report.c
	kmsan	BUG: KMSAN: uninit-value in reader+0x10/0x20	mm/kmsan/report.c
	kfence	BUG: KFENCE: use-after-free read in reader+0x10/0x20	mm/kfence/report.c
	ubsan	UBSAN: shift-out-of-bounds in kernel/bpf/core.c:1:2	lib/ubsan.c
	kmemleak	kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)	mm/kmemleak.c
	rcu-stall	rcu: INFO: rcu_preempt detected stall, but suppressed full report due to a stuck CSD-lock.	kernel/rcu/tree_stall.h
	rcu-stall	rcu: rcu_preempt kthread starved for 5250 jiffies! g1 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402 ->cpu=0	kernel/rcu/tree_stall.h
	rcu-stall	rcu: rcu_preempt kthread timer wakeup didn't happen for 5250 jiffies! g1 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402	kernel/rcu/tree_stall.h
	lockup	watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1	kernel/watchdog.c
	atomic	BUG: scheduling in a non-blocking section: task/80/1	kernel/sched/core.c
	atomic	BUG: assuming atomic context at kernel/bpf/core.c:1	kernel/sched/core.c
	odebug	ODEBUG: free active (active state 0) object: ff11000004000000 object type: timer_list hint: fn+0x0/0x10	lib/debugobjects.c
	slab	BUG kmalloc-64 (Not tainted): Object already free	mm/slub.c
	slab	BUG cache (Tainted: G    B              ): Objects remaining on __kmem_cache_shutdown()	mm/slub.c
	mm	BUG: Bad page state in process task  pfn:04000	mm/page_alloc.c
	mm	BUG: Bad page map in process task  pte:00000001	mm/memory.c
	mm	BUG: Bad rss-counter state mm:ff11000004000000 type:MM_ANONPAGES val:1 Comm:task Pid:80	kernel/fork.c
	mm	BUG: non-zero pgtables_bytes on freeing mm: 4096	kernel/fork.c
	mm	task: vmalloc error: size 4096, failed to allocate pages, mode:0xcc0(GFP_KERNEL), nodemask=(null)	mm/vmalloc.c
	net	ref_tracker: netdev@ff11000004000000 has 1/1 users at	lib/ref_tracker.c
	net	ref_tracker: reference already released.	lib/ref_tracker.c
	net	page_pool_release_retry() stalled pool shutdown: id 1, 2 inflight 60 sec	net/core/page_pool.c
	bpf	verifier bug: REG INVARIANTS VIOLATION (true_reg1)	include/linux/bpf_verifier.h
	bpf	BPF private stack overflow/underflow detected for prog x	arch/x86/net/bpf_jit_comp.c
	bpf	bpf_jit: fatal error	arch/x86/net/bpf_jit_comp.c
	bpf	ex gen bug	arch/x86/net/bpf_jit_comp.c
	bpf	jmp gen bug 80000000	arch/x86/net/bpf_jit_comp.c
	bpf	cond_jmp gen bug 80000000	arch/x86/net/bpf_jit_comp.c
	oops	PANIC: double fault, error_code: 0x0	arch/x86/kernel/traps.c
	bug	BUG: TASK stack guard page was hit at ff11000004000000 (stack is ff11000004000000..ff11000004004000)	arch/x86/kernel/traps.c
	EOF
}

generated_harmless() { # line, TAB, source
	cat <<-'EOF'
	NMI: INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.234 msecs	arch/x86/kernel/nmi.c
	perf: interrupt took too long (2512 > 2500), lowering kernel.perf_event_max_sample_rate to 79500	kernel/events/core.c
	workqueue: vmstat_update hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND	kernel/workqueue.c
	RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!	arch/x86/kernel/cpu/bugs.c
	kcsan: enabled early	kernel/kcsan/core.c
	kfence: initialized - using 2097152 bytes for 255 objects at 0x(____ptrval____)-0x(____ptrval____)	mm/kfence/core.c
	kmemleak: Kernel memory leak detector initialized (mem pool available: 15000)	mm/kmemleak.c
	ODEBUG: selftest passed	lib/debugobjects.c
	traps: test_progs[80] general protection fault ip:401000 sp:7ffe00000000 error:0 in test_progs[401000,401000+1000]	arch/x86/kernel/traps.c
	EOF
}

new_gate
for f in "$LOGS"/good/*.log; do check "splat: good/${f##*/}" good "$f"; done
for f in "$LOGS"/bad/*.log; do check "splat: bad/${f##*/}" bad "$f"; done
for k in $(generated | cut -f1 | uniq); do check "splat: generated headlines: $k" headlines "$k"; done
check 'splat: generated harmless lines' harmless

# How a line may look.
with_text() { with x; sed -i "${at}s/.*/$1/" "$tmp/log"; finding kasan "$at" "$2"; }
check 'splat: CR at the end' with_text $'[    1.234567] BUG: KASAN: a\r' 'BUG: KASAN: a'
check 'splat: PRINTK_CALLER' with_text '[    1.234567][  T123] BUG: KASAN: a' 'BUG: KASAN: a'
check 'splat: no time' with_text 'BUG: KASAN: a' 'BUG: KASAN: a'
check 'splat: behind what the guest writes' with_text 'guest: [    1.234567][    C1] BUG: KASAN: a' 'BUG: KASAN: a'
check 'splat: TAB, NUL and other bytes' with_text 'BUG: KASAN:\ta\xff\x1b[\x00b' 'BUG: KASAN: a  [b'
long_line() { local l; printf -v l '%0300d' 0; with "BUG: KASAN: $l"; finding kasan "$at" "BUG: KASAN: ${l:0:188}"; }
check 'splat: a long line' long_line

# A log that is not whole.
check 'splat: no log' gives "$E_SPLAT" "console	0	no log to read: '$tmp/none'"$'\n' "$tmp/none"
check 'splat: a directory' gives "$E_SPLAT" "console	0	no log to read: '$tmp'"$'\n' "$tmp"
empty() { : >"$tmp/log"; finding console 0 'the log is empty'; }
check 'splat: empty log' empty
cut_log() { sed "$1" "$LOGS/good/lockdep.log" >"$tmp/log"; finding console "$(lines)" "missing: $2"; }
check 'splat: no kernel' cut_log '/Linux version/d' 'Linux version'
check 'splat: no start marker' cut_log '/^guest: up/d' 'guest: up'
check 'splat: end cut off' cut_log '/^guest: end/,$d' 'guest: end status='
check 'splat: end marker without its status' cut_log 's/^\(guest: end status=\).*/\1/' 'guest: end status='
check 'splat: end marker within a text' cut_log 's/^guest: end/not &/' 'guest: end status='
check 'splat: markers in the wrong order' cut_log '1{h;d}; $G' 'guest: up'
twice() {
	local n

	cat "$LOGS/good/lockdep.log" "$LOGS/good/lockdep.log" | tr -d '\r' >"$tmp/log"
	n=$(grep -n 'Linux version' "$tmp/log" | sed '1d; s/:.*//')
	finding console "$n" "a second boot: $(sed -n "${n}s/^\[[^]]*\] //p" "$tmp/log" | cut -c1-185)"
}
check 'splat: a second boot' twice

# The allowlist.
KASAN='BUG: KASAN: slab-use-after-free in fn+0x1/0x2'
allowed() { new_gate; printf '%b\n' "$1" >>"$allow"; with "${2:-$KASAN}"; clean; }
refused() { # ENTRY WHAT: the entry is a finding, and nothing is let through
	local n

	new_gate
	printf '%b\n' "$1" >>"$allow"
	n=$(wc -l <"$allow")
	with "$KASAN"
	set -- "$(line allowlist "$n" "$2: ${1//\\t/ }")" "$(line kasan "$at" "$KASAN")"
	gives "$E_SPLAT" "${1%x}${2%x}" "$tmp/log"
}
no_entry='not REGEX<TAB># until YYYY-MM-DD: reason'
check 'splat: allowed' allowed 'KASAN: .* in fn\t# until 2026-01-16: a reason'
check 'splat: allowed until today' allowed 'KASAN: .* in fn\t# until 2026-01-15: a reason'
check 'splat: allowed with what belongs to it' allowed 'KASAN\t# until 2026-01-16: a reason' \
	"$KASAN"$'\n[   12.345679] Call Trace:\n[   12.345680] Disabling lock debugging due to kernel taint'
far_below() {
	new_gate
	printf 'KASAN\t# until 2026-01-16: a reason\n' >>"$allow"
	with "$KASAN"$'\n'"$(yes 'of no interest' | head -n 600)"$'\nCall Trace:'
	finding trace $((at + 601)) 'Call Trace:'
}
check 'splat: allowed, but not what comes long after' far_below
not_allowed() { new_gate; printf 'KASAN: .* in other\t# until 2026-01-16: a reason\n' >>"$allow"; headline kasan "$KASAN"; }
check 'splat: another one allowed' not_allowed
check 'splat: allowed until yesterday' refused 'KASAN\t# until 2026-01-14: a reason' expired
check 'splat: allowed without a date' refused 'KASAN\t# a reason' "$no_entry"
check 'splat: allowed until no date' refused 'KASAN\t# until 2026-31-01: a reason' "$no_entry"
check 'splat: allowed without a reason' refused 'KASAN\t# until 2026-01-16:' "$no_entry"
check 'splat: allowed with a space for the TAB' refused 'KASAN # until 2026-01-16: a reason' "$no_entry"
check 'splat: allowed: anything' refused '.*\t# until 2026-01-16: a reason' "$no_entry"
not_console() {
	new_gate
	printf 'printk|missing|guest\t# until 2026-01-16: a reason\n' >>"$allow"
	headline console '** 12 printk messages dropped **' && cut_log '/^guest: end/,$d' 'guest: end status='
}
check 'splat: no entry for a log with gaps' not_console
check 'splat: the entries in use' env -u TODAY "$S/splat.sh" "$LOGS/good/lockdep.log"

# A gate that does not work: never silence. COMMAND breaks it, a clean log is judged.
broken() { # WHAT COMMAND...
	new_gate
	with 'a clean log'
	"${@:2}"
	finding console 0 "$1"
}
edit() { sed -i "$1" "$tmp/top/scripts/splat.sh"; }
fake() { # PROGRAM SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/top/$1"
	chmod +x "$tmp/top/$1"
	edit "2i PATH=$tmp/top:\$PATH"
}
sees_nothing='the scan does not find what it must find'
check 'splat: a pattern that is none' broken 'the scan broke off with status 2' edit 's/	^BUG: KASAN:/	^(BUG: KASAN:/'
check 'splat: no patterns' broken "$sees_nothing" edit 's/^\tcat <</\t: <</'
check 'splat: the last pattern lost' broken "$sees_nothing" edit '/^	bug	(^/d'
check 'splat: awk fails' broken 'the scan broke off with status 2' fake awk 'cat >/dev/null; exit 2'
check 'splat: awk says nothing' broken "$sees_nothing" fake awk 'cat >/dev/null'
check 'splat: no awk' broken 'the scan broke off with status 127' fake awk 'cat >/dev/null; exit 127'
half_read() {
	new_gate
	with 'a clean log'
	fake cat '[ "$1" != -- ] || { echo BUG: KASAN: a; exit 1; }; exec /bin/cat "$@"'
	gives "$E_SPLAT" $'kasan\t1\tBUG: KASAN: a\nconsole\t0\tthe scan broke off with status 1\n' "$tmp/log"
}
check 'splat: reading fails half-way' half_read
check 'splat: no date' broken 'the scan broke off with status 2' edit '2i TODAY=tomorrow'
check 'splat: no allowlist' broken 'no allowlist: tools/testing/splat/SPLAT_ALLOWLIST' rm "$tmp/top/tools/testing/splat/SPLAT_ALLOWLIST"
check 'splat: an entry that is no expression' broken 'the scan broke off with status 2' eval 'printf "(KASAN\t# until 2026-01-16: a reason\n" >>"$allow"'
check 'splat: an entry that would allow all' broken "$sees_nothing" eval 'printf ".\t# until 2026-01-16: a reason\n" >>"$allow"'
verdict
