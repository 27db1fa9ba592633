#!/usr/bin/env python3
"""Last step of scripts/build_wheel.sh: finish.py REPAIRED_WHEEL FOLDER

auditwheel drops run paths that lead out of a wheel, so those to the torch beside the package are set here. Adds the
licences of all that is inside, and writes the wheel into FOLDER.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

# folders from the package's own to torch's
TORCH = {"adrep": "../torch/lib", "adrep/lib": "../../torch/lib", "adrep/bin": "../../torch/lib"}
LIBRARIES = {"adrep": "lib", "adrep/bin": "../lib"}
# compiled in from headers or static libraries
WITHIN = ["libcli11-dev", "libeigen3-dev", "libfaiss-dev", "libfmt-dev", "libspdlog-dev", "nlohmann-json3-dev"]


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def is_elf(file):
    with open(file, "rb") as content:
        return content.read(4) == b"\x7fELF"


def set_run_paths(tree):
    for file in sorted(path for path in (tree / "adrep").rglob("*") if path.is_file() and is_elf(path)):
        folder = str(file.parent.relative_to(tree))
        kept = [path for path in said("patchelf", "--print-rpath", str(file)).split(":") if "adrep.libs" in path]
        own = [LIBRARIES[folder]] if folder in LIBRARIES else []
        paths = [f"$ORIGIN/{path}" for path in [*own, TORCH[folder]]]
        said("patchelf", "--force-rpath", "--set-rpath", ":".join(paths + kept), str(file))


def needed_by(file):
    return set(said("patchelf", "--print-needed", str(file)).split())


def remove_unneeded(tree):
    """auditwheel also takes in what only torch's own libraries need, which bring theirs."""
    package = [path for path in (tree / "adrep").rglob("*") if path.is_file() and is_elf(path)]
    grafted = {path.name: path for path in (tree / "adrep.libs").iterdir()}
    kept, left = set(), package
    while left:
        names = set().union(*map(needed_by, left)) & grafted.keys() - kept
        kept |= names
        left = [grafted[name] for name in names]
    for name in grafted.keys() - kept:
        grafted[name].unlink()


def debian_package(library):
    """The package that the original of a grafted library is of: libpng16-1234abcd.so.16 was libpng16.so.16."""
    original = re.sub(r"-[0-9a-f]{8}(?=\.so)", "", library)
    owners = said("dpkg-query", "--search", f"*/{original}*").splitlines()
    exact = [line for line in owners if re.search(rf"/{re.escape(original)}(\.[0-9.]+)?$", line)]
    return (exact or owners)[0].split(":")[0]


def add_licences(tree):
    grafted = sorted(path.name for path in (tree / "adrep.libs").iterdir())
    folder = next(tree.glob("adrep-*.dist-info")) / "licenses"
    folder.mkdir(exist_ok=True)
    lines = []
    for library in grafted:
        package = debian_package(library)
        lines.append(f"{library}: {package} {said('dpkg-query', '-W', '-f=${Version}', package)}")
    packages = sorted({line.split(": ")[1].split()[0] for line in lines} | set(WITHIN))
    for package in packages:
        text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_bytes()
        (folder / f"{package}.copyright").write_bytes(text)
    (folder / "CONTENTS.txt").write_text(
        "Libraries of Debian 12 in adrep.libs, with their packages:\n"
        + "".join(f"  {line}\n" for line in lines)
        + "Compiled into adrep/lib/libadrep.so:\n"
        + "".join(f"  {package} {said('dpkg-query', '-W', '-f=${Version}', package)}\n" for package in WITHIN)
        + "Licences of all of them: *.copyright beside this file.\n"
    )


def main(wheel, folder):
    with tempfile.TemporaryDirectory() as temporary:
        said(sys.executable, "-m", "wheel", "unpack", "--dest", temporary, wheel)
        tree = next(pathlib.Path(temporary).iterdir())
        remove_unneeded(tree)
        set_run_paths(tree)
        add_licences(tree)
        said(sys.executable, "-m", "wheel", "pack", "--dest-dir", folder, str(tree))


main(*sys.argv[1:])
