#!/usr/bin/env python3
"""Print which nvidia wheels a torch wheel needs, as pip requirements, one a line.

usage: torch_requirements.py TORCH_WHEEL [--cuda]

Without --cuda: only the CUDA runtime and CUPTI, which libtorch_cpu.so itself links.
"""
import re
import sys
import zipfile


def needed(requirement: str, cuda: bool) -> str | None:
    name = re.split(r"[\[=<>!~ ;]", requirement, maxsplit=1)[0].lower()
    plain = requirement.split(";")[0].strip().replace(" ", "").replace("(", "").replace(")", "")
    if name == "cuda-toolkit":
        return plain if cuda else re.sub(r"\[.*?\]", "[cudart,cupti]", plain)
    if name.startswith("nvidia-") and (cuda or re.search(r"cuda-(cupti|runtime)", name)):
        return plain
    return None


def main() -> int:
    cuda = "--cuda" in sys.argv[2:]
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        meta = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        for line in wheel.read(meta).decode().splitlines():
            if line.startswith("Requires-Dist:"):
                found = needed(line.split(":", 1)[1].strip(), cuda)
                if found:
                    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
