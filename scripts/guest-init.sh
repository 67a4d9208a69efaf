#!/bin/bash
# guest-init.sh: pid 1 of the guest. Says on the console where it is, for the
# harness and its splat gate; runs the command that it left in the results directory,
# or in the initramfs that is the root (make survey: not every kernel has 9p).
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8
[ ! -f /guest-command ] || mount -t devtmpfs devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /mnt
mount -t bpf bpf /sys/fs/bpf
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# file_reader evicts its own file page by page and expects that to work, and to
# last: no page may be read together with others.
for ra in /sys/class/bdi/9p*/read_ahead_kb; do
	[ ! -f "$ra" ] || echo 4 >"$ra"
done
mkdir -p /dev/shm /dev/pts /mnt/out
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
echo "guest: up"

status=setup command=/mnt/out/guest-command log=/mnt/out/guest.log
[ ! -f /guest-command ] || command=/guest-command log=/dev/ttyS1
if [ -f /guest-command ] || mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none out /mnt/out; then
	ip link set lo up
	hostname guest
	ulimit -l unlimited
	ulimit -c 0
	echo "guest: run"
	cd /build/obj/tests/tools/testing/selftests/bpf 2>/dev/null || cd /
	bash "$command" >"$log" 2>&1
	status=$?
fi
sync
# The root goes away before the power does: from then on pid 1 must not run
# anything new, nor fault in what it runs.
mkfifo /tmp/nothing
exec 5<>/tmp/nothing
read -r -t 0.1 -u 5 _
echo "guest: end status=$status"
# stty waits until the line is out: the kernel's own would tear it.
stty -F /dev/console -echo
echo b >/proc/sysrq-trigger
read -r -u 5 _
