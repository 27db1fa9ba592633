#!/usr/bin/env bash
# adrep guards itself: configs/guard.yaml runs, and its metrics must be no worse than results/baselines/demo.json says;
# once as this machine computes, once with no instructions beyond AVX2. Then a wrong width of PaDiM's smoothing must be
# found, and a lost cell.
#   scripts/check_guard.sh PROGRAM             for example scripts/check_guard.sh build/release/bin/adrep
#   scripts/check_guard.sh PROGRAM --update    renews the baseline: its diff is what a reviewer reads
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/.."
baseline=results/baselines/demo.json
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
data=$folder/demo-data

run() { # NAME [key=value ...]
  "$program" run configs/guard.yaml "data=$data" "projector.data=$data" "glass.textures=$data/circuit_board" \
    "cache.folder=$folder/cache-$1" "projector.folder=$folder/pretrained-$1" "output=$folder/$1" "${@:2}" \
    >"$folder/$1.log" 2>&1 || {
    cat "$folder/$1.log"
    echo "check_guard: the run '$1' failed" >&2
    exit 1
  }
}
expect() { # CODE WHAT [words of adrep regress ...]
  local code=0
  "$program" regress "$baseline" "${@:3}" >"$folder/answer" || code=$?
  [ "$code" = "$1" ] || {
    cat "$folder/answer"
    echo "check_guard: $2: exit code $code, expected $1" >&2
    exit 1
  }
  echo "check_guard: $2: $(grep compared "$folder/answer")"
}

"$program" datasets make-demo "$data" >/dev/null
run usual
if [ "${2:-}" = --update ]; then
  exec "$program" regress --update "$baseline" "$folder/usual"
fi
expect 0 "this machine" "$folder/usual"
ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 run avx2 features=pretrained # all that there is: references, pretraining, detectors
expect 0 "AVX2 alone" "$folder/avx2" --only '*/pretrained'
run wrong detector=padim padim.sigma=16
expect 3 "a wrong padim.sigma" "$folder/wrong" --only '*/padim/*'
run lost detector=feature_norm features=raw
expect 2 "lost cells" "$folder/lost" --only '*/feature_norm/*'
