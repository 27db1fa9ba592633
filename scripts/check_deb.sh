#!/usr/bin/env bash
# Makes the Debian package of a build and uses it in a Debian 12 of its own, without the source: installs it with what it
# depends on, brings LibTorch, runs a small demo, reads a manual page, completes a command, and removes it.
#   scripts/check_deb.sh [BUILD FOLDER]     default build/release
# Needs root, debootstrap and a network. The result lies in dist/.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build/release}")
die() { printf 'check_deb: error: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || die "debootstrap needs root"
command -v debootstrap >/dev/null || die "no debootstrap here: apt-get install debootstrap"
folder=$(mktemp -d)
system=$folder/system
leave() {
  umount -q "$system/proc" "$system/dev" 2>/dev/null || true
  rm -rf "$folder"
}
trap leave EXIT
quietly() { "$@" >"$folder/log" 2>&1 || { tail -n 40 "$folder/log" >&2; exit 1; }; }
step() { printf 'check_deb: %s (%s s)\n' "$1" $((SECONDS - began)); began=$SECONDS; }
began=$SECONDS

mkdir -p dist
quietly cpack --config "$build/CPackConfig.cmake" -B "$folder/cpack"
cp "$folder"/cpack/adrep_*.deb dist/
package=$(basename "$folder"/cpack/adrep_*.deb)
dpkg-deb --info "dist/$package" | sed -n 's/^ \(Depends\|Installed-Size\): /check_deb: \1: /p'
dpkg-deb --contents "dist/$package" | awk '{ print $6 }' >"$folder/contents"
for wanted in usr/bin/adrep usr/lib/adrep/libadrep.so.0 usr/share/man/man1/adrep-run.1.gz usr/share/doc/adrep/copyright \
  usr/share/bash-completion/completions/adrep; do
  grep -qx "./$wanted" "$folder/contents" || die "$package lacks $wanted"
done
step "$package, $(du -k "dist/$package" | cut -f1) kB"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Origin: Debian' | sort -u | sed -n 1p)
quietly debootstrap --variant=minbase bookworm "$system" $mirror
cp /etc/resolv.conf "$system/etc/" 2>/dev/null || true
cp -r /etc/apt/apt.conf.d "$system/etc/apt/"
cp -L /etc/ssl/certs/ca-certificates.crt "$system/srv/" # of the network that this machine is in
mount -t proc proc "$system/proc" && mount --bind /dev "$system/dev"
within() { chroot "$system" /usr/bin/env HOME=/srv LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${variables[@]}" "$@"; }
mapfile -t variables < <(env | grep -E '^(PIP_|https?_proxy|no_proxy)' || true)
for name in PIP_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE; do variables+=("$name=/srv/ca-certificates.crt"); done
cp "dist/$package" "$system/srv/"
quietly within apt-get update
step "a Debian 12 without the source"

quietly within apt-get install -y --no-install-recommends "/srv/$package" man-db bash-completion
line=$(within adrep --version 2>&1 || true)
[[ $line == *"run sudo adrep-get-libtorch"* ]] || die "without LibTorch it says '$line'"
step "installed"
quietly within adrep-get-libtorch
step "LibTorch and weights"
within adrep --version
within /bin/sh -c "cd /srv && adrep demo detector=patchcore features=raw classes=fabric demo.train_per_class=8 \
  demo.normal_test_per_class=4 demo.defects_per_type=1 demo.size=128" || die "the demo failed"
within test -s /srv/results/demo/report.html
within man --warnings -E UTF-8 -l /usr/share/man/man1/adrep-run.1.gz >"$folder/page" 2>"$folder/warnings"
grep -q 'patchcore.ratio=' "$folder/page" || die "the manual page of adrep run lacks its keys"
[ ! -s "$folder/warnings" ] || die "the manual page: $(head -n 3 "$folder/warnings")"
found=$(within bash -c 'source /usr/share/bash-completion/completions/adrep; COMP_LINE="adrep dem" COMP_POINT=9; _adrep; echo "${COMPREPLY[*]}"')
[ "$found" = demo ] || die "completion of 'adrep dem' gives '$found'"
step "demo, manual page, completion"
quietly within dpkg --purge adrep
[ ! -e "$system/usr/lib/adrep" ] || die "removing it left /usr/lib/adrep"
step "removed"
