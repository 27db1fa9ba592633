#!/usr/bin/env bash
# Compares the C interface that libadrep.so exports (functions, types, symbol versions) with bindings/c/adrep.abi.
#   scripts/check_c_abi.sh [LIBRARY]            default build/release/lib/libadrep.so; exits 1 with the differences
#   scripts/check_c_abi.sh --update [LIBRARY]   writes bindings/c/adrep.abi
# Needs Debian's abigail-tools, and a library with the debugging information of bindings/c (GCC's builds have it).
set -euo pipefail
update=0
if [ "${1:-}" = --update ]; then update=1; shift; fi
library=$(realpath "${1:-$(dirname "$0")/../build/release/lib/libadrep.so}") || exit 2
cd "$(dirname "$0")/.."
c=bindings/c reference=bindings/c/adrep.abi
for program in abidw abidiff readelf; do
  command -v "$program" >/dev/null || { echo "check_c_abi: $program is not there: run scripts/setup.sh" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# what of C++ abidw lets through all the same: functions that are chosen at load time, variables of threads
abidw --suppressions "$c/adrep.abignore" --headers-dir "$c" --drop-private-types --exported-interfaces-only \
  --no-architecture --no-show-locs --no-corpus-path --no-comp-dir-path --no-elf-needed "$library" |
  grep -v "<elf-symbol name='_" >"$folder/adrep.abi"

# the header, the version script and the library name the same functions
grep -oE '\badrep_[a-z0-9_]+\(' "$c/adrep.h" | tr -d '(' | sort -u >"$folder/header"
grep -oE '^ +adrep_[a-z0-9_]+;' "$c/adrep.map" | tr -d ' ;' | sort >"$folder/map"
readelf -W --dyn-syms "$library" | awk '$7 != "UND" && $8 ~ /^adrep_.*@@ADREP_C_/ { sub(/@@.*/, "", $8); print $8 }' |
  sort >"$folder/exported"
sed -nE "s/.*<function-decl name='([^']*)'.*/\1/p" "$folder/adrep.abi" | sort >"$folder/described"
failed=0
for other in map exported described; do
  if ! diff "$folder/header" "$folder/$other" >"$folder/difference"; then
    echo "check_c_abi: functions of $c/adrep.h (<) and those that are in the ${other/map/version script} (>):"
    cat "$folder/difference"
    failed=1
  fi
done
[ "$failed" -eq 0 ] || exit 1

if [ "$update" -eq 1 ]; then
  # without namespaces: they are of C++ types, which no function of C can mention
  awk '/^    <namespace-decl/ { inside = 1 } !inside { print } /^    <\/namespace-decl/ { inside = 0 }' \
    "$folder/adrep.abi" >"$reference"
  echo "check_c_abi: wrote $reference"
fi
if abidiff "$reference" "$folder/adrep.abi" >"$folder/difference" 2>&1; then
  echo "check_c_abi: $(wc -l <"$folder/header") functions as in $reference"
else
  cat "$folder/difference"
  echo "check_c_abi: the C interface is not that of $reference. What was there must stay as it is; where functions were" \
    "added alone, review the difference and run scripts/check_c_abi.sh --update"
  exit 1
fi
