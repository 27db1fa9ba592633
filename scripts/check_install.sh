#!/usr/bin/env bash
# Installs the release build into a temporary folder, builds and runs tests/consumer and bindings/examples against it, and
# compares its C interface with bindings/c/adrep.abi. All examples must print the same line.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix=$folder/prefix
quietly() { "$@" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }; }
build() { # SOURCES NAME
  quietly cmake -S "$1" -B "$folder/$2" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
  quietly cmake --build "$folder/$2"
}

quietly cmake --install build/release --prefix "$prefix"
"$prefix/bin/adrep" version
build tests/consumer consumer
"$folder/consumer/consumer"

library=$(find "$prefix" -name libadrep.so)
build bindings/examples examples
# adrep.h is C89, and the library alone is enough for the linker
quietly cc -std=c89 -pedantic-errors -Wall -Wextra -Werror bindings/examples/score.c -I"$prefix/include" \
  -L"$(dirname "$library")" -ladrep -Wl,-rpath,"$(dirname "$library")" -o "$folder/score_c89"
quietly "$prefix/bin/adrep" datasets make-demo "$folder/parts" train_per_class=12 normal_test_per_class=4 \
  defects_per_type=1 size=128
quietly "$prefix/bin/adrep" fit data="$folder/parts/fabric/train/good" detector=feature_norm -o "$folder/part.adrep"
# an image that is not square, of stripes
python3 -c 'import sys
width, height = 160, 120
pixels = bytes((7 * x + 3 * y * channel) % 256 for y in range(height) for x in range(width) for channel in (1, 2, 3))
sys.stdout.buffer.write(b"P6\n%d %d\n255\n" % (width, height) + pixels)' >"$folder/image.ppm"
said=
for program in "$folder/examples/score" "$folder/examples/score_c" "$folder/score_c89" bindings/examples/score.py; do
  arguments=("$folder/part.adrep" "$folder/image.ppm")
  [ "$program" != bindings/examples/score.py ] || arguments+=("$library")
  line=$("$program" "${arguments[@]}")
  [[ $line =~ ^score=[0-9.e+-]+\ p_value=[0-9.e+-]+\ (defect|good)\ regions=[0-9]+$ ]] ||
    { echo "check_install: $(basename "$program") printed '$line'"; exit 1; }
  [ "$line" = "${said:=$line}" ] || { echo "check_install: $(basename "$program") printed '$line', not '$said'"; exit 1; }
done
echo "bindings/examples in C++, C and Python: $said"
scripts/check_c_abi.sh "$library"
