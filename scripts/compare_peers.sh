#!/usr/bin/env bash
# Times adrep beside what users run today (scikit-learn, anomalib, timm, FAISS, FrEIA, torchvision), in turns on the same
# inputs, prints the table and writes it as JSON.
#   scripts/compare_peers.sh CLASS [--output FILE.json] [--only PART] [--turns N] [--keep FOLDER]
#   scripts/compare_peers.sh --list
# CLASS             one class in the MVTec AD layout: photographs for what needs real ones
# --output FILE     default results/baselines/ratios.json
# --only PART       rows whose name has this part
# --turns N         default 5
# --keep FOLDER     packages and inputs stay there for the next time (9 GB); else a temporary folder
# Needs the program and adrep_timings in build/release (scripts/build.sh -DADREP_BUILD_TIMINGS=ON) and a network. Stops
# where other work is on the machine. Takes about half an hour.
set -euo pipefail
die() { printf 'compare_peers: error: %s\n' "$*" >&2; exit 2; }
source=$(cd "$(dirname "$0")/.." && pwd)
peers=$source/tests/timings/peers bin=$source/build/release/bin
class= output=$source/results/baselines/ratios.json keep= options=() list=0
while [ $# -gt 0 ]; do
  case "$1" in
    --output|--keep|--only|--turns) [ $# -ge 2 ] || die "$1 needs a value"
      case "$1" in --output) output=$(realpath -m "$2") ;; --keep) keep=$(realpath -m "$2") ;; *) options+=("$1" "$2") ;; esac
      shift 2 ;;
    --list) list=1; shift ;;
    -h|--help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) [ -z "$class" ] || die "two classes: $class and $1"; class=$(realpath "$1"); shift ;;
  esac
done
if [ "$list" -eq 1 ]; then exec python3 "$peers/compare.py" --list "${options[@]}"; fi
[ -n "$class" ] || die "which class? (see --help)"
[ -d "$class/train/good" ] && [ -d "$class/test" ] || die "$class has no train/good and test: give one class in the MVTec AD layout"
for program in adrep adrep_timings adrep_real_patches adrep_empty_program; do
  [ -x "$bin/$program" ] || die "no $bin/$program: scripts/build.sh -DADREP_BUILD_TESTS=ON -DADREP_BUILD_TIMINGS=ON"
done
export ADREP_WEIGHTS=${ADREP_WEIGHTS:-${ADREP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adrep}/weights}
if [ -z "$keep" ]; then
  keep=$(mktemp -d)
  trap 'rm -rf "$keep"' EXIT
fi
mkdir -p "$keep/inputs"

wanted=$(sha256sum <"$peers/requirements.txt")
if [ "$(cat "$keep/packages" 2>/dev/null)" != "$wanted" ]; then
  echo "compare_peers: installing the packages of tests/timings/peers/requirements.txt (9 GB)" >&2
  python3 -m venv --clear "$keep/venv"
  "$keep/venv/bin/pip" install --quiet --disable-pip-version-check -r "$peers/requirements.txt"
  printf '%s\n' "$wanted" >"$keep/packages"
fi
wanted=$(cat "$peers/inputs.py" "$peers/timm_backbones.py" <(printf '%s' "$class") | sha256sum)
if [ "$(cat "$keep/inputs/complete" 2>/dev/null)" != "$wanted" ]; then
  echo "compare_peers: writing inputs" >&2
  rm -rf "$keep/inputs" && mkdir "$keep/inputs"
  "$bin/adrep_real_patches" "$class" "$keep/inputs/real_patches.safetensors"
  (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$keep/venv/bin/python" -c "import sys, inputs; inputs.write_all(sys.argv[1])" "$keep/inputs")
  PYTHONDONTWRITEBYTECODE=1 "$keep/venv/bin/python" "$peers/timm_backbones.py" "$keep/inputs" efficientnet_lite0 resnet18 \
    resnet50 wide_resnet50_2 dinov2_small dinov2_base
  printf '%s\n' "$wanted" >"$keep/inputs/complete"
fi
PYTHONDONTWRITEBYTECODE=1 "$keep/venv/bin/python" "$peers/compare.py" --bin "$bin" --inputs "$keep/inputs" --class "$class" \
  --output "$output" "${options[@]}"
