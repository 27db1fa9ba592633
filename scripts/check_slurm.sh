#!/usr/bin/env bash
# adrep submit and adrep status on a small SLURM of this machine: a part of the reduced Table 1 in tasks on two nodes.
# One task is killed, one is put back into the queue, one node is lost: the same bytes, nothing fitted twice.
#   scripts/check_slurm.sh [whole] [key=value ...]
# data=, backbone=, detector= and features= choose another part, `whole` takes all 600 cells; other settings are for
# every run. Needs what scripts/setup.sh --slurm installs.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release -DADREP_BUILD_TESTS=ON >/dev/null
cmake --build build/release --target adrep_program adrep_reduced_table1
scripts/check_slurm.py build/release/bin/adrep build/release/bin/adrep_reduced_table1 "$@"
