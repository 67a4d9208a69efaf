#!/bin/bash
# harness-test.sh: what bad input and interruption do: the status, one clear
# line, nothing half done. Runs in a scratch checkout on a tiny stand-in for
# the kernel; the VM's cases use the kernel of this checkout.
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/checks.sh"
. "$S/lib/run.sh"

check_options
lock_checkout
real_obj=$B/obj/$PROFILE
mkdir -p "$B"
tmp=$(mktemp -d "$B/.harness.XXXXXX")
on_exit "rm -rf '$tmp'"
co=$tmp/checkout fake=$tmp/fake
unset CHECKOUT_LOCKED PROFILE BASE BASE_SUM EXTRA TESTS SEED START N ON
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@localhost GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@localhost

mkdir -p "$co" "$fake/kernel/bpf" "$fake/tools/testing/selftests/bpf/prog_tests"
cp -R "$TOP/scripts" "$TOP/kernel" "$TOP/tools" "$TOP/Makefile" "$co/"
find "$co" -name '[0-9]*.patch' -exec rm {} +
(
	cd "$fake"
	git init -q .
	seq 1 60 | sed 's/^/line /' >kernel/bpf/verifier.c
	echo 'void test_one(void)' >tools/testing/selftests/bpf/prog_tests/one.c
	# a configuration in which one option does not survive
	printf 'allnoconfig:\n\tgrep -v CONFIG_KCSAN= $(KCONFIG_ALLCONFIG) >$(O)/.config\n' >Makefile
	touch tools/testing/selftests/bpf/config tools/testing/selftests/bpf/config.vm
	git add . && git commit -qm base
	# the patch that the cases play with: two hunks in one file
	git checkout -q -b work
	sed -i 's/^line 5$/line five/; s/^line 50$/line fifty/' kernel/bpf/verifier.c
	git commit -qam 'bpf: Write numbers as words'
	git format-patch -q --no-signature -o "$tmp" HEAD^
	git checkout -q -
)
patch=kernel/bpf/0001-bpf-Write-numbers-as-words.patch
mv "$tmp"/0001-*.patch "$co/$patch"
series() { printf '%s\n' "$@" >"$co/series.txt"; }
series "$patch"
head_of() { git -C "$co/build/linux" rev-parse HEAD; }

# says STATUS REGEX COMMAND...: COMMAND in the scratch checkout ends with STATUS
# and REGEX is in what it says.
says() {
	local want=$1 re=$2 rc=0 said

	shift 2
	said=$(cd "$co" && env -u COUNTS -u TIMES BASE="${BASE-$fake}" "$@" 2>&1 </dev/null) || rc=$?
	[ "$rc" = "$want" ] || { echo "status $rc, not $want: $said"; return 1; }
	grep -qE "$re" <<<"$said" || { echo "does not say '$re': $said"; return 1; }
}

