#!/bin/bash
# clients.sh: what people run, on the base and on the series: schedulers and selftests
# of sched_ext, BPF qdiscs, a scheduler of our own with a kptr or two a task, and
# Debian's bpftrace, libbpf-tools, pwru and xdp-tools. All is built once, from the base:
# both kernels get the same programs. What works on the base has to work on the series.
# DURATION: seconds for each scheduler; TESTS: only clients with one of these in the name.
DEFAULT_PROFILE=scx
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"

check_options
[ "$DURATION" != 0 ] || DURATION=30
case $TESTS in *[!a-zA-Z0-9_,:.-]*) die $E_OPT "TESTS: '$TESTS' is not a list of names" ;; esac
lock_checkout
"$S/tree.sh"
PACKAGES=clients-packages "$S/setup.sh"
VM_TREE=$(root_of clients-packages)
base_and_series clients

phase 'clients build' "$out/build-clients.log" enter "$base_tree" "$base_obj" sh -euc '
	scx=/build/linux/tools/sched_ext bpf=/build/linux/tools/testing/selftests/bpf/progs
	to=/top/build/clients mine=/top/tools/testing/clients
	b=$to/build
	mkdir -p $to/selftests
	make -C $scx -j"$1" O=$to VMLINUX_BTF=/build/obj/vmlinux
	make -C ${scx%/*}/testing/selftests/sched_ext -j"$1" OUTPUT=$to/selftests VMLINUX_BTF=/build/obj/vmlinux BPFTOOL=$b/sbin/bpftool
	bpf() { clang -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -fms-extensions -Wno-microsoft-anon-tag \
		-Wno-missing-declarations -I$scx/include -I$b/include -I${bpf%/*} \
		-idirafter /usr/include/x86_64-linux-gnu -c $1 -o $2; }
	user() { clang -g -O2 -Wall -I$b/include -I$scx/include -I$scx/../include -I$scx/../include/uapi \
		-o $to/bin/$1 $mine/$1.c $b/obj/libbpf/libbpf.a -lelf -lz; }
	mkdir -p $to/bin
	cp $b/bin/* $b/sbin/bpftool $to/selftests/runner $to/bin/
	for q in fq fifo; do bpf $bpf/bpf_qdisc_$q.c $to/bin/bpf_qdisc_$q.bpf.o; done
	bpf $mine/scx_kptrs.bpf.c $b/scx_kptrs.bpf.o
	$b/sbin/bpftool gen skeleton $b/scx_kptrs.bpf.o name scx_kptrs >$b/include/scx_kptrs.bpf.skel.h
	user scx_kptrs
	user left' sh "$JOBS" ||
	die $E_BUILD "phase 'clients build' failed: $(first_error "$out/build-clients.log"), see $out/build-clients.log"

VM_QUIET=960		# the selftests' own limit is 900
vm_progress() { echo "$(grep -c '^CLIENT ' "$1" 2>/dev/null || true) clients done"; }
command="
	mount --bind /build/linux /build/linux	# ip netns wants a mount as its root
	cd /build/linux
	for d in proc sys dev tmp top mnt; do mount --rbind /\$d \$d; done
	exec chroot . bash /top/scripts/clients-guest.sh $DURATION '$TESTS'"
say 'on the base:'
ends_well "$base_obj" "$out/base" clients "$command"
"$S/splat.sh" "$out/base/console.log" >"$out/base/splats" ||
	say "the base complains, see ${out#"$TOP/"}/base/splats"
say 'on the series:'
# shellcheck disable=SC2317  # run_vm calls it, with the directory of the series
report() { "$S/clients-report.sh" "${1%/*}" | tee "${1%/*}/table"; }
rc=0
run_vm "$obj" "$out/series" clients "$command" report || rc=$?
say "results: ${out#"$TOP/"}; total $SECONDS s"
exit $rc
