# shellcheck shell=bash
# run.sh: which tests run, in a VM, and what came of it.
. "$(dirname "${BASH_SOURCE[0]}")/build.sh"
. "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

default_tests() { list "$(policy TESTS)" | paste -sd,; }
all_tests() { { list "$(policy TESTS)"; list "$(policy TESTS.check)"; } | paste -sd,; }

# new_results NAME: build/results/<date>-NAME
new_results() {
	local out n=

	out=$B/results/$(date +%Y%m%d-%H%M%S)-$1
	while [ -e "$out$n" ]; do n=$((${n:-0} - 1)); done
	mkdir -p "$out$n"
	{
		enter - - sh -c 'clang --version | head -n 1; ld.lld --version; pahole --version; qemu-system-x86_64 --version | head -n 1'
		git --version
		uname -srm
	} >"$out$n/versions" 2>&1
	echo "$out$n"
}

# The unpatched base beside the series: base_tree, base_obj
base_side() {
	base_tree=$B/control/linux base_obj=$B/control/obj-$PROFILE
	side_tree "$base_tree" "$(git -C "$LINUX" rev-parse refs/series/base)"
}

# base_and_series NAME: the kernels of both, for a verb that compares them. Sets tree
# and obj, base_tree and base_obj, and out, where base/ and series/ are.
base_and_series() {
	tree=$LINUX obj=$B/obj/$PROFILE
	base_side
	[ -z "$EXTRA" ] || lay_extra
	out=$(new_results "$1")
	mkdir "$out/base" "$out/series"
	build_kernel "$base_tree" "$base_obj" "$out/base"
	build_kernel "$tree" "$obj" "$out/series"
}

# ends_well OBJ RESULTS NAME COMMAND: COMMAND in a VM, or that is the end
ends_well() {
	local rc=0

	boot_vm "$1" "$2" "$4" || rc=$?
	[ $rc = 0 ] || die $rc "$VM_WHY"
	[ "$GUEST_STATUS" = 0 ] || die $E_TEST "$3 ended with status $GUEST_STATUS: $(last_line "$2/guest.log")"
}

# run_vm OBJ RESULTS NAME COMMAND REPORT...: COMMAND in a VM, its REPORT, then
# the verdict: 0, or the status of the worst that happened
run_vm() {
	local out=$2 name=$3 rc=0 gate=0

	git -C "$LINUX" describe --always --dirty --exclude '*' >"$out/head"
	boot_vm "$1" "$out" "$4" || rc=$?
	shift 4
	[ $rc = 0 ] || say "$VM_WHY"
	"$S/splat.sh" "$out/console.log" >"$out/splats" || gate=$?
	"$@" "$out" || [ $rc != 0 ] || rc=$E_TEST
	if [ $gate != 0 ]; then
		say "kernel complaints, see ${out#"$TOP/"}/console.log:"
		sed 's/^/  /' "$out/splats"
	fi
	[ $rc != 0 ] || [ "$GUEST_STATUS" = 0 ] || { say "$name ended with status $GUEST_STATUS: $(last_line "$out/guest.log")"; rc=$E_TEST; }
	# A splat is the reason for a stop, and worse than a failed test.
	[ $gate = 0 ] || [ $rc = $E_HANG ] || rc=$E_SPLAT
	return $rc
}

# How many complaints of the kernel the results in DIR have, by today's gate.
splats_in() { { "$S/splat.sh" "$1/console.log" || true; } | wc -l; }

# check_tests TREE: each of TESTS is, as for test_progs -t, part of a test's name
check_tests() {
	local t names

	names=$(cat "$1"/tools/testing/selftests/bpf/prog_tests/*.c ${OVERLAY:+"$OVERLAY"/prog_tests/*.c} \
			${EXTRA:+$(find "$EXTRA" -path '*/prog_tests/*.c')} |
		sed -nE 's/^void (serial_)?test_([a-zA-Z0-9_]+)\(.*/ \2 /p' | tr -d '\n')
	for t in ${TESTS//,/ }; do
		case $t in *[!a-zA-Z0-9_/*@:-]*) die $E_OPT "TESTS: '$t' is not the name of a test" ;; esac
		# shellcheck disable=SC2053  # a pattern is what is wanted
		[[ $names == *${t%%/*}* ]] || die $E_OPT "unknown test '$t': no test of test_progs has that in its name"
	done
}

# tests_with TREE <FILES: the tests that FILES define, and those that run a program
# which FILES hold
BPF=tools/testing/selftests/bpf
tests_with() {
	local f p

	while read -r f; do
		p=${f##*/}
		p=${p%.c}
		case $f in
		*/prog_tests/*.c) echo "$1/$f" ;;
		*/progs/*.c) grep -lE "\b$p\.(l?skel\.h|bpf\.o)" "$1/$BPF"/prog_tests/*.c || true ;;
		esac
	done | sort -u | while read -r f; do
		grep -oE '^void (serial_)?test_[a-zA-Z0-9_]+\(' "$f" | head -n 1 | sed -E 's/.* (serial_)?test_(.*)\(/\2/'
	done | paste -sd,
}

# run_tests OBJ RESULTS: TESTS in a VM
run_tests() {
	local denied

	denied=$(policy DENYLIST)
	run_vm "$1" "$2" test_progs "
		stamp() { local l up; while IFS= read -r l; do read -r up _ </proc/uptime; printf '%s %s\n' \"\$up\" \"\$l\"; done; }
		echo begin | stamp
		stdbuf -oL ./test_progs $ARGS -t '$TESTS' -d @/top/${denied#"$TOP/"} 2>&1 | stamp
		exit \${PIPESTATUS[0]}" "$S/report.sh"
}