not_applying() {
	local before

	before=$(head_of)
	sed -i 's/^ line 49$/ line forty-nine/' "$co/$patch"
	says $E_APPLY "$patch does not apply: kernel/bpf/verifier.c, hunk 2" scripts/tree.sh || return
	[ "$(head_of)" = "$before" ] || { echo 'the tree has moved'; return 1; }
	sed -i 's/^ line forty-nine$/ line 49/' "$co/$patch"
	says 0 '' scripts/tree.sh
}
missing() {
	local before

	before=$(head_of)
	series "$patch" kernel/bpf/0002-gone.patch
	says $E_APPLY 'series.txt names kernel/bpf/0002-gone.patch, which does not exist' scripts/tree.sh || return
	series "$patch"
	[ "$(head_of)" = "$before" ] || { echo 'the tree has moved'; return 1; }
}
keeps_changes() {
	echo mine >>"$co/build/linux/kernel/bpf/verifier.c"
	series
	says $E_APPLY 'uncommitted changes' scripts/tree.sh || return
	grep -qx mine "$co/build/linux/kernel/bpf/verifier.c" || { echo 'the change is gone'; return 1; }
	git -C "$co/build/linux" commit -qam 'bpf: Mine'
	says $E_APPLY 'not exported' scripts/tree.sh || return
	series "$patch"
	says 0 'used as it stands' scripts/tree.sh
}
# What the kernel is built from changes with its files, and with nothing else.
rebuilds() {
	local was linux=$co/build/linux

	was=$(kernel_id "$linux")
	GIT_COMMITTER_DATE=2001-01-01T00:00:00Z git -C "$linux" commit -q --amend --no-edit --date=2001-01-01T00:00:00Z
	[ "$(kernel_id "$linux")" = "$was" ] || { echo 'of another date'; return 1; }
	echo >>"$linux/tools/testing/selftests/bpf/prog_tests/one.c"
	[ "$(kernel_id "$linux")" = "$was" ] || { echo 'of a test'; return 1; }
	[ "$(tree_id "$linux")" != "$was" ] || { echo 'not of a test'; return 1; }
	echo >>"$linux/kernel/bpf/verifier.c"
	[ "$(kernel_id "$linux")" != "$was" ] || { echo 'not of a source'; return 1; }
	git -C "$linux" checkout -q .
}
export_writes() {
	says 0 'exported 2 patches' scripts/export.sh || return
	[ "$(grep -v '^#' "$co/series.txt")" = "$(printf '%s\n' "$patch" kernel/bpf/0002-bpf-Mine.patch)" ] || { cat "$co/series.txt"; return 1; }
	grep -q '^+mine$' "$co/kernel/bpf/0002-bpf-Mine.patch"
}
export_keeps() {
	echo >>"$co/$patch"
	says $E_APPLY 'have changed since make tree' scripts/export.sh || return
	sed -i '$d' "$co/$patch"
}
base_untouched() {
	local before

	echo local >>"$fake/kernel/bpf/verifier.c"
	before=$(git -C "$fake" diff)
	says 0 'has local changes, which stay there' scripts/base.sh || return
	[ "$(git -C "$fake" diff)" = "$before" ]
}
two_runs() {
	exec 7>>"$co/build/.lock"
	flock 7
	says $E_ENV 'another run holds this checkout' scripts/tree.sh || return
	exec 7>&-
}
ns=(unshare --mount --net --propagation private)
[ "$(id -u)" = 0 ] || ns+=(--map-root-user)
no_space() {
	mkdir -p "$tmp/small"
	says $E_ENV 'GiB free: the toolchain root needs [0-9]+ GiB' \
		"${ns[@]}" sh -c 'mount -t tmpfs -o size=8m tmpfs "$1" && XDG_CACHE_HOME=$1 exec scripts/setup.sh' sh "$tmp/small"
}
no_network() {
	says $E_ENV 'cannot make the [a-z]+ root: .*see ' \
		"${ns[@]}" env XDG_CACHE_HOME="$tmp/nonet" scripts/setup.sh || return
	BASE=7.3 says $E_ENV 'cannot fetch linux-source-7.3_.*put it, sha256 [0-9a-f]{64}, into ' \
		"${ns[@]}" env XDG_CACHE_HOME="$tmp/nonet" scripts/base.sh || return
	[ -z "$(find "$tmp/nonet" -name '*.part*')" ] || { echo 'something half done is left'; return 1; }
}
no_rights() {
	says $E_ENV 'neither root nor user namespaces' \
		unshare --user --map-user=1000 --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec scripts/setup.sh'
}
wrong_sum() {
	: >"$tmp/x.tar"
	BASE=$tmp/x.tar says $E_ENV 'wrong checksum' env BASE_SUM=0 scripts/base.sh
}
no_base() { BASE=$tmp/nowhere says $E_OPT 'neither a tarball nor a git tree' scripts/base.sh; }

# verdict_of STATUS REGEX SED POLICY: of two kernels between which SED makes the
# difference, judged by a VERISTAT of the lines POLICY. 'made' is a new object.
csv=$tmp/csv
mkdir "$csv"
printf '%s\n' file_name,prog_name,verdict,total_insns,total_states,peak_states,duration \
	old.bpf.o,loads,success,100,9,3,800 old.bpf.o,rejected,failure,50,4,2,150 old.bpf.o,unknown,failure,0,0,0,20 \
	made.bpf.o,loads,success,10,1,1,50 >"$csv/base"
printf '%s\n' old.bpf.o 'made.bpf.o new' >"$csv/objects"
verdict_of() {
	sed "$3" "$csv/base" >"$csv/series"
	printf '%s\n' "${4-}" >"$co/tools/testing/selftests/bpf/VERISTAT"
	says "$1" "$2" scripts/veristat-compare.sh "$csv/base" "$csv/series" "$csv/objects" "${5-}"
}
nothing_compared() {
	cp "$csv/base" "$csv/all"
	sed -i '2,$d' "$csv/base"
	verdict_of $E_TEST '^no program was compared' '' || return
	: >"$csv/base"
	verdict_of $E_TEST '^no program was compared' '' || return
	sed -n '1p; /unknown/p' "$csv/all" >"$csv/base"
	verdict_of $E_TEST '^no program was compared' '' || return
	mv "$csv/all" "$csv/base"
}
object_closed() {
	echo part.bpf.o >>"$csv/objects"
	verdict_of $E_TEST '^neither kernel verifies anything of part' '' || return
	verdict_of 0 'lists +1$' '' 'part/* unverified unverified # why' || return
	verdict_of 0 'with this profile +1$' '' '' some || return
	sed -i '$d' "$csv/objects"
	verdict_of $E_TEST '^VERISTAT: does not differ, .*: old/\*' '' 'old/* unverified unverified # why'
}

