#!/usr/bin/env bash
# The paper's Table 1 in little (600 cells on mini data sets and random weights), once without a break, once killed at
# random moments and continued: the same bytes, nothing computed twice; then by three processes that share a folder, one
# of them killed at a time, and in three shards. Last the passes that twelve columns share.
#   scripts/check_sweep.sh [KILLS] [key=value ...]
# KILLS is 30 unless given. data=, backbone=, detector= and features= keep a part of the table; other settings, such as
# jobs=2, are for the run that is killed.
set -euo pipefail
cd "$(dirname "$0")/.."
kills=30
if [[ ${1:-} =~ ^[0-9]+$ ]]; then kills=$1; shift; fi
cmake --preset release -DADREP_BUILD_TESTS=ON >/dev/null
cmake --build build/release --target adrep_program adrep_reduced_table1
programs=(build/release/bin/adrep build/release/bin/adrep_reduced_table1)
scripts/check_sweep.py kills "${programs[@]}" "$kills" "$@"
scripts/check_sweep.py kills "${programs[@]}" "$kills" processes=3 lease=3 "$@"
scripts/check_sweep.py shared "${programs[@]}" 3 "$@"
scripts/check_sweep.py shards "${programs[@]}" 3 "$@"
scripts/check_sweep.py passes "${programs[@]}"
