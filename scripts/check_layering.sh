#!/usr/bin/env bash
# Includes may only point downwards: core <- datasets, detectors <- benchmarks <- cli. Exits 1 and lists what does not.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
check() { # FOLDER FORBIDDEN
  if grep -rnE "#include [<\"](adrep/)?($2)/" --include='*.h' --include='*.cpp' "$1"; then bad=1; fi
}
check core 'datasets|detectors|benchmarks|cli'
check datasets 'detectors|benchmarks|cli'
check detectors 'datasets|benchmarks|cli'
check benchmarks 'cli'
[ "$bad" -eq 0 ] || { echo "these includes point upwards (core <- datasets, detectors <- benchmarks <- cli)"; exit 1; }
echo "all includes point downwards"
