#!/bin/bash
# survey.sh: which kernels have the faults that the series fixes. Kernels that are built
# already, Debian's or KERNEL=..., boot with the series' tests in an initramfs, and so
# need no file system; SURVEY says what shows a fault, survey-report.sh judges. The kernel
# with the series comes last, and must have none.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/series.sh"
. "$S/lib/run.sh"

KERNELS='6.12 6.18 7.2 7.3'	# without KERNEL: the newest of each
ONE_TEST=60			# seconds for one test_progs
VM_QUIET=90			# seconds without a word of the VM: it hangs
MODULES='bpf_test_nmi bpf_testmod'	# that the tests load, made with a kernel's linux-headers
IN_ROOT='bash sh mount mkdir mkfifo ip hostname sync stty timeout cat'	# what the guest runs

check_options
lock_checkout
SURVEY=$POLICY/SURVEY
BAD=$(list "$SURVEY" | awk 'NF < 5 { print $1; exit }')
[ -z "$BAD" ] || die $E_OPT "SURVEY: '$BAD' lacks one of name, how, shows, safe, words"
"$S/tree.sh"
W=$B/survey
mkdir -p "$W"

# Packages of SUITE and its backports, known to an apt of their own.
APT=$CACHE/survey
apt() {
	"apt-$1" -q -o Dir::Etc::SourceList="$APT/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$APT/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$APT" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false "${@:2}"
}
apt_update() {
	local uri suite

	mkdir -p "$APT/lists/partial" "$APT/archives/partial"
	for suite in "$SUITE" "$SUITE-backports"; do
		for uri in $(mirrors_of "$suite"); do echo "deb $uri $suite main"; done
	done >"$APT/sources.list"
	[ -s "$APT/sources.list" ] || { echo "no mirror of this machine's apt has $SUITE"; return 1; }
	apt get update
}

# unpack KERNEL DIR: the release's image as bzImage, and its config and headers where there are any.
# Their Makefile names /usr/src: in the toolchain root, that is not where they are.
unpack() {
	local r=$1 abi=${1%-cloud-amd64} p all

	abi=${abi%-amd64}
	all=$(apt cache pkgnames linux-)
	rm -rf "$2.part"
	mkdir -p "$2.part/debs" "$2.part/arch/x86/boot"
	for p in linux-{image,binary,base,headers}-"$r" "linux-headers-$abi-common" "linux-kbuild-$abi"; do
		! grep -qxF "$p" <<<"$all" || (cd "$2.part/debs" && apt get download "$p") || return
	done
	for p in "$2.part"/debs/*.deb; do dpkg-deb -x "$p" "$2.part"; done
	mv "$(find "$2.part" -name 'vmlinuz*' -size +1M | head -n 1)" "$2.part/arch/x86/boot/bzImage" || return
	# Of a release that was replaced, the archive may have the image alone.
	find "$2.part" -name "config-$r" -o -path "*/$r/config" | head -n 1 | xargs -r -I{} mv {} "$2.part/config"
	[ ! -d "$2.part/usr/src/linux-headers-$r" ] || sed -i 's|/usr/src|/build/obj&|' "$2.part/usr/src/linux-headers-$r/Makefile"
	rm -rf "$2.part/debs" "$2.part/usr/lib/modules"
	mv "$2.part" "$2"
}

# kernel_dir SPEC: sets dir, with the kernel of a bzImage, a package or the start of a version
kernel_dir() {
	local r config

	if [ -f "$1" ]; then
		r=$(enter - "$(dirname "$(realpath "$1")")" file -bL "/build/obj/${1##*/}" | sed -n 's/.*, version \([^ ]*\).*/\1/p')
		[ -n "$r" ] || die $E_OPT "KERNEL=$1 is not a bzImage"
		dir=$W/file-$r
		mkdir -p "$dir/arch/x86/boot"
		cp "$1" "$dir/arch/x86/boot/bzImage"
		# Tests ask for options; it lies beside an installed kernel, or on top of its build.
		rm -f "$dir/config"
		for config in "${1%/*}/config-$r" "${1%/arch/*}/.config"; do [ ! -f "$config" ] || cp "$config" "$dir/config"; done
		return
	fi
	[ -f "$APT/sources.list" ] && [ -n "${APT_KNOWN:-}" ] || phase 'lists of packages' "$W/apt.log" apt_update ||
		die $E_ENV "cannot fetch the lists of $SUITE, see $W/apt.log"
	APT_KNOWN=1
	r=$(apt cache pkgnames linux-image- | sed 's/^linux-image-//' |
		grep -xE -- "$(sed 's/^linux-image-//; s/[.+]/\\&/g' <<<"$1")([.+][0-9.+a-z]*-cloud-amd64)?" | sort -V | tail -n 1) || true
	[ -n "$r" ] || die $E_OPT "KERNEL: '$1' is no file, no package linux-image-$1 and no version in $SUITE or its backports"
	dir=$W/$r
	[ -d "$dir" ] || phase "packages of $r" "$W/apt.log" unpack "$r" "$dir" || die $E_ENV "cannot fetch $r, see $W/apt.log"
}

