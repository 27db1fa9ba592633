#!/usr/bin/env bash
# Set-up, build with warnings as errors, all tests, then install and a small program that uses the installed library, the
# commands of the pages, and the Python wheel.
# Ends with the tests that this machine or build cannot run, if any, and the seconds of each step. Golden tests run when
# ADREP_GOLDENS names their directory, or shared/goldens lies beside the clone; gpu tests where there is a CUDA device and
# a LibTorch for it.
set -euo pipefail
if [ -n "${ADREP_GOLDENS:-}" ]; then ADREP_GOLDENS=$(realpath "$ADREP_GOLDENS"); export ADREP_GOLDENS; fi
cd "$(dirname "$0")/.."
steps=
timed() { # NAME COMMAND ...
  local start=$SECONDS
  "${@:2}"
  steps+="${steps:+, }$1 $((SECONDS - start)) s"
}
timed set-up scripts/setup.sh
timed build scripts/build.sh -DADREP_WERROR=ON -DADREP_BUILD_TESTS=ON -DADREP_BUILD_TIMINGS=ON
timed tests ctest --test-dir build/release --parallel "$(nproc)" --output-on-failure --label-exclude slurm
# beside the pages: one of them waits for SLURM most of the time
ctest --test-dir build/release --output-on-failure --label-regex slurm >build/release/slurm.log 2>&1 &
slurm=$!
scripts/check_install.sh >build/release/install.log 2>&1 &
install=$!
finished() { # NAME PROCESS
  local failed=0
  wait "$2" || failed=$?
  if [ "$failed" -eq 0 ]; then tail -n 5 "build/release/$1.log"; else cat "build/release/$1.log"; fi
  return "$failed"
}
timed docs scripts/check_docs.sh
timed install finished install "$install"
timed slurm finished slurm "$slurm"
# compiles the module alone, against what is built
timed wheel scripts/check_wheel.sh --in build/release
left_out=$(cat build/release/tests/left_out.txt)
[ -z "$left_out" ] || echo "test: left out: $left_out"
echo "test: $steps"
