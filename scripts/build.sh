#!/usr/bin/env bash
# Configures and builds the release preset.
#   scripts/build.sh [CMAKE OPTION ...]    for example scripts/build.sh -DADREP_WERROR=ON
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "build: configuring"
cmake --preset release "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
grep -- '-- LibTorch' "$log" || true
echo "build: compiling (some minutes the first time)"
cmake --build build/release
