#!/bin/bash
# help.sh: every verb and option in one screen
. "$(dirname "$0")/lib/options.sh"
. "$S/lib/scenarios.sh"
. "$S/lib/series.sh"

cat <<END
Run
  make run          apply the series, build, boot in QEMU, run test_progs, one table
  make menuconfig   set the options below for this checkout (build/config)
Check
  make check        lint, git am, bisect, export round trip, splat gate, then a run
  make check-full   all that, every profile and commit, control, veristat and fuzz
  make control      the series' tests on the UNPATCHED base, where they must fail;
                    with TESTS=... (and EXTRA=...) runs just those, which need not fail
  make veristat     verdicts, instructions and states of the tests' programs, base
                    against series; fails if the verifier needs more instructions or states;
                    with PROFILE=bare also if it needs 1 % more time
  make bench        instructions of operations on kptrs, base against series; how they
                    scale, and how long destructors take to come
  make bench-report draws what the last make bench and make veristat measured
  make clients      what people run, base against series: schedulers, qdiscs, bpftrace,
                    libbpf-tools, pwru, xdp-tools
  make fuzz         random programs over dynptrs; an oracle says which memory is alive
  make torture      storms of NMIs on kernels of every kind, and on kernels broken on
                    purpose, which they must catch; continues where it stopped
  make model        check the models of the kptr pool with spin; their mutants must fail
  make commits      build and boot each commit of the series, with its tests
  make matrix       compile for other architectures, compilers and options
  make docs         kernel-doc, Sphinx and coccinelle on what the series touches
  make survey       which of Debian's kernels, or of yours, have the faults that are fixed here
  make parts        build and test each part on the base, with only the parts that it needs
  make lint         the patches, the scripts and the policy files alone
Work on the series
  make tree         build/linux: the base and one commit a patch (git, b4)
  make export       its commits back to patches and series.txt
  make mbox         each part as a mailbox with its cover letter, in build/mbox/
  make cc           whom get_maintainer.pl names for each part
  make build        kernel, modules and selftests, without a boot
  make setup        host packages and the toolchain root, nothing else
  make clean        remove build/ (asks git first), keep the cache
Options (make VERB NAME=value; now)
  BASE=$BASE	in place of Linux 7.1.3: 7.3 (with its own list of patches, in build/7.3), or
		a tarball or a git tree (BASE_SUM=sha256)
  PROFILE=$PROFILE	one of: $(profiles | xargs)
  TESTS=$TESTS	for test_progs -t; default: tools/testing/selftests/bpf/TESTS (check: TESTS.check too,
			veristat: all there are; commits: TESTS and TESTS.commits);
			for clients: parts of their names
  EXTRA=$EXTRA	a directory with prog_tests/, progs/ or *.patch, for one run
  OBJS=$OBJS	for veristat: a directory with more BPF objects (*.o)
  ARGS=$ARGS		more arguments for test_progs, such as -vv for verifier logs;
			for veristat: -t, a state at each instruction
  SMP=$SMP MEM=$MEM	the VM's CPUs (1 to 8) and memory
  ACCEL=$ACCEL	auto (KVM where it works), kvm or tcg
  TIMEOUT=$TIMEOUT	seconds until a VM that is still testing counts as hung (torture:
		300 s without a line of the tests)
  SEED=$SEED N=$N	for fuzz: N programs of that seed, default a new one;
		N=1 START=i shows program i, what the oracle does and the verifier's log
  ON=$ON	for fuzz: series (the kernel with the series) or base (without it)
  SCENARIO=$SCENARIO	for torture, of: $(scenarios | xargs | fold -s -w 60 | sed '2,$s/^/			/')
  COUNT=$COUNT DURATION=$DURATION	for torture: kptrs torn down in NMI, and seconds, at least, per scenario;
			clients: seconds for each scheduler, default 30
  BOOT=$BOOT		more kernel parameters for the VM
  PART=$PART		for parts, mbox, cc: of: $(parts | xargs)
  VERSION=$VERSION	for mbox: [PATCH ... vN]
  KERNEL=$KERNEL	for survey, any number of: a bzImage, a package (linux-image-...), the
		start of a version (6.12: the newest of Debian's)
  FRESH=$FRESH	1: ignore the verdicts of earlier runs (lint, bisect, matrix, docs, parts, model keep them)
  MODEL=$MODEL	for model: all, or quick for what make check runs
  SUITE=$SUITE	the Debian release of the toolchain root
  V=$V		1: all output on the terminal
Exit status of scripts/VERB.sh (make itself prints it as 'Error N' and exits 2)
  1 test or check failed   3 kernel splat      4 hang   5 unexpected VM stop
  6 build failed           7 does not apply    8 environment      9 bad option
Cache: $CACHE
END
