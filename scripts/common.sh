# shellcheck shell=bash
# common.sh: sourced by every script. Options, messages, phases, checks; then
# what more than one verb does: series, build, VM, run.
#
# Exit statuses, the same for every verb:
#   1 a test or a check failed    2 (make's own)          3 kernel splat
#   4 hang, killed at its limit   5 unexpected VM stop    6 build failed
#   7 series does not apply       8 environment           9 bad option
#   130 interrupted
# shellcheck disable=SC2034  # the variables below are used by the scripts that source this file
set -euo pipefail

E_TEST=1 E_SPLAT=3 E_HANG=4 E_STOP=5 E_BUILD=6 E_APPLY=7 E_ENV=8 E_OPT=9

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
S=$TOP/scripts
B=$TOP/build
LINUX=$B/linux
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/bpf-object-lifetime
SELF_NAME='BPF object lifetime series' SELF_MAIL=bpf-object-lifetime@localhost

# The base: the last 7.1 before bpf_obj_cancel_fields().
BASE_FILE=linux_7.1.3.orig.tar.xz
BASE_POOL=pool/main/l/linux/$BASE_FILE
BASE_SHA256=61cdf2ccda33d046aa9fcd40a130bfddd03a3c8b2379fc08925f0efe7f69a32c

die() { # STATUS MESSAGE: one line, then out
	local status=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$status"
}

say() { printf '%s\n' "$*"; }

# opt NAME DEFAULT: the command line (make NAME=..., or the environment) wins
# over `make menuconfig`, which wins over the default.
opt() {
	local name=$1 value=${!1:-}

	if [ -z "$value" ] && [ -f "$B/config" ]; then
		value=$(sed -n "s/^CONFIG_$name=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$B/config")
	fi
	printf -v "$name" '%s' "${value:-$2}"
}

opt BASE ''
opt SUITE trixie
opt PROFILE lockdep
opt TESTS ''
opt SMP 2
opt MEM 4G
opt ACCEL auto
opt EXTRA ''
opt ARGS ''
opt TIMEOUT 2700
opt SEED ''
opt START 0
opt N 10000
opt MODEL all
opt BOOT ''
opt SCENARIO ''
opt COUNT 1000000
opt DURATION 0
opt V 0
JOBS=$(nproc)

is_number() { case $1 in '' | *[!0-9]*) return 1 ;; esac; }

profiles() { (cd "$TOP/kernel/configs" && for f in *.config; do [ "$f" = base.config ] || echo "${f%.config}"; done); }

