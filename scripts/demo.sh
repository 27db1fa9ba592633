#!/usr/bin/env bash
# Set-up, build, then the demo: a data set drawn on the spot, three detectors, one table, one report. Offline after set-up.
#   scripts/demo.sh [key=value ...]    for example scripts/demo.sh detector=patchcore
set -euo pipefail
cd "$(dirname "$0")/.."
seconds() { date +%s; }
start=$(seconds)
scripts/setup.sh
after_setup=$(seconds)
scripts/build.sh -DADREP_BUILD_TESTS=OFF
after_build=$(seconds)
build/release/bin/adrep demo "$@"
echo "demo: set-up $((after_setup - start)) s, build $((after_build - after_setup)) s, run $(($(seconds) - after_build)) s"
