#!/bin/bash
# clients-guest.sh SECONDS [NAMES]: in the guest, what people run, one after the other; each
# scheduler for SECONDS. NAMES, comma-separated: only those with one of them in their
# name. A line 'CLIENT NAME ok|FAIL|skip WHY' for each; a client that does its work
# and leaves programs, maps or links in the kernel fails as well.
# shellcheck disable=SC2317  # functions are called by name
seconds=$1 names=$2
bin=/top/build/clients/bin
ext=/sys/kernel/sched_ext
log=/tmp/client.log
patience=180		# seconds for what a client is waited for; beside other VMs bpftrace has taken over 60

until_true() { # COMMAND...: or patience is over
	local end=$((SECONDS + patience))

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

said() { grep -qE -- "$1" "$log"; }
is_clean() { [ "$(left)" = "$clean" ]; }
is_state() { [ "$(cat "$ext/state")" = "$1" ]; }
why() { echo "$*" >/tmp/why; return 1; }
selected() {
	local n

	[ -n "$names" ] || return 0
	for n in ${names//,/ }; do [[ $1 != *"$n"* ]] || return 0; done
	return 1
}

client() { # NAME COMMAND...
	local name=$1 verdict=ok

	shift
	selected "$name" || return 0
	: >"$log"
	: >/tmp/why
	"$@" >>"$log" 2>&1 || {
		verdict=FAIL
		[ -s /tmp/why ] || { grep -iE -m 1 'error|fail|invalid|cannot' "$log" || tail -n 1 "$log"; } >/tmp/why
	}
	until_true is_clean || {
		verdict=FAIL
		echo "programs, maps, links: $clean before, $(left) after" >>/tmp/why
		clean=$(left)
	}
	printf '== %s\n' "$name"
	head -c 20000 "$log"
	printf '\nCLIENT %s %s %s\n' "$name" $verdict "$(paste -sd' ' /tmp/why | tr -cd '[:print:]' | cut -c1-160)"
}

# Jobs are process groups, to be ended as one
set -m
end_jobs() { # PID...
	local p

	for p; do kill -KILL -- "-$p"; done
	wait "$@"
} 2>/dev/null

# Load: pipes and exec, in a cgroup each
in_cgroup() {
	mkdir -p "/sys/fs/cgroup/$1"
	echo "$BASHPID" >"/sys/fs/cgroup/$1/cgroup.procs"
}
pipes() { in_cgroup pipes; while :; do hackbench -g 1 -f 5 -l 200; done; }
execs() { in_cgroup execs; while :; do /bin/true; echo >>/tmp/execs; done; }
execs_done() { wc -l </tmp/execs; }

# A scheduler that the kernel throws out ends by itself, and says why
scheduler() { # COMMAND...
	local job load end rc=0

	: >/tmp/execs
	"$@" &
	job=$!
	until_true is_state enabled || { rc=1; why "not enabled: $(tail -n 1 "$log")"; }
	pipes >/dev/null 2>&1 &
	load=$!
	execs >/dev/null 2>&1 &
	load="$load $!"
	end=$((SECONDS + seconds))
	while [ "$rc" = 0 ] && [ "$SECONDS" -lt "$end" ]; do
		sleep 1
		kill -0 "$job" 2>/dev/null && is_state enabled || { rc=1; why "thrown out: $(grep EXIT "$log" || tail -n 1 "$log")"; }
	done
	# shellcheck disable=SC2086
	end_jobs $load
	end_jobs "$job"
	until_true is_state disabled || { rc=1; why 'not disabled after it was killed'; }
	[ "$(execs_done)" -ge "$seconds" ] || { rc=1; why "$(execs_done) processes only ran"; }
	return "$rc"
}

# Something for tools to see, all the time
stir() {
	local n=0

	while :; do
		n=$((n + 1))
		cat /etc/passwd
		stat /etc/passwd
		: >/tmp/stirred-$n
		rm /tmp/stirred-$n
		ping -c 1 -W 1 10.7.0.2
		(exec 3<>/dev/tcp/10.7.0.2/5201 && echo "$n" >&3)
		sleep 100 & kill $!
		getent ahosts localhost
		dd if=/dev/zero of=/tmp/stirred bs=64k count=4
	done
} >/dev/null 2>&1

# tool REGEX COMMAND...: it says that, then ends on a SIGINT or by itself
tool() {
	local regex=$1 job rc=0

	shift
	"$@" &
	job=$!
	seen() { said "$regex" || ! kill -0 "$job"; }
	until_true seen 2>/dev/null
	kill -INT -- "-$job" 2>/dev/null
	ended() { ! kill -0 "$job"; }
	until_true ended 2>/dev/null || { why 'deaf to SIGINT'; rc=1; }
	end_jobs "$job"
	said "$regex" || rc=1
	return "$rc"
}

qdisc() { # NAME: TCP through it, both ways
	bpftool struct_ops register "$bin/bpf_qdisc_$1.bpf.o" &&
		tc qdisc add dev veth0 root handle 8000: "bpf_$1" &&
		iperf3 -c 10.7.0.2 -t $((seconds / 2)) -P 4 && iperf3 -c 10.7.0.2 -t $((seconds / 2)) -R &&
		tc -s qdisc show dev veth0 && said "qdisc bpf_$1" && said 'Sent [0-9]{7,} bytes'
	local rc=$?

	tc qdisc del dev veth0 root
	bpftool struct_ops unregister name "$1" || rc=1
	return "$rc"
}

filter() { # it keeps the peer's packets out
	xdp-filter load --mode skb veth0 && xdp-filter ip -m src 10.7.0.2 &&
		! ping -c 1 -W 2 10.7.0.2 && xdp-filter ip -r -m src 10.7.0.2 && ping -c 1 -W 5 10.7.0.2
	local rc=$?

	xdp-filter unload veth0
	return "$rc"
}

loader() { # two programs through libxdp's dispatcher
	local o=/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_

	xdp-loader load -m "$1" veth0 "${o}alw_all.o" "${o}alw_ip.o" && xdp-loader status && said xdp_dispatcher &&
		ping -c 3 -W 5 10.7.0.2
	local rc=$?

	xdp-loader unload --all veth0
	return "$rc"
}

export PATH=$bin:$PATH
clean=$(left)
mount -t tmpfs tmpfs /run
# pwru looks for tracefs where debugfs had it
mount -t tmpfs tmpfs /sys/kernel/debug && mkdir /sys/kernel/debug/tracing && mount -t tracefs tracefs /sys/kernel/debug/tracing
echo '+cpu' >/sys/fs/cgroup/cgroup.subtree_control
ip netns add peer && ip link add veth0 type veth peer veth1 netns peer &&
	ip addr add 10.7.0.1/24 dev veth0 && ip link set veth0 up &&
	ip -n peer addr add 10.7.0.2/24 dev veth1 && ip -n peer link set veth1 up &&
	ip -n peer link set lo up || exit 1
# It ends itself where clients say nothing
while :; do ip netns exec peer iperf3 -s; done >/dev/null 2>&1 &
server=$!

# Not scx_userland: it schedules its own second thread too, and killed it leaves that
# thread to wait; on the series the kernel once threw it out half a minute later.
for s in simple qmap central flatcg pair sdt cpu0; do
	client "scx_$s" scheduler "scx_$s"
done
client scx_kptrs scx_kptrs "$seconds"

# One run of all; a row a test
if selected selftest; then
	timeout 900 runner 2>&1 | tee /tmp/runner.log
	sed -nE 's/^ok [0-9]+ (\S+) # SKIP.*/CLIENT selftest:\1 skip/p; s/^ok [0-9]+ (\S+) #.*/CLIENT selftest:\1 ok/p
		s/^not ok [0-9]+ (\S+) #.*/CLIENT selftest:\1 FAIL/p' /tmp/runner.log
	client selftest:nothing_left true
fi

client bpf_qdisc_fifo qdisc fifo
client bpf_qdisc_fq qdisc fq

stir &
stir=$!
bt() { # NAME REGEX PROGRAM
	client "bpftrace:$1" tool "$2" bpftrace -e "$3"
}
bt tracepoint '@\[cat\]: [0-9]' 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); } interval:s:2 { print(@); }'
bt kprobe '@@' 'kprobe:vfs_read { @ = hist(arg2); } interval:s:2 { print(@); }'
bt fentry '@@' 'fentry:vfs_read { @ = hist(args.count); } interval:s:2 { print(@); }'
bt fexit '@@' 'fexit:vfs_read { @ = hist(retval); } interval:s:2 { print(@); }'
bt uprobe '@\[[a-z]+\]: [0-9]' 'uprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:malloc { @[comm] = count(); } interval:s:2 { print(@); }'
bt profile '\]: [0-9]' 'profile:hz:49 { @[kstack(3)] = count(); } interval:s:2 { print(@); }'
bt iter kthreadd 'iter:task { printf("%s\n", ctx->task->comm); }'
for t in 'execsnoop ping' 'opensnoop passwd' 'tcpconnect 10.7.0.2' 'tcplife 10.7.0.2' \
	'vfsstat vfs_read' 'runqlat @@' 'pidpersec PIDs/sec' 'killsnoop bash'; do
	client "bpftrace:${t% *}.bt" tool "${t#* }" "${t% *}.bt"
