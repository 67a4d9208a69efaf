#!/bin/bash
# fuzz.sh: N random programs over dynptrs, of SEED, loaded in the VM, judged by the
# oracle of tools/testing/fuzz, and run there; ON=base: on the unpatched base
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
[ -n "$SEED" ] || SEED=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
again="SEED=$SEED START=$START N=$N PROFILE=$PROFILE ON=$ON"
say "fuzz: $again"
"$S/tree.sh"
tree=${RUN_TREE:-$LINUX} obj=${RUN_OBJ:-$B/obj/$PROFILE}
if [ "$ON" = base ]; then
	base_side
	tree=$base_tree obj=$base_obj
fi
out=${RESULTS:-$(new_results fuzz)}
build_kernel "$tree" "$obj" "$out"

log=$out/build-fuzz.log
phase 'fuzz build' "$log" enter "$tree" "$obj" sh -euc '
	fuzz=/build/obj/fuzz tools=/build/linux/tools
	mkdir -p $fuzz
	make -s -C $tools/lib/bpf OUTPUT=$fuzz/ DESTDIR=$fuzz/root prefix= install_headers $fuzz/libbpf.a
	clang -O2 -g -Wall -Werror -D_GNU_SOURCE -I$tools/include -I$tools/include/uapi -I$fuzz/root/include \
		-o $fuzz/fuzz /top/tools/testing/fuzz/*.c $fuzz/libbpf.a -lelf -lz' ||
	die $E_BUILD "phase 'fuzz build' failed: $(first_error "$log"), see $log"

VM_EVERY=10
vm_progress() { last_line "$1" 2>/dev/null || true; }
rc=0
BOOT="kmemleak=on $BOOT"
# It runs from a file system of its own, which a reference to its file that a program
# has leaked keeps mounted.
run_vm "$obj" "$out" fuzz "
	mkdir /run/fuzz && mount -t tmpfs fuzz /run/fuzz && cp /build/obj/fuzz/fuzz /run/fuzz/ || exit
	/run/fuzz/fuzz $SEED $START $N
	rc=\$?
	for ((i = 0; i < 100; i++)); do
		umount /run/fuzz 2>/dev/null && exit \$rc
		sleep 0.1
	done
	echo 'FAIL: a file is still referenced'
	exit 1" "$S/fuzz-report.sh" || rc=$?
say "results: ${out#"$TOP/"}; total $SECONDS s"
[ $rc = 0 ] || say "to repeat: make fuzz $again"
exit $rc
