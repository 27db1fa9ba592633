#!/usr/bin/env bash
# The paper's tables but Table 1 in little, from the files in configs/: each is run on mini data sets, shown in every
# format, and asked for by the ledger.
#   scripts/check_tables.sh [TABLE ...]    for example table8 table9; all of them take a few minutes
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release -DADREP_BUILD_TESTS=ON >/dev/null
cmake --build build/release --target adrep_program adrep_reduced_table1
scripts/check_tables.py build/release/bin/adrep build/release/bin/adrep_reduced_table1 "$@"