# judged CELL HOW SAFE LOG [ENDED [CONSOLE]]: what make survey makes of a fault whose tests
# left LOG
judged() {
	local d=$tmp/survey/${kernel:-k}/1

	rm -rf "$tmp/survey"
	mkdir -p "$d"
	echo "${kernel:-k}" >"$tmp/survey/kernels"
	printf 'x\t%s\tt/x\t%s\twords\n' "$2" "$3" >"$tmp/SURVEY"
	printf 'survey: begin x\r\nsurvey: tests t/x\r\n%b' "$4" >"$d/guest.log"
	printf '[ 1.0] survey: begin x\r\n%b\n' "${6-}" >"$d/console.log"
	echo "${5:-0 }" >"$d/ended"
	says "${status:-0}" "^x +$1" env SURVEY="$tmp/SURVEY" scripts/survey-report.sh "$tmp/survey"
}
end='survey: end x\r\n' accepted='f:FAIL:unexpected_load_success 0\r\n#1/1 t/x:FAIL\r\n'
refused='f:PASS:unexpected_load_success 0\r\nf:FAIL:934 expect_msg\r\n#1/1 t/x:FAIL\r\n' safe="survey: tests t/s\r\n#1/2 t/s:OK\r\n$end"
unsafe="survey: tests t/s\r\n#1/2 t/s:FAIL\r\n$end"
series_affected() { kernel=series status=$E_TEST judged affected loads t/s "$accepted$safe"; }

qemus() { pgrep -f "qemu-system-x86_64 -name ${out##*/}" || true; }
vm() { # a VM of the real kernel that does COMMAND
	mkdir -p "$B/results"
	out=$(mktemp -d "$B/results/.harness.XXXXXX")
	on_exit "rm -rf '$out'"
	boot_vm "$real_obj" "$out" "$1" >"$out/said" || return
}
vm_hangs() {
	local rc=0

	TIMEOUT=2
	vm 'sleep 1000' || rc=$?
	[ $rc = $E_HANG ] && [[ $VM_WHY == 'VM tests: no end after 2 s, killed'* ]] && [ -z "$(qemus)" ] ||
		{ echo "status $rc, $VM_WHY; QEMU: $(qemus)"; return 1; }
}
vm_stops() {
	local rc=0

	vm 'echo c >/proc/sysrq-trigger; sleep 1000' || rc=$?
	[ $rc = $E_STOP ] && [[ $VM_WHY == 'VM tests: QEMU stopped before'* ]] || { echo "status $rc, $VM_WHY"; return 1; }
	"$S/splat.sh" "$out/console.log" >"$out/splats" && { echo 'the gate has not seen the panic'; return 1; }
	grep -qi panic "$out/splats"
}
# What goes on saying something may take longer than TIMEOUT.
vm_falls_silent() {
	local rc=0

	TIMEOUT=1 VM_QUIET=5
	vm 'for i in 1 2 3 4; do echo $i; sleep 2; done; sleep 1000' || rc=$?
	[ $rc = $E_HANG ] && [[ $VM_WHY == 'VM tests: no news after 5 s, killed'* ]] && [ "$(tail -n 1 "$out/guest.log")" = 4 ] ||
		{ echo "status $rc, $VM_WHY; $(cat "$out/guest.log")"; return 1; }
}
vm_interrupted() {
	local pid rc=0

	mkdir -p "$B/results"
	out=$(mktemp -d "$B/results/.harness.XXXXXX")
	on_exit "rm -rf '$out'"
	set -m
	# SIGINT may come here ignored, as it does to a background job.
	env --default-signal=INT bash -c '. "$1/lib/verb.sh"; . "$1/lib/run.sh"; boot_vm "$2" "$3" "sleep 1000"' vm "$S" "$real_obj" "$out" >"$tmp/interrupted" 2>&1 &
	pid=$!
	set +m
	while [ -z "$(qemus)" ] && kill -0 $pid; do sleep 0.1; done
	kill -INT -- -$pid
	wait $pid || rc=$?
	[ $rc = 130 ] && [ -z "$(qemus)" ] && ! grep -q "$ROOT" /proc/mounts ||
		{ echo "status $rc; QEMU: $(qemus); $(cat "$tmp/interrupted")"; return 1; }
}

