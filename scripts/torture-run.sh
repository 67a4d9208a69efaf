#!/bin/bash
# torture-run.sh SCENARIO RESULTS: one scenario of `make torture`
. "$(dirname "$0")/lib/verb.sh"
. "$S/lib/run.sh"
. "$S/lib/scenarios.sh"

name=$1 out=$2
key() { scenario_key "$name" "$1"; }

# What the guest does: rounds of storms until there is enough.
guest_command() {
	echo 'set -e'
	key setup
	cat <<-END
		set +e
		begin=\$SECONDS
		torn() { awk '/^storm .* deferred=/ { sub(/.*deferred=/, ""); n += \$1 } END { print n + 0 }' /mnt/out/guest.log; }
		until [ "\$(torn)" -ge $COUNT ] && [ \$((SECONDS - begin)) -ge $DURATION ]; do
			before=\$(torn)
			env KPTR_STORM_KPTRS=50000 $(key env | xargs) ./test_progs -v -w 0 -a '$tests' 2>&1 | grep --line-buffered -v :PASS:
			[ "\${PIPESTATUS[0]}" = 0 ] || exit 1
			[ "\$(torn)" -gt "\$before" ] || { echo 'torture: nothing was torn down in NMI'; exit 1; }
		done
		set -e
		$(key after)
		set +e
		echo "torture: end after \$((SECONDS - begin)) s"
	END
}

PROFILE=$(key profile) SMP=$(key smp) BOOT=$(key boot | xargs) tests=$(key tests)
PROFILE=${PROFILE:-lockdep} SMP=${SMP:-2} tests=${tests:-kptr_dtor_nmi_storm/*_storm}
check_options
lock_checkout
if [ "$(key workload)" = fuzz ]; then
	export PROFILE SMP BOOT
	RESULTS=$out SEED=${SEED:-1} START=0 N=10000 exec "$S/fuzz.sh"
fi
# What is built; check.sh gives what it has built already.
TESTS=${TESTS:-$(tr ',' '\n' <<<"$tests" | sed 's|/.*||' | sort -u | paste -sd,)}
tree=$LINUX obj=$B/obj/$PROFILE
if [ -n "$(key patch)" ]; then
	EXTRA=$(mktemp -d "$B/.torture.XXXXXX")
	on_exit "rm -rf '$EXTRA'"
	cp "$SCENARIOS/$(key patch)" "$EXTRA/"
	lay_extra
fi
build_kernel "$tree" "$obj" "$out"
EXTRA='' build_tests "$tree" "$obj" "$out"
tr ',' '\n' <<<"$tests" >"$out/tests"
{ echo "$name"; cat "$SCENARIOS/$name"; } >"$out/scenario"
VM_EVERY=60 VM_QUIET=300
vm_progress() { grep -c '_storm:OK' "$1" 2>/dev/null | sed 's/$/ storms over/' || true; }
run_vm "$obj" "$out" torture "$(guest_command)" "$S/torture-report.sh"
