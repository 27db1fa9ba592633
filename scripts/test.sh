#!/usr/bin/env bash
# Set-up, build with warnings as errors, all tests, then install and a small program that uses the installed library.
# Golden tests run when ADREP_GOLDENS names their directory, or shared/goldens lies beside the clone.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh -DADREP_WERROR=ON -DADREP_BUILD_TESTS=ON -DADREP_BUILD_TIMINGS=ON
ctest --test-dir build/release --output-on-failure
scripts/check_install.sh
scripts/check_docs.sh
