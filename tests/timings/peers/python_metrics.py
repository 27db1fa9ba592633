#!/usr/bin/env python3
"""Times adrep.metrics.evaluate beside `adrep metrics`, whole processes in turns, on the same files; compares their values.

    python_metrics.py [TURNS [IMAGES [SIDE]]]      default 7 turns, 1000 images of 256 x 256

Both read the files where the system keeps them. Also of one image of 8 x 8, which is how long each takes to start:
Python, NumPy and the package on one side, the launcher and the program on the other. The Python that runs this has adrep
installed. Ends with 1 if a value differs in its last bit, or where other work is on the machine.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time

import numpy as np

from contenders import THREADS
from turns import Busy, in_turns, wait_for_calm

PROTOCOLS = "exact,paper"
CALL = """
import sys
import numpy as np
import adrep
maps, masks = (np.load(file, mmap_mode="r") for file in sys.argv[1:3])
report = adrep.metrics.evaluate(maps, masks, protocol=sys.argv[3].split(","), threads=int(sys.argv[4]))
print(report.as_format("json"))
"""


def drawn(folder, images, side):
    draw = np.random.default_rng(0)
    maps = draw.normal(size=(images, side, side)).astype(np.float32)
    masks = np.zeros(maps.shape, np.uint8)
    for image in range(0, images, 2):
        top, left = draw.integers(0, side // 2, 2)
        masks[image, top : top + side // 4, left : left + side // 5] = 255
    maps += masks > 0
    np.save(folder / "maps.npy", maps)
    np.save(folder / "masks.npy", masks)
    return str(folder / "maps.npy"), str(folder / "masks.npy")


class Process:
    """A command that prints a report of metrics as JSON, from its start to its end."""

    def __init__(self, command):
        self.command, self.report = command, None

    def turn(self):
        began = time.perf_counter()
        printed = subprocess.run(self.command, check=True, capture_output=True, text=True).stdout
        seconds = time.perf_counter() - began
        self.report = json.loads(printed)
        return {"seconds": seconds}


def processes(files):
    """adrep metrics, and adrep.metrics.evaluate."""
    program = pathlib.Path(sysconfig.get_path("scripts")) / "adrep"
    settings = [f"protocol={PROTOCOLS}", f"threads={THREADS}", "--format", "json"]
    return [Process([program, "metrics", *files, *settings]),
            Process([sys.executable, "-c", CALL, *files, PROTOCOLS, str(THREADS)])]


def medians(sides, turns):
    """Seconds of each, after a first turn that warms the caches."""
    in_turns(sides, 1)
    wait_for_calm()
    return [statistics.median(one["seconds"] for one in runs) for runs in in_turns(sides, turns)]


def main(turns=7, images=1000, side=256):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        start = medians(processes(drawn(root, 1, 8)), turns)
        program, module = sides = processes(drawn(root, images, side))
        whole = medians(sides, turns)
    for name, all_of_it, first in zip(("adrep metrics", "adrep.metrics.evaluate"), whole, start, strict=True):
        print(f"{name}: {all_of_it:.3f} s (median of {turns}), start {first:.3f} s")
    alone = [all_of_it - first for all_of_it, first in zip(whole, start, strict=True)]
    print(f"ratio: {whole[1] / whole[0]:.3f}, without the start {alone[1] / alone[0]:.3f}")
    same = program.report["metrics"] == module.report["metrics"]
    print(f"values: {'the same to the last bit' if same else 'different'}")
    return not same


try:
    sys.exit(main(*map(int, sys.argv[1:])))
except Busy as problem:
    sys.exit(f"python_metrics: {problem}")
