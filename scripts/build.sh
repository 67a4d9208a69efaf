#!/bin/bash
# build.sh: kernel, modules and selftests, without a boot
. "$(dirname "$0")/common.sh"
STOP_BEFORE_BOOT=1 exec "$S/run.sh"