# Scripts that play a verb
verbs=$tmp/verbs/scripts
mkdir "$tmp/verbs"
cp -R "$S" "$verbs"

# What a verb says is seen at once by who reads it through a pipe.
piped() {
	mkfifo "$tmp/fifo" "$tmp/go"
	cat >"$verbs/inner.sh" <<-'END'
		#!/bin/bash
		. "$(dirname "$0")/lib/checks.sh"
		check first true
		check second head -n 1 "$1"
		verdict
	END
	cat >"$verbs/outer.sh" <<-'END'
		#!/bin/bash
		. "$(dirname "$0")/lib/checks.sh"
		lock_checkout
		adopt inner "$(dirname "$0")/inner.sh" "$1"
		verdict
	END
	chmod +x "$verbs"/*er.sh
	env -u COUNTS -u TIMES "$verbs/outer.sh" "$tmp/go" >"$tmp/fifo" 2>&1 &
	exec 5<>"$tmp/go" 6<"$tmp/fifo"
	read -r -t 20 line <&6 || line=nothing
	echo >&5
	[ "$line" = 'ok   first' ] && [ "$(tail -n 1 <&6)" = '2 passed, 0 failed, 0 skipped' ] || { echo "it says: $line"; return 1; }
	exec 5>&- 6<&-
}
# SIGTERM ends a verb, a script that it waits for, and what runs in the root.
terminated() {
	local pid rc=0 t0

	cat >"$verbs/waits.sh" <<-'END'
		#!/bin/bash
		. "$(dirname "$0")/lib/verb.sh"
		on_exit 'echo cleaned up'
		"$(dirname "$0")/enter.sh" - - sh -c 'echo inside; sleep 1000'
	END
	chmod +x "$verbs/waits.sh"
	mkfifo "$tmp/said"
	env -u COUNTS -u TIMES "$verbs/waits.sh" >"$tmp/said" 2>&1 &
	pid=$!
	exec 6<"$tmp/said"
	read -r -t 60 line <&6
	t0=$SECONDS
	kill -TERM $pid
	wait $pid || rc=$?
	[ "$line" = inside ] && [ $rc = 130 ] && [ $((SECONDS - t0)) -le 5 ] && [ "$(tail -n 1 <&6)" = 'cleaned up' ] ||
		{ echo "said $line, status $rc after $((SECONDS - t0)) s"; return 1; }
	exec 6<&-
}
part_stays() {
	sed -i '/0002/i # part two bpf' "$co/series.txt"
	says 0 'exported 2 patches' scripts/export.sh || return
	[ "$(cat "$co/series.txt")" = "$(printf '%s\n' "$patch" '# part two bpf' kernel/bpf/0002-bpf-Mine.patch)" ] || { cat "$co/series.txt"; return 1; }
}
# A base with a list of its own: what is the same patch on both is one file.
export_for() { # BASE COMMIT
	BASE=$1 bash -c '. "$0"; export_series "$@"' "$co/scripts/lib/series.sh" "$tmp/own" "$2" "$tmp/own.out"
}
own_list() {
	local own=$tmp/own mine=kernel/bpf/7.3-0002-bpf-Mine.patch want

	cp "$co/series.txt" "$tmp/series.was"
	git clone -q "$fake" "$own"
	(
		cd "$own"
		sed -i 's/^line 30$/line thirty/' kernel/bpf/verifier.c
		git commit -qam 'another base'
		git am -q "$co/$patch"
		echo mine >kernel/bpf/mine.c
		git add . && git commit -qm 'bpf: Mine'
	) || return
	want=$(printf '%s\n' "$patch" '# 7.3 part one bpf' "# 7.3 $patch" "# 7.3 $mine")
	echo "$want" >"$co/series.txt"
	mkdir "$tmp/own.out"
	export_for 7.3 HEAD~2 && cmp "$co/$patch" "$tmp/own.out/$patch" && grep -q '^+mine$' "$tmp/own.out/$mine" &&
		diff <(echo "$want") "$tmp/own.out/series.txt" || { echo 'not shared'; return 1; }
	git -C "$own" reset -q --hard HEAD^
	git -C "$own" commit -q --amend -m 'bpf: Write numbers as words' -m 'Otherwise.'
	export_for 7.3 HEAD^ && grep -xF "# 7.3 ${patch/0001/7.3-0001}" "$tmp/own.out/series.txt" || { echo 'shared with another message'; return 1; }
	git -C "$own" checkout -q -B main HEAD~2
	echo >"$own/kernel/bpf/first.c"
	git -C "$own" add . && git -C "$own" commit -qm 'bpf: First' && git -C "$own" am -q "$co/$patch" || return
	export_for '' HEAD~2 && grep -xF "# 7.3 ${patch/0001/0002}" "$tmp/own.out/series.txt" || { cat "$tmp/own.out/series.txt"; return 1; }
	mv "$tmp/series.was" "$co/series.txt"
}
part_begins_elsewhere() {
	git -C "$co/build/linux" commit -q --amend -m 'bpf: Another'
	says $E_APPLY "at which a part begins is gone .*put '# part two bpf' where it begins" scripts/export.sh || return
	git -C "$co/build/linux" commit -q --amend -m 'bpf: Mine'
	says 0 'exported 2 patches' scripts/export.sh
}

# torture_verdict STATUS REGEX EDIT [CONSOLE]: what torture-report.sh makes of the
# results of a storm after sed's EDIT of its log.
torture_verdict() {
	local d=$tmp/torture

	rm -rf "$d"
	mkdir "$d"
	echo a-storm >"$d/scenario"
	printf '%s\n' kptr_dtor_nmi_storm/array_update_storm 'kptr_dtor_nmi_storm/*_storm' >"$d/tests"
	cp "$TOP/tools/testing/splat/${4:-good/lockdep.log}" "$d/console.log"
	sed "$3" >"$d/guest.log" <<-'END'
		storm array_update: ms=1000 nmis=20 programs=20 deferred=300 retained=1 cycles=0
		storm array_update: type=0 got=400 put=90 destroyed=310
		pool: 64 idle, 0 installed, 0 queued, 1 retained so far
		#1/7     kptr_dtor_nmi_storm/array_update_storm:OK
		torture: end after 3 s
	END
	says "$1" "$2" scripts/torture-report.sh "$d"
}
# fuzz_verdict STATUS REGEX EDIT: what fuzz-report.sh makes of a run's log
fuzz_verdict() {
	local d=$tmp/fuzz

	mkdir -p "$d"
	cp "$TOP/tools/testing/splat/good/lockdep.log" "$d/console.log"
	sed "$3" >"$d/guest.log" <<-'END'
		seed 7, programs 0 to 99: 2.0 s, 50/s
		UNSAFE OR LEAKING, AND ACCEPTED: 0
		RECORDS OR PACKETS LEFT BEHIND BY A RUN: 0
		KERNEL FLAWS (verifier bug, warning): 0
		programs run: 60 (40 tc, 20 xdp, 0 syscall; 10 of a qdisc are not), 400 times, 0 allocations failed
		safe programs that were rejected: 0.1 %
	END
	says "$1" "$2" scripts/fuzz-report.sh "$d"
}
option_lost() {
	says $E_BUILD '^torture-run.sh: profile kcsan: not in the final .config: CONFIG_KCSAN=y$' \
		env SCENARIO=kcsan scripts/torture.sh || return
	ls "$co"/build/results/*-torture-kcsan/.config >/dev/null
}
bad_scenario() {
	echo 'afer false' >>"$co/tools/testing/torture/lockdep"
	says $E_OPT "scenario lockdep: not 'KEY VALUE': afer false" scripts/torture.sh || return
	sed -i '$d' "$co/tools/testing/torture/lockdep"
}
# torture_ends STATUS REGEX RC TEXT [SCENARIO]: what torture.sh makes of a scenario
# that ended with RC and left TEXT in the guest's log; the default is one that is
# broken on purpose.
torture_ends() {
	cat >"$co/scripts/torture-run.sh" <<-END
		#!/bin/sh
		echo '$4' >"\$2/guest.log"
		: >"\$2/splats"
		exit $3
	END
	says "$1" "$2" env SCENARIO="${5-busted-inline}" scripts/torture.sh
}
# clients_verdict STATUS REGEX BASE BASE SERIES SERIES: of two clients on each
clients_verdict() {
	mkdir -p "$tmp/clients/base" "$tmp/clients/series"
	printf 'CLIENT %s\n' "$3" "$4" >"$tmp/clients/base/guest.log"
	printf 'CLIENT %s\n' "$5" ${6:+"$6"} >"$tmp/clients/series/guest.log"
	says "$1" "$2" scripts/clients-report.sh "$tmp/clients"
}
check 'unknown profile' says $E_OPT "unknown PROFILE 'nope'" env PROFILE=nope scripts/run.sh
check 'output through a pipe' piped
check 'SIGTERM' terminated
for v in parts mbox cc; do
	check "$v: unknown part" says $E_OPT "unknown PART 'nope': series.txt has" env PART=nope "scripts/$v.sh"
done
check 'mbox: bad VERSION' says $E_OPT 'VERSION=two: a number from 1 to 999 is wanted' env VERSION=two scripts/mbox.sh
check 'fuzz: bad N' says $E_OPT 'N=0: a number from 1 to 1000000 is wanted' env N=0 scripts/fuzz.sh
check 'fuzz: bad SEED' says $E_OPT 'SEED=-1: a number of up to 18 digits is wanted' env SEED=-1 scripts/fuzz.sh
check 'fuzz: bad START' says $E_OPT 'START=x: the number of a program is wanted' env START=x scripts/fuzz.sh
check 'torture: unknown scenario' says $E_OPT "unknown SCENARIO 'nope': there are " env SCENARIO=lockdep,nope scripts/torture.sh
check 'torture: bad COUNT' says $E_OPT 'COUNT=many: a number of kptrs is wanted' env COUNT=many scripts/torture.sh
check 'torture: bad DURATION' says $E_OPT 'DURATION=1h: seconds are wanted' env DURATION=1h scripts/torture.sh
check 'torture: counts agree' torture_verdict 0 '1 storms in 1 s, 20 NMIs, 300 kptrs torn down in NMI \(300/s\), 1 retained; 400 got = 90 put \+ 310 destroyed; 0 splats$' ''
check 'torture: a kptr is lost' torture_verdict $E_TEST 'WRONG: kptrs lost: ' 's/destroyed=310/destroyed=309/'
check 'torture: a destructor too many' torture_verdict $E_TEST 'WRONG: kptrs lost: ' 's/destroyed=310/destroyed=311/'
check 'torture: a job stays queued' torture_verdict $E_TEST 'WRONG: left in the pool: ' 's/0 queued/1 queued/'
check 'torture: no NMI' torture_verdict $E_TEST 'WRONG: no NMIs: ' 's/nmis=20/nmis=0/'
check 'torture: nothing torn down' torture_verdict $E_TEST 'WRONG: not all counters advanced' 's/deferred=300/deferred=0/'
check 'torture: a counter is missing' torture_verdict $E_TEST 'WRONG: no retained in: ' 's/ retained=1//'
check 'torture: a storm fails' torture_verdict $E_TEST 'WRONG: kptr_dtor_nmi_storm/array_update_storm failed' 's/storm:OK/storm:FAIL/'
check 'torture: a storm without counts' torture_verdict $E_TEST 'WRONG: not all counters advanced' '/ms=/d'
check 'torture: no kptr counted' torture_verdict $E_TEST 'WRONG: no counts of kptrs or jobs: kptr_dtor_nmi_storm/array_update_storm' '/type=/d'
check 'torture: no look at the pool' torture_verdict $E_TEST 'WRONG: no counts of kptrs or jobs: kptr_dtor_nmi_storm/array_update_storm' '/^pool/d'
check 'torture: a storm that was asked for skips' torture_verdict $E_TEST 'storms \(1 skipped\) .* WRONG: not all counters|did not run' 's/storm:OK/storm:SKIP/; /^storm/d'
check 'torture: a storm that was asked for is not there' torture_verdict $E_TEST 'WRONG: kptr_dtor_nmi_storm/array_update_storm did not run' 's/array_update_storm:OK/array_other_storm:OK/'
check 'torture: the test as a whole fails' torture_verdict $E_TEST 'WRONG: kptr_dtor_nmi_storm:FAIL' '$a #1       kptr_dtor_nmi_storm:FAIL'
check 'torture: no end' torture_verdict $E_TEST 'WRONG: no end: #1/7' '/^torture: end/d'
check 'torture: nothing at all' torture_verdict $E_TEST 'WRONG: no end: ' d
check 'torture: a splat' torture_verdict $E_SPLAT '[1-9][0-9]* splats' '' bad/bug.log
check 'clients: bad TESTS' says $E_OPT "TESTS: 'a b' is not a list of names" env TESTS='a b' scripts/clients.sh
check 'clients: what fails on both is no loss' clients_verdict 0 '^2 clients: 1 work on both, 0 that' 'a ok' 'b FAIL no' 'a ok' 'b FAIL no'
check 'clients: one fails on the series' clients_verdict $E_TEST '^b +ok +FAIL +LOST no' 'a ok' 'b ok' 'a ok' 'b FAIL no'
check 'clients: one is not heard of on the series' clients_verdict $E_TEST '^b +ok +- +LOST' 'a ok' 'b ok' 'a ok' ''
check 'clients: none works' clients_verdict $E_TEST '^2 clients: 0 work' 'a FAIL' 'b FAIL' 'a ok' 'b FAIL'
check 'fuzz: nothing found' fuzz_verdict 0 '^fuzz: 100 programs of seed 7 in 2.0 s \(50/s\), 60 run: 0 unsafe and accepted, 0 kernel flaws, 0 runs left records or packets behind, 0.1 % of the safe rejected; 0 splats$' ''
check 'fuzz: a hole' fuzz_verdict $E_TEST '1 unsafe and accepted, .*; WRONG: not safe$' 's/ACCEPTED: 0/ACCEPTED: 1/'
check 'fuzz: a flaw' fuzz_verdict $E_TEST '; WRONG: not safe$' '/FLAWS/s/0$/1/'
check 'fuzz: a record is left behind' fuzz_verdict $E_TEST '; WRONG: not safe$' '/LEFT/s/0$/1/'
check 'fuzz: none was run' fuzz_verdict $E_TEST '; WRONG: no end' '/programs run/d'
check 'fuzz: bad ON' says $E_OPT 'ON=x: series or base is wanted' env ON=x scripts/fuzz.sh
check 'fuzz: no end' fuzz_verdict $E_TEST '; WRONG: no end' '$d'
check 'tree of a series' says 0 'build/linux: 1 patches' scripts/tree.sh
check 'survey: bad KERNEL' says $E_OPT 'KERNEL=Makefile is not a bzImage' env KERNEL=Makefile scripts/survey.sh
check 'torture: an option is lost' option_lost
check 'torture: a scenario with a typo' bad_scenario
check 'torture: a scenario passes' torture_ends 0 '^ok   lockdep: status 0' 0 '' lockdep
check 'torture: a scenario fails' torture_ends $E_TEST '^FAIL lockdep: status 1' 1 '' lockdep
check 'torture: a broken kernel is found' torture_ends 0 '^ok   busted-inline: .*status 1' 1 'x:FAIL:destroyed in NMI'
check 'torture: it is not run again' torture_ends $E_TEST '^ok   busted-inline: passed before' 1 'x:FAIL:destroyed in NMI' ''
check 'torture: a broken kernel passes' torture_ends $E_TEST '^FAIL busted-inline: .*status 0' 0 'x:PASS:destroyed in NMI'
check 'torture: it fails of something else' torture_ends $E_TEST '^FAIL busted-inline: .*status 1' 1 'x:FAIL:load'
check 'torture: the VM dies' torture_ends $E_STOP '^FAIL lockdep: status 5' $E_STOP '' lockdep
check 'torture: it is not built' torture_ends $E_BUILD '^FAIL busted-inline: .*status 6' $E_BUILD 'destroyed in NMI'
check 'unknown test' says $E_OPT "unknown test 'nope'" env TESTS=nope scripts/run.sh
check 'patch that does not apply' not_applying
check 'patch that is missing' missing
check 'tree keeps uncommitted work' keeps_changes
check 'what makes for another kernel' rebuilds
check 'export writes the commits' export_writes
check 'export keeps the parts' part_stays
check 'export: a part begins elsewhere' part_begins_elsewhere
check 'export: a base with a list of its own' own_list
check 'export keeps changed patches' export_keeps
check 'BASE with local changes' base_untouched
check 'BASE that is none' no_base
check 'wrong checksum' wrong_sum
check 'two runs at once' two_runs
check 'too little disk' no_space
check 'no network' no_network
check 'no rights' no_rights
check 'veristat: no difference' verdict_of 0 'programs compared +3$' ''
check 'veristat: less work' verdict_of 0 'verdict, fewer +1$' 's/,100,9/,99,8/'
check 'veristat: more states' verdict_of $E_TEST '^more work: old/loads .* 9 -> 10 states' 's/,100,9/,90,10/'
check 'veristat: more instructions' verdict_of $E_TEST '^more work: old/rejected .* 50 -> 51 instr' 's/,50,4/,51,3/'
check 'veristat: more work in a new object' verdict_of $E_TEST '^more work: made/loads ' 's/,10,1/,10,2/'
check 'veristat: more work, listed' verdict_of 0 'VERISTAT lists +1$' 's/,100,9/,100,10/' 'old/loads success success # why'
check 'veristat: another verdict' verdict_of $E_TEST '^verdict: old/loads: success -> failure' '/old.*success/s/success/failure/'
check 'veristat: another verdict, listed' verdict_of 0 'VERISTAT lists +1$' '/old/s/success/failure/' 'old/loads success failure # why'
check 'veristat: listed otherwise' verdict_of $E_TEST '^VERISTAT says "failure success": old/loads' '/old/s/success/failure/' 'old/loads failure success # why'
check 'veristat: listed, does not differ' verdict_of $E_TEST '^VERISTAT: does not differ, .*: old/loads' '' 'old/loads success failure # why'
check 'veristat: listed, not there' verdict_of $E_TEST '^VERISTAT: .* not there: old/gone' '' 'old/gone success failure # why'
check 'veristat: listed, of an object not selected' verdict_of 0 'VERISTAT lists +0$' '' 'other/loads success failure # why'
check 'veristat: no reason' verdict_of $E_TEST '^VERISTAT: not OBJECT' '/old/s/success/failure/' 'old/loads success failure'
check 'veristat: a new object differs' verdict_of 0 'new in the series +1$' '/made/s/success/failure/'
check 'veristat: 1 % slower' verdict_of 0 'time: 1000 -> 1010 us' 's/,800$/,810/' '' time
check 'veristat: slower' verdict_of $E_TEST '^over 1 % slower' 's/,800$/,811/' '' time
check 'veristat: slower, by the clock' verdict_of 0 'time: 1000 -> 1011 us' 's/,800$/,811/'
check 'veristat: not verified any more' verdict_of $E_TEST '^verdict: made/loads: success -> unverified' 's/success,10,1,1/failure,0,0,0/'
check 'veristat: a program is missing' verdict_of $E_TEST '^on the base only: old/loads' '/old.bpf.o,loads/d'
check 'veristat: an object is missing' verdict_of $E_TEST '^only the base opens made' '/^made/d'
check 'veristat: an object of which nothing is verified' object_closed
check 'veristat: half a line' verdict_of $E_TEST 'series: not what veristat writes: made' 's/,10,1,1,50//'
check 'veristat: nothing compared' nothing_compared
check 'survey: accepted' judged affected loads t/s "$accepted$safe"
check 'survey: refused' judged not loads t/s "#1/1 t/x:OK\r\n$safe"
check 'survey: refused in other words' judged 'not[*]' loads t/s "$refused$safe"
check 'survey: the safe program, too' judged '\?' loads t/s "$refused$unsafe"
check 'survey: refused for a kfunc' judged '\?' loads t/s "kfunc 'bpf_x' is referenced but wasn't resolved\r\n$refused$safe"
check 'survey: left out' judged '\?' loads t/s "#1/1 t/x:SKIP\r\n$safe"
check 'survey: nothing ran' judged '\?' loads t/s "$safe"
check 'survey: the verifier warns' judged affected warns t/s "verifier bug: x\r\n$refused$safe"
check 'survey: fails as foreseen' judged affected in.NMI - "f:FAIL:destroyed in NMI: 1\r\n#1/1 t/x:FAIL\r\n$end"
check 'survey: fails otherwise' judged '\?' in.NMI - "f:FAIL:load: -22\r\n#1/1 t/x:FAIL\r\n$end"
check 'survey: passes' judged not in.NMI - "#1/1 t/x:OK\r\n$end"
check 'survey: oopses' judged oops loads t/s '' '5 stopped' '[ 1.1] BUG: kernel NULL pointer dereference'
check 'survey: hangs' judged hangs in.NMI - '' '4 no news'
check 'survey: a VM that hangs says nothing of a verdict' judged '\?' loads t/s '' '4 no news'
check 'survey: the series is affected' series_affected
if [ -f "$real_obj/kernel.id" ]; then
	check 'VM that hangs' vm_hangs
	check 'VM that stops' vm_stops
	check 'VM that falls silent' vm_falls_silent
	check 'Ctrl-C in a VM' vm_interrupted
else
	result skip 'VM that hangs, stops, is interrupted' "no kernel in ${real_obj#"$TOP/"}"
fi
verdict