check_options() {
	[ -f "$TOP/kernel/configs/$PROFILE.config" ] && [ "$PROFILE" != base ] ||
		die $E_OPT "unknown PROFILE '$PROFILE': there are $(profiles | xargs)"
	is_number "$SMP" && [ "$SMP" -ge 1 ] && [ "$SMP" -le 8 ] || die $E_OPT "SMP=$SMP: a number from 1 to 8 is wanted"
	is_number "$TIMEOUT" && [ "$TIMEOUT" -gt 0 ] || die $E_OPT "TIMEOUT=$TIMEOUT: seconds are wanted"
	case $MEM in [1-9]*[MG]) is_number "${MEM%?}" ;; *) false ;; esac || die $E_OPT "MEM=$MEM: a size such as 2G is wanted"
	case $ACCEL in auto | kvm | tcg) ;; *) die $E_OPT "ACCEL=$ACCEL: auto, kvm or tcg is wanted" ;; esac
	[ -z "$EXTRA" ] || [ -d "$EXTRA" ] || die $E_OPT "EXTRA=$EXTRA is not a directory"
	case $ARGS in *\'*) die $E_OPT "ARGS=$ARGS: no quotes, please" ;; esac
	case $BOOT in *[\'\"]*) die $E_OPT "BOOT=$BOOT: no quotes, please" ;; esac
	is_number "$COUNT" && [ ${#COUNT} -le 12 ] || die $E_OPT "COUNT=$COUNT: a number of kptrs is wanted"
	is_number "$DURATION" && [ ${#DURATION} -le 6 ] || die $E_OPT "DURATION=$DURATION: seconds are wanted"
	case $MODEL in all | quick) ;; *) die $E_OPT "MODEL=$MODEL: all or quick is wanted" ;; esac
	case $V in 0 | 1) ;; *) die $E_OPT "V=$V: 0 or 1 is wanted" ;; esac
	[ -z "$SEED" ] || is_number "$SEED" && [ ${#SEED} -le 18 ] || die $E_OPT "SEED=$SEED: a number of up to 18 digits is wanted"
	is_number "$N" && [ ${#N} -le 7 ] && [ "$N" -ge 1 ] && [ "$N" -le 1000000 ] || die $E_OPT "N=$N: a number from 1 to 1000000 is wanted"
	is_number "$START" && [ ${#START} -le 9 ] || die $E_OPT "START=$START: the number of a program is wanted"
}

# One verb at a time in a checkout. The descriptor is inherited by what the
# verb starts, scripts called by a verb find CHECKOUT_LOCKED set.
lock_checkout() {
	[ -z "${CHECKOUT_LOCKED:-}" ] || return 0
	mkdir -p "$B"
	exec 9>>"$B/.lock"
	flock -n 9 || die $E_ENV "another run holds this checkout: $(cat "$B/.lock.who" 2>/dev/null); wait for it or stop it"
	echo "${0##*/}, pid $$" >"$B/.lock.who"
	# What a verb that was killed has left.
	rm -rf "$B"/.adopt.* "$B"/.apply.* "$B"/.check.* "$B"/.export.* "$B"/.harness.* "$B"/.torture.*
	export CHECKOUT_LOCKED=1
}

# need_space DIR GIB WHAT
need_space() {
	local free

	mkdir -p "$1"
	free=$(($(df -Pk "$1" | awk 'NR == 2 { print $4 }') / 1048576))
	[ "$free" -ge "$2" ] || die $E_ENV "$1 has $free GiB free: $3 needs $2 GiB"
}

# phase NAME LOG COMMAND...: runs COMMAND with its output in LOG, and tells how
# far it is: elapsed time, and the objects built where LOG is that of a build.
# What it starts dies with it: enter.sh keeps it in a PID namespace.
phase() {
	local name=$1 log=$2 t0=$SECONDS job rc=0 next=10 line

	shift 2
	mkdir -p "$(dirname "$log")"
	: >"$log"
	set -m		# a process group of its own, to be killed as one
	if [ "$V" = 1 ]; then
		say "== $name"
		"$@" < /dev/null > >(tee "$log") 2>&1 &
	else
		"$@" < /dev/null >"$log" 2>&1 &
	fi
	job=$!
	set +m
	PHASE_JOB=$job PHASE_NAME=$name
	while kill -0 "$job" 2>/dev/null; do
		sleep 0.2
		[ $((SECONDS - t0)) -ge "$next" ] || continue
		next=$((next + $([ -t 1 ] && echo 1 || echo 30)))
		line="$name: $((SECONDS - t0)) s$(progress_of "$log")"
		if [ -t 1 ]; then printf '\r\033[K%s' "$line"; else say "$line"; fi
	done
	wait "$job" || rc=$?
	PHASE_JOB=
	[ ! -t 1 ] || printf '\r\033[K'
	if [ $rc = 0 ]; then
		say "$name: done in $((SECONDS - t0)) s"
	fi
	return $rc
}

progress_of() {
	local n

	n=$(grep -cE '^  [A-Z][A-Z0-9_-]+ +(\[[A-Z]+\] )?[^ ]' "$1" 2>/dev/null) || true
	[ "${n:-0}" = 0 ] || printf ', %s objects' "$n"
}

# Ctrl-C and kill: end the phase that runs, then what on_exit registered, in
# reverse order.
PHASE_JOB=
CLEANUP=()
on_exit() { CLEANUP+=("$1"); }
at_exit() {
	local rc=$? i

	trap - EXIT INT TERM HUP
	if [ -n "$PHASE_JOB" ]; then
		kill -KILL -- "-$PHASE_JOB" 2>/dev/null || true
		wait "$PHASE_JOB" 2>/dev/null || true
	fi
	for ((i = ${#CLEANUP[@]} - 1; i >= 0; i--)); do
		eval "${CLEANUP[i]}" || true
	done
	exit $rc
}
interrupted() {
	printf '\n%s: interrupted%s\n' "${0##*/}" "${PHASE_JOB:+ in phase '$PHASE_NAME'}" >&2
	exit 130
}
trap at_exit EXIT
trap interrupted INT TERM HUP

# check_tests TREE: each of TESTS is, as for test_progs -t, part of a test's name
check_tests() {
	local t names

	names=$(cat "$1"/tools/testing/selftests/bpf/prog_tests/*.c ${EXTRA:+$(find "$EXTRA" -path '*/prog_tests/*.c')} |
		sed -nE 's/^void (serial_)?test_([a-zA-Z0-9_]+)\(.*/ \2 /p' | tr -d '\n')
	for t in ${TESTS//,/ }; do
		case $t in *[!a-zA-Z0-9_/*@:-]*) die $E_OPT "TESTS: '$t' is not the name of a test" ;; esac
		# shellcheck disable=SC2053  # a pattern is what is wanted
		[[ $names == *${t%%/*}* ]] || die $E_OPT "unknown test '$t': no test of test_progs has that in its name"
	done
}

# Checks: each prints one line, 'verdict' the closing one. check NAME COMMAND
# fails when COMMAND does, with the first lines of what it said.
PASSED=0 FAILED=0 SKIPPED=0 FAILURE=$E_TEST
result() { # ok|FAIL|skip NAME [DETAIL]
	case $1 in
	ok) PASSED=$((PASSED + 1)) ;;
	FAIL) FAILED=$((FAILED + 1)) ;;
	skip) SKIPPED=$((SKIPPED + 1)) ;;
	esac
	printf '%-4s %s%s\n' "$1" "$2" "${3:+: $3}"
}
check() {
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		result ok "$name"
	else
		result FAIL "$name" "$(printf '%s' "$said" | head -n 20)"
	fi
}
# adopt NAME SCRIPT...: run SCRIPT, which ends with a verdict, and count it here
adopt() {
	local name=$1 log line p f k

	shift
	log=$(mktemp "$B/.adopt.XXXXXX")
	"$@" 2>&1 | tee "$log" | sed '$!b; /^[0-9]* passed, [0-9]* failed/d' || true
	line=$(tail -n 1 "$log")
	rm -f "$log"
	case $line in
	[0-9]*' passed, '[0-9]*' failed'*)
		read -r p _ f _ k _ <<<"$line"
		PASSED=$((PASSED + p)) FAILED=$((FAILED + f)) SKIPPED=$((SKIPPED + ${k:-0}))
		;;
	*) result FAIL "$name" "ended without a verdict: $line" ;;
	esac
}
count_run() { # RESULTS: the results of its tests
	local p f k

	read -r p f k < <(awk '$1 == "total" { print $2, $3, $4 }' "$1/table")
	PASSED=$((PASSED + p)) FAILED=$((FAILED + f)) SKIPPED=$((SKIPPED + k))
}
verdict() {
	printf '%d passed, %d failed, %d skipped\n' $PASSED $FAILED $SKIPPED
	[ $FAILED = 0 ] && [ $PASSED -gt 0 ] || exit $FAILURE
}

# The archive's addresses come from this machine's apt, and from nowhere else.
mirrors() {
	command -v apt-get >/dev/null || die $E_ENV "no apt-get here: this harness runs on Debian"
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 2>/dev/null | sort -u
}

# download PATH FILE [SHA256]: PATH below the first mirror that has it
download() {
	local uri

	for uri in $(mirrors); do
		if /usr/lib/apt/apt-helper download-file "$uri$1" "$2.part" ${3:+"SHA256:$3"} >/dev/null 2>&1; then
			mv "$2.part" "$2"
			return 0
		fi
	done
	rm -f "$2.part" "$2.part.FAILED"
	return 1
}

# The root's name carries what it is made of, so that a change makes a new one.
root_packages() { sed 's/#.*//' "$S/root-packages" | xargs | tr ' ' ,; }
ROOT=$CACHE/root-$SUITE-$(root_packages | sha256sum | cut -c1-12)

enter() { "$S/enter.sh" "$@"; }

# The series

series_patches() { sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$TOP/series.txt"; }

# What the tree was made of: base, order, patches.
series_sum() { # BASE_COMMIT
	local p

	{
		echo "$1"
		series_patches
		series_patches | while read -r p; do cat "$TOP/$p"; done
	} | sha256sum | cut -d' ' -f1
}

# Quiet, and the same whatever the user's own configuration says.
plain_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
	GIT_COMMITTER_NAME=$SELF_NAME GIT_COMMITTER_EMAIL=$SELF_MAIL git "$@"
}

# apply_series REPO COMMIT DIR: `git am` of the series on COMMIT in DIR, a new
# clone of REPO that holds only the files which the series touches; dies with
# the patch, file and hunk that fail.
apply_series() {
	local p out

	for p in $(series_patches); do
		[ -f "$TOP/$p" ] || die $E_APPLY "series.txt names $p, which does not exist"
	done
	plain_git clone -q --shared --no-checkout "$1" "$3" || die $E_ENV "cannot clone $1"
	# .gitattributes decides what stands behind a hunk's @@.
	{
		printf '\t\t.gitattributes\n'
		for p in $(series_patches); do
			plain_git -C "$3" apply --numstat "$TOP/$p" || die $E_APPLY "$p is not a patch"
		done
	} | cut -f3 | sort -u | plain_git -C "$3" sparse-checkout set --no-cone --stdin || exit
	plain_git -C "$3" checkout -q --detach "$2" || die $E_ENV "no $2 in $1"
	for p in $(series_patches); do
		out=$(plain_git -C "$3" am -q --committer-date-is-author-date "$TOP/$p" 2>&1) ||
			die $E_APPLY "$p does not apply: $(failed_hunk "$3" "$TOP/$p" "$out")"
	done
}

# export_series TREE BASE DEST: the commits BASE..HEAD of TREE as patches below
# DEST, each in the directory in which most of its changed lines are, and
# DEST/series.txt; the same bytes whatever git's version and configuration.
export_series() {
	local c d

	rm -rf "$3/flat"
	plain_git -C "$1" format-patch -q -o "$3/flat" --numbered --no-signature --zero-commit --full-index \
		--no-renames --no-notes --no-encode-email-headers --diff-algorithm=myers --stat=72 --unified=3 \
		--src-prefix=a/ --dst-prefix=b/ --no-thread --no-base --subject-prefix='PATCH bpf-next' "$2..HEAD" || return
	sed '/^[^#]/,$d' "$TOP/series.txt" >"$3/series.txt"
	set -- "$1" "$2" "$3" "$3"/flat/*.patch
	for c in $(git -C "$1" rev-list --reverse "$2..HEAD"); do
		d=$(git -C "$1" show --format= --numstat --no-renames "$c" | awk -F'\t' '
			{ d = $3; if (!sub("/[^/]*$", "", d)) d = "."; n[d] += $1 + $2 }
			END { for (d in n) print n[d], d }' | sort -k1,1nr -k2 | sed -n '1s/^[0-9]* //p')
		mkdir -p "$3/$d"
		mv "$4" "$3/$d/"
		echo "$d/${4##*/}" >>"$3/series.txt"
		set -- "$1" "$2" "$3" "${@:5}"
	done
	rm -rf "$3/flat"
}

failed_hunk() { # DIR PATCH OUTPUT_OF_AM
	local why

	plain_git -C "$1" am --abort >/dev/null 2>&1 || true
	# --reject tells the number of the hunk; DIR is thrown away afterwards.
	why=$(plain_git -C "$1" apply --reject -v "$2" 2>&1 |
		sed -n 's/^Applying patch \(.*\) with .*/\1/p; s/^Rejected hunk #\([0-9]*\).*/hunk \1/p; /^error: .*\(does not exist\|already exists\|corrupt\)/p' |
		head -n 2 | paste -sd, | sed 's/,/, /')
	printf '%s' "${why:-$(printf '%s' "$3" | grep -E '^(error|fatal)' | head -n 1)}"
}

# side_tree DIR COMMIT: a clone of build/linux in DIR, at COMMIT and at nothing
# else: what a run has left there goes.
side_tree() {
	if [ ! -d "$1" ]; then
		need_space "$B" $BUILD_GIB "${1#"$TOP/"}"
		rm -rf "$1.part"
		on_exit "rm -rf '$1.part'"
		git clone -q --shared --no-checkout "$LINUX" "$1.part" || return
		mv "$1.part" "$1"
	fi
	git -C "$1" fetch -q "$LINUX" "$2" && git -C "$1" checkout -q --force --detach "$2" && git -C "$1" clean -qfd
}

# The build: kernel, modules, selftests. An object directory (build/obj/NAME)
# holds the kernel's objects, and in tests/ the staged selftests that were built
# against them.

BUILD_GIB=4

fragments() { # TREE: the profile's options; of two values the later one wins
	local f

	for f in "$TOP/kernel/configs/base.config" "$1"/tools/testing/selftests/bpf/config{,.vm} \
		 "$TOP/kernel/configs/$PROFILE.config"; do
		sed -E '/^CONFIG_/s/[[:space:]]*#.*//' "$f"
		echo
	done
}

# What a tree holds, uncommitted changes included.
tree_id() {
	{
		git -C "$1" rev-parse 'HEAD^{tree}'
		git -C "$1" diff --no-ext-diff HEAD
		git -C "$1" ls-files --others --exclude-standard | while read -r f; do sha256sum "$1/$f"; done
	} | sha256sum
}

# build_kernel TREE OBJ RESULTS: bzImage and modules, unless OBJ holds them
build_kernel() {
	local tree=$1 obj=$2 log=$3/build.log id missed

	mkdir -p "$obj"
	id=$({ tree_id "$tree"; fragments "$tree"; echo "$ROOT"; } | sha256sum)
	if [ "$id" != "$(cat "$obj/kernel.id" 2>/dev/null)" ]; then
		[ -f "$obj/vmlinux" ] || need_space "$obj" $BUILD_GIB 'the build'
		rm -f "$obj/kernel.id"
		fragments "$tree" >"$obj/.config.want"
		phase 'kernel configuration' "$3/config.log" enter "$tree" "$obj" \
			make -C /build/linux O=/build/obj KCONFIG_ALLCONFIG=/build/obj/.config.want allnoconfig ||
			die $E_BUILD "phase 'kernel configuration' failed: $(first_error "$3/config.log"), see $3/config.log"
		missed=$(config_missed "$obj")
		[ -z "$missed" ] || {
			cp "$obj/.config" "$3/.config"
			die $E_BUILD "profile $PROFILE: not in the final .config: $missed"
		}
		phase "kernel build ($PROFILE)" "$log" enter "$tree" "$obj" \
			make -C /build/linux O=/build/obj -j"$JOBS" V="$V" bzImage modules ||
			die $E_BUILD "phase 'kernel build' failed: $(first_error "$log"), see $log"
		echo "$id" >"$obj/kernel.id"
	fi
	cp "$obj/.config" "$3/.config"
}

# The options that were asked for and did not survive.
config_missed() {
	sed -n 's/^\(CONFIG_[A-Za-z0-9_]*\)=.*/\1/p; s/^# \(CONFIG_[A-Za-z0-9_]*\) is not set/\1/p' "$1/.config.want" | sort -u |
	while read -r o; do
		want=$(grep -E "^$o=|^# $o is not set" "$1/.config.want" | tail -n 1)
		case $want in
		*' is not set' | *=n) ! grep -q "^$o=" "$1/.config" || echo "$o is set" ;;
		*) grep -qxF "$want" "$1/.config" || echo "$want" ;;
		esac
	done | paste -sd, | sed 's/,/, /g'
}

first_error() { { grep -m 1 -E 'error:|undefined reference|Error [0-9]|ERROR' "$1" || tail -n 1 "$1"; } | cut -c1-200; }

# build_tests TREE OBJ RESULTS: test_progs with the test files that TESTS names
build_tests() {
	local tree=$1 obj=$2 log=$3/build-tests.log id

	id=$({ tree_id "$tree"; cat "$obj/kernel.id"; echo "$TESTS"; extra_id; cat "$S/stage.sh"; } | sha256sum)
	if [ "$id" != "$(cat "$obj/tests.id" 2>/dev/null)" ]; then
		rm -f "$obj/tests.id"
		phase 'selftest build' "$log" enter "$tree" "$obj" ${EXTRA:+env EXTRA=/top/build/.extra} \
			/top/scripts/stage.sh "$TESTS" "$JOBS" "$V" ||
			die $E_BUILD "phase 'selftest build' failed: $(first_error "$log"), see $log"
		echo "$id" >"$obj/tests.id"
	fi
}

# lay_extra: EXTRA for one run. Its tests are staged with the others. With
# patches, tree and obj become copies of their own that have them.
lay_extra() {
	local p had=

	rm -rf "$B/.extra"
	mkdir -p "$B/.extra"
	for p in prog_tests progs; do
		[ ! -d "$EXTRA/$p" ] || { cp -R "$EXTRA/$p" "$B/.extra/"; had=1; }
	done
	for p in "$EXTRA"/*.patch; do
		[ -f "$p" ] || continue
		if [ "$tree" = "$LINUX" ]; then
			tree=$B/extra/linux obj=$B/extra/obj-$PROFILE
			side_tree "$tree" "$(git -C "$LINUX" rev-parse HEAD)"
			git -C "$LINUX" diff --binary HEAD | git -C "$tree" apply --allow-empty
		fi
		git -C "$tree" apply "$(realpath "$p")" 2>"$B/extra/log" ||
			die $E_APPLY "$p does not apply: $(head -n 1 "$B/extra/log")"
		say "laid over the tree: $p"
		had=1
	done
	[ -n "$had" ] || die $E_OPT "EXTRA=$EXTRA has neither prog_tests/, progs/ nor *.patch"
}
extra_id() { [ -z "$EXTRA" ] || (cd "$EXTRA" && find . -type f -exec sha256sum {} + | sort); }

# The VM. boot_vm OBJ RESULTS COMMAND: boots OBJ's kernel on the toolchain root,
# shared read-only, and runs COMMAND (of bash) there. RESULTS gets console.log
# and guest.log. A VM is in one phase at a time, and each has its limit:
#   boot    until the guest's init says 'guest: up'
#   setup   until it says 'guest: run'
#   tests   until it says 'guest: end'      (TIMEOUT; with VM_QUIET, so many seconds
#           without a line of what runs there, however long it takes)
#   stop    until QEMU has gone
# Returns 0 when the guest ended by itself, else $E_HANG or $E_STOP; VM_PHASE,
# VM_WHY and GUEST_STATUS say more.

BOOT_LIMIT=180
SETUP_LIMIT=60
STOP_LIMIT=60
VM_QUIET=

# kvm, where a guest really runs under it, which SeaBIOS shows by saying its
# name (a /dev/kvm that opens is not enough); else tcg
accelerator() {
	if [ "$ACCEL" != auto ]; then
		echo "$ACCEL"
	elif [ -w /dev/kvm ] && bios_says -accel kvm -cpu host | grep -q SeaBIOS; then
		echo kvm
	else
		echo tcg
	fi
}
bios_says() {
	{ timeout -k 1 20 "$S/enter.sh" - - qemu-system-x86_64 "$@" -M q35 -nodefaults -display none \
		-no-reboot -boot reboot-timeout=1 -chardev stdio,id=d -device isa-debugcon,iobase=0x402,chardev=d; } 2>/dev/null </dev/null
}

boot_vm() {
	local obj=$1 out=$2 console=$2/console.log accel cpu t0 pt0 since limit what rc=0 next=10 last

	accel=$(accelerator)
	case $accel in kvm) cpu=host ;; *) cpu=max accel=tcg,thread=multi ;; esac
	printf '%s\n' "$3" >"$out/guest-command"
	: >"$console"
	say "VM: $SMP CPUs, $MEM, ${accel%%,*}"
	GUEST_STATUS='' VM_WHY=''
	set -m
	# A crash, or a reboot, is the end of QEMU.
	enter - "$obj" sh -euc '
		mkdir -p /mnt/out
		mount --bind "/top/$1" /mnt/out
		exec qemu-system-x86_64 -name "${1##*/}" -accel "$2" -cpu "$3" -smp "$4" -m "$5" -M q35 \
			-nodefaults -no-user-config -display none -monitor none -no-reboot -net none \
			-serial file:/mnt/out/console.log -device virtio-rng-pci \
			-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
			-device virtio-9p-pci,fsdev=root,mount_tag=root \
			-fsdev local,id=out,path=/mnt/out,security_model=none \
			-device virtio-9p-pci,fsdev=out,mount_tag=out \
			-kernel /build/obj/arch/x86/boot/bzImage \
			-append "console=ttyS0 root=root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=512000,cache=loose ro init=/top/scripts/guest-init.sh panic=-1 oops=panic tsc=reliable $6"' \
		sh "${out#"$TOP/"}" "$accel" "$cpu" "$SMP" "$MEM" "$BOOT" </dev/null >"$out/qemu.log" 2>&1 &
	PHASE_JOB=$! PHASE_NAME='VM boot' VM_PHASE=boot
	set +m
	t0=$SECONDS pt0=$SECONDS
	while kill -0 "$PHASE_JOB" 2>/dev/null; do
		since=$pt0 what=end
		sleep 0.2
		last=$VM_PHASE
		case $VM_PHASE in
		boot) limit=$BOOT_LIMIT; ! grep -q '^guest: up' "$console" || VM_PHASE=setup ;;
		setup) limit=$SETUP_LIMIT; ! grep -q '^guest: run' "$console" || VM_PHASE=tests ;;
		tests)
			limit=$TIMEOUT
			[ -z "$VM_QUIET" ] || limit=$VM_QUIET since=$((SECONDS - $(age_of "$out/guest.log"))) what=news
			! grep -q '^guest: end' "$console" || VM_PHASE=stop ;;
		stop) limit=$STOP_LIMIT ;;
		esac
		if [ "$VM_PHASE" != "$last" ]; then
			PHASE_NAME="VM $VM_PHASE"
			[ "$last" != boot ] || say "VM boot: done in $((SECONDS - t0)) s"
			[ "$last" != tests ] || say "VM tests: done in $((SECONDS - pt0)) s"
			pt0=$SECONDS
		elif [ $((SECONDS - since)) -ge "$limit" ]; then
			VM_WHY="VM $VM_PHASE: no $what after $limit s, killed; last on the console: $(last_line "$console")"
			kill -KILL -- "-$PHASE_JOB"
			rc=$E_HANG
			break
		fi
		[ $((SECONDS - t0)) -ge $next ] || continue
		next=$((next + $([ -t 1 ] && echo 1 || echo $VM_EVERY)))
		progress="VM $VM_PHASE: $((SECONDS - t0)) s, $(vm_progress "$out/guest.log")"
		if [ -t 1 ]; then printf '\r\033[K%s' "$progress"; else say "$progress"; fi
	done
	[ ! -t 1 ] || printf '\r\033[K'
	wait "$PHASE_JOB" 2>/dev/null || true
	PHASE_JOB=
	GUEST_STATUS=$(sed -n 's/^guest: end status=\([a-z0-9]*\).*/\1/p' "$console" | tail -n 1)
	if [ $rc = 0 ] && [ -z "$GUEST_STATUS" ]; then
		VM_WHY="VM $VM_PHASE: QEMU stopped before the guest's end; $( [ -s "$console" ] && echo "last on the console: $(last_line "$console")" || echo "QEMU says: $(last_line "$out/qemu.log")")"
		rc=$E_STOP
	elif [ $rc = 0 ]; then
		say "VM: $((SECONDS - t0)) s in all"
	fi
	return $rc
}

age_of() { echo $(($(date +%s) - $(stat -c %Y "$1" 2>/dev/null || date +%s))); }
last_line() { tail -n 1 "$1" | tr -d '\r' | cut -c1-160; }

# How far what runs in the VM is, and how often to say so.
VM_EVERY=30
vm_progress() { echo "$(grep -cE '^\S+ #[0-9]+ ' "$1" 2>/dev/null || true) tests done"; }

# The run: test_progs in a VM

POLICY=$TOP/tools/testing/selftests/bpf

list() { sed 's/[[:space:]]*#.*//; /^$/d' "$1"; }
default_tests() { list "$POLICY/TESTS" | paste -sd,; }
all_tests() { { list "$POLICY/TESTS"; list "$POLICY/TESTS.check"; } | paste -sd,; }

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

# The scenarios of `make torture`

SCENARIOS=$TOP/tools/testing/torture
scenarios() { (cd "$SCENARIOS" && for f in *; do case $f in *.patch) ;; *) echo "$f" ;; esac; done); }
scenario_key() { sed -n "s/^$2[[:space:]]\{1,\}//p" "$SCENARIOS/$1"; }

# run_tests OBJ RESULTS: TESTS in a VM
run_tests() {
	run_vm "$1" "$2" test_progs "
		stamp() { local l up; while IFS= read -r l; do read -r up _ </proc/uptime; printf '%s %s\n' \"\$up\" \"\$l\"; done; }
		echo begin | stamp
		stdbuf -oL ./test_progs $ARGS -t '$TESTS' -d @/top/tools/testing/selftests/bpf/DENYLIST 2>&1 | stamp
		exit \${PIPESTATUS[0]}" "$S/report.sh"
}
