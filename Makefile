# The verbs of this project; scripts/VERB.sh does the work. `make help` tells.
MAKEFLAGS += --no-print-directory
.SILENT:
.DEFAULT_GOAL := help

# Given on the command line, these reach the scripts through the environment;
# their defaults stand in scripts/lib/options.sh.
export BASE BASE_SUM SUITE PROFILE TESTS SMP MEM ACCEL EXTRA OBJS ARGS TIMEOUT V SEED START N ON MODEL BOOT SCENARIO COUNT DURATION PART VERSION KERNEL FRESH

VERBS := setup tree export build run check check-full control veristat bench bench-report clients fuzz torture model commits matrix docs survey parts mbox cc lint menuconfig clean
.PHONY: help $(VERBS)

help:
	scripts/help.sh

$(VERBS):
	scripts/$@.sh
