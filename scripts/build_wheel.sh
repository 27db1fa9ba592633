#!/usr/bin/env bash
# Builds the Python wheel: adrep-VERSION-…-manylinux_2_36_x86_64.whl, for Debian 12's glibc 2.36 and newer ones.
#   scripts/build_wheel.sh [--in FOLDER] [--to FOLDER] [--python PROGRAM] [CMAKE OPTION ...]
# --in FOLDER       build folder, default build/wheel; one that has a build already compiles the module alone
# --to FOLDER       where the wheel goes, default dist
# --python PROGRAM  the Python that it is for, default python3: 3.11 gives cp311, 3.12 and later cp312-abi3
# Needs what scripts/setup.sh brings, Python's headers and a network the first time (packaging/wheel/requirements.txt).
set -euo pipefail
die() { printf 'build_wheel: error: %s\n' "$*" >&2; exit 2; }
cd "$(dirname "$0")/.."
build=build/wheel to=dist python=python3 options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --in|--to|--python) [ $# -ge 2 ] || die "$1 needs a value"
      case "$1" in --in) build=$2 ;; --to) to=$2 ;; --python) python=$2 ;; esac
      shift 2 ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -D*=*) options+=(-C "cmake.define.$(sed -E 's/^-D([^=:]+)(:[A-Z]+)?=/\1=/' <<<"$1")"); shift ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
done
tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])') || die "$python does not run"
"$python" -c 'import sysconfig, os, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' ||
  die "$python has no headers: install its development package, python3-dev in Debian"
mkdir -p "$to"
to=$(realpath "$to")

tools=build/wheel-tools/$tag wanted=$(sha256sum packaging/wheel/requirements.txt)
if [ "$(cat "$tools/complete" 2>/dev/null)" != "$wanted" ]; then
  echo "build_wheel: bringing scikit-build-core, nanobind and auditwheel for $tag"
  rm -rf "$tools"
  "$python" -m venv "$tools" || die "no virtual environment: install python3-venv"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r packaging/wheel/requirements.txt
  printf '%s\n' "$wanted" >"$tools/complete"
fi
PATH=$PWD/$tools/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }; }
echo "build_wheel: compiling in $build (some minutes the first time)"
quietly python -m pip wheel . --no-deps --no-build-isolation --wheel-dir "$work/plain" -C build-dir="$build" \
  "${options[@]}"
echo "build_wheel: taking libraries in, but for torch's"
# libgomp: torch brings the one that both use
quietly auditwheel repair --plat manylinux_2_36_x86_64 --only-plat --exclude libtorch_cpu.so --exclude libc10.so \
  --exclude libgomp.so.1 --wheel-dir "$work/repaired" "$work"/plain/*.whl
quietly python packaging/wheel/finish.py "$work"/repaired/*.whl "$to"
ls -l "$to"/adrep-*.whl | awk '{ printf "build_wheel: %s, %.1f MB\n", $NF, $5 / 1e6 }'
