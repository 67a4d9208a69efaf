# shellcheck shell=bash
# shellcheck disable=SC2034  # VM_WHY and others are for the scripts that source this file
# vm.sh: the VM. boot_vm OBJ RESULTS COMMAND: boots OBJ's kernel on the toolchain root,
# shared read-only, and runs COMMAND (of bash) there. RESULTS gets console.log
# and guest.log. With an OBJ/initrd the guest has that for its root, and guest.log comes
# through a second serial line. A VM is in one phase at a time, and each has its limit:
#   boot    until the guest's init says 'guest: up'
#   setup   until it says 'guest: run'
#   tests   until it says 'guest: end'      (TIMEOUT; with VM_QUIET, so many seconds
#           without a line of what runs there, however long it takes)
#   stop    until QEMU has gone
# Returns 0 when the guest ended by itself, else $E_HANG or $E_STOP; VM_PHASE,
# VM_WHY and GUEST_STATUS say more.
. "$(dirname "${BASH_SOURCE[0]}")/verb.sh"
. "$(dirname "${BASH_SOURCE[0]}")/root.sh"

BOOT_LIMIT=180
SETUP_LIMIT=60
STOP_LIMIT=60
VM_QUIET=
VM_TREE=-		# what the guest has at /build/linux
VM_ICOUNT=		# with tcg, QEMU's -icount: the guest's time is its instructions
count_instructions() { SMP=1 ACCEL=tcg VM_ICOUNT=shift=0,sleep=off; }	# one a nanosecond

# kvm, where the CPU has virtualization and a guest really runs under it, which SeaBIOS
# shows by saying its name; else tcg. A /dev/kvm that opens is not enough, and one that
# emulates the guest's kernel runs SeaBIOS, but not Linux.
accelerator() {
	if [ "$ACCEL" != auto ]; then
		echo "$ACCEL"
	elif [ -w /dev/kvm ] && grep -qE '^flags.* (vmx|svm)( |$)' /proc/cpuinfo && bios_says -accel kvm -cpu host | grep -q SeaBIOS; then
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
	local obj=$1 out=$2 console=$2/console.log initrd='' accel cpu t0 pt0 since limit what rc=0 next=10 last

	accel=$(accelerator)
	[ ! -f "$obj/initrd" ] || initrd=1
	case $accel in kvm) cpu=host ;; *) cpu=max accel=tcg,thread=$([ -n "$VM_ICOUNT" ] && echo single || echo multi) ;; esac
	printf '%s\n' "$3" >"$out/guest-command"
	: >"$console"
	say "VM: $SMP CPUs, $MEM, ${accel%%,*}"
	GUEST_STATUS='' VM_WHY=''
	set -m
	# A crash, or a reboot, is the end of QEMU.
	enter "$VM_TREE" "$obj" sh -euc '
		mkdir -p /mnt/out
		mount --bind "/top/$1" /mnt/out
		exec qemu-system-x86_64 -name "${1##*/}" -accel "$2" -cpu "$3" -smp "$4,sockets=$4" -m "$5" -M q35 \
			-nodefaults -no-user-config -display none -monitor none -no-reboot -net none \
			-serial file:/mnt/out/console.log -device virtio-rng-pci \
			-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
			-device virtio-9p-pci,fsdev=root,mount_tag=root \
			-fsdev local,id=out,path=/mnt/out,security_model=none \
			-device virtio-9p-pci,fsdev=out,mount_tag=out \
			-kernel /build/obj/arch/x86/boot/bzImage \
			-append "console=ttyS0 root=root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=512000,cache=loose ro init=/top/scripts/guest-init.sh panic=-1 oops=panic tsc=reliable $6" ${7:+-icount "$7"} \
			${8:+-initrd /build/obj/initrd -serial file:/mnt/out/guest.log}' \
		sh "${out#"$TOP/"}" "$accel" "$cpu" "$SMP" "$MEM" "$BOOT" "$VM_ICOUNT" "$initrd" </dev/null >"$out/qemu.log" 2>&1 &
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
		if [ -s "$out/qemu.log" ] && grep -q '^KVM internal error' "$out/qemu.log"; then	# QEMU waits for a debugger
			VM_WHY="VM $VM_PHASE: KVM cannot run this guest, see ${out#"$TOP/"}/qemu.log; ACCEL=tcg does without it"
			kill -KILL -- "-$PHASE_JOB"
			rc=$E_STOP
			break
		elif [ "$VM_PHASE" != "$last" ]; then
			PHASE_NAME="VM $VM_PHASE"
			case $last in
			boot | tests)
				took $((SECONDS - pt0)) phase "VM $last"
				say "VM $last: done in $((SECONDS - pt0)) s" ;;
			esac
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
