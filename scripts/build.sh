#!/bin/bash
# build.sh: kernel, modules and selftests, without a boot
. "$(dirname "$0")/lib/verb.sh"
STOP_BEFORE_BOOT=1 exec "$S/run.sh"