dirs=()
KERNEL=${KERNEL:-$KERNELS}
for spec in ${KERNEL//,/ }; do
	kernel_dir "$spec"
	dirs+=("$dir")
done

TESTS=$(list "$SURVEY" | awk '{ print $3; print $4 }' | tr , '\n' | sed 's|/.*||; /^-$/d' | sort -u | paste -sd,)
check_tests "$LINUX"
obj=$B/obj/$PROFILE
out=$(new_results survey)
build_kernel "$LINUX" "$obj" "$out"
build_tests "$LINUX" "$obj" "$out"

# The modules that the tests load, as far as this kernel's headers can make them
build_modules() { # DIR
	local m headers

	headers=$(find "$1/usr/src" -maxdepth 1 -name 'linux-headers-*-amd64' 2>/dev/null) || true
	[ -n "$headers" ] || { echo 'no linux-headers'; return 0; }
	for m in $MODULES; do
		rm -rf "$1/kmods/$m"
		mkdir -p "$1/kmods/$m"
		cp "$LINUX/tools/testing/selftests/bpf/test_kmods"/*.[ch] "$1/kmods/$m"
		printf 'obj-m := %s.o\nCFLAGS_%s.o = -I$(src)\n' "$m" "$m" >"$1/kmods/$m/Makefile"
		enter - "$1" env -u LLVM make -C "/build/obj/${headers#"$1/"}" M="/build/obj/kmods/$m" modules || true
	done
}

# An initramfs for DIR's kernel: the guest's init and programs, test_progs, DIR's modules,
# and COMMAND
make_initrd() { # DIR COMMAND
	printf '%s\n' "$2" >"$1/guest-command"
	# shellcheck disable=SC2086
	enter - "$1" sh -euc '
		tests=/build/obj/tests/tools/testing/selftests/bpf from=/top/$1 release=$2
		shift 2
		r=/tmp/root
		mkdir -p $r/usr/bin $r/usr/lib/x86_64-linux-gnu $r/usr/lib64 $r/dev $r/proc $r/sys $r/tmp $r/run $r/mnt $r/boot $r$tests
		ln -s usr/bin usr/lib usr/lib64 $r/
		ln -s usr/bin $r/sbin
		for p; do cp -L "$(command -v "$p")" $r/usr/bin/; done
		strip -o $r$tests/test_progs $from/test_progs
		ldd $r/usr/bin/* $r$tests/test_progs | grep -o "/[^ :]*" | grep "^/lib" | sort -u | xargs -I{} cp -L {} $r{}
		cp /build/obj/kmods/*/*.ko $r$tests/ 2>/dev/null || true
		[ ! -f /build/obj/config ] || cp /build/obj/config $r/boot/config-$release
		cp /build/obj/guest-command $r/
		cp /top/scripts/guest-init.sh $r/init
		cd $r
		find . | cpio -o -H newc --quiet >/build/obj/initrd' \
		sh "${obj#"$TOP/"}/tests/tools/testing/selftests/bpf" "$(sed 's|.*/||; s|^file-||' <<<"$1")" $IN_ROOT
}
vm_progress() { echo "$(grep -c '^survey: end' "$1" 2>/dev/null || true) of $(list "$SURVEY" | wc -l) faults"; }

# What the guest does: each fault's tests, between lines that both logs have. Reads lines of
# SURVEY. What runs, and fails, may leave a kernel that nothing more can be said of: the
# next fault gets a new boot.
guest_command() {
	local name how shows safe _

	echo 'echo on >/proc/sys/kernel/printk_devkmsg'
	echo 'mark() { echo "survey: $*"; echo "<4>survey: $*" >/dev/kmsg; }'
	echo "tests() { echo \"survey: tests \$1\"; timeout -k 5 $ONE_TEST ./test_progs -a \"\$1\" 2>&1; }"
	while read -r name how shows safe _; do
		printf 'mark begin %s\nbad=; tests %s || bad=1\n' "$name" "$shows"
		[ "$safe" = - ] || echo "tests $safe"
		echo "mark end $name"
		case $how in loads | warns) ;; *) echo '[ -z "$bad" ] || exit 0' ;; esac
	done
}

# survey DIR RESULTS: boots until each fault's tests have begun: a kernel that dies of one
# goes on with the next. A boot in which none begins is the last.
survey() {
	local todo=$2/todo n=0 rc run began command

	list "$SURVEY" >"$todo"
	while [ -s "$todo" ]; do
		n=$((n + 1)) rc=0
		run=$2/$n
		mkdir "$run"
		command=$(guest_command <"$todo")
		[ "$1" = "$obj" ] || make_initrd "$1" "$command" >"$run/initrd.log" 2>&1 ||
			die $E_BUILD "cannot make an initramfs: $(tail -n 1 "$run/initrd.log")"
		boot_vm "$1" "$run" "$command" || { rc=$?; say "$VM_WHY"; }
		echo "$rc $VM_WHY" >"$run/ended"
		touch "$run/guest.log"
		began=$(sed -nE 's/^survey: begin ([a-z_0-9]+)\r?$/\1/p' "$run/guest.log")
		[ -n "$began" ] || return 0
		grep -vE "^($(paste -sd'|' <<<"$began"))[[:space:]]" "$todo" >"$todo.next" || true
		mv "$todo.next" "$todo"
	done
}

for dir in "${dirs[@]}" "$obj"; do
	name=${dir##*/}
	if [ "$dir" = "$obj" ]; then
		name=series
	else
		build_modules "$dir" >"$dir/modules.log" 2>&1
	fi
	say "== $name"
	echo "$name" >>"$out/kernels"
	mkdir "$out/$name"
	survey "$dir" "$out/$name"
done
rc=0
"$S/survey-report.sh" "$out" || rc=$?
say "results: ${out#"$TOP/"}; total $SECONDS s"
[ $rc = 0 ] || die $E_TEST 'the kernel with the series has a fault: SURVEY is wrong, or the series'