done

lt() { # TOOL REGEX ARGUMENTS...
	client "libbpf-tools:$1" tool "$2" "$1-libbpf" "${@:3}"
}
lt execsnoop 'ping -c 1'
lt opensnoop /etc/passwd
lt exitsnoop ping
lt killsnoop bash
lt sigsnoop SIGTERM -n
lt gethostlatency localhost
lt capable CAP_
lt tcpconnect 10.7.0.2
lt tcplife 10.7.0.2
lt tcpstates ESTABLISHED
lt tcptop 10.7.0.2 -C 1
lt runqlat '\|\*' 1
lt offcputime schedule 2
lt profile '[0-9]$' 2
lt funclatency '\|\*' -i 1 vfs_read
lt hardirqs '[0-9]$' 1
lt softirqs 'net_rx|timer' 1
lt syscount openat -i 1
lt vfsstat ' [1-9]' 1
lt klockstat mutex -d 2
lt memleak 'allocations' 2

client pwru tool 'ip_rcv' pwru --filter-func 'ip_.*|icmp_.*' icmp
client pwru:track-skb tool 'icmp_rcv' pwru --filter-track-skb --filter-func 'icmp_.*|kfree_skb.*' icmp
client xdp-loader:skb loader skb
client xdp-loader:native loader native
client xdp-filter filter
# Of 1.5.4, this and the rest of xdp-tools ask for a tracepoint that 7.1 has not
client xdp-bench:drop tool 'rx/s' xdp-bench drop -i 1 veth0
client xdpdump tool 'packet size' xdpdump -i veth0 -x --load-xdp-program
end_jobs $stir $server
exit 0
