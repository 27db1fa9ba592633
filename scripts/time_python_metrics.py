#!/usr/bin/env python3
"""Times adrep.metrics.evaluate beside `adrep metrics`, whole processes in turns, on the same files; compares their values.

    time_python_metrics.py [TURNS [IMAGES [SIDE]]]      default 7 turns, 200 images of 256 x 256

The Python that runs this has adrep installed. Ends with 1 if a value differs in its last bit.
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

PROTOCOLS = "exact,paper"
CALL = """
import sys
import numpy as np
import adrep
report = adrep.metrics.evaluate(np.load(sys.argv[1]), np.load(sys.argv[2]), protocol=sys.argv[3].split(","), threads=2)
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


def timed(command):
    began = time.perf_counter()
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - began, json.loads(printed)


def main(turns=7, images=200, side=256):
    program = pathlib.Path(sysconfig.get_path("scripts")) / "adrep"
    with tempfile.TemporaryDirectory() as folder:
        files = drawn(pathlib.Path(folder), images, side)
        commands = {
            "adrep metrics": [program, "metrics", *files, f"protocol={PROTOCOLS}", "threads=2", "--format", "json"],
            "adrep.metrics.evaluate": [sys.executable, "-c", CALL, *files, PROTOCOLS],
        }
        seconds = {name: [] for name in commands}
        found = {}
        for turn in range(turns + 1):
            for name, command in commands.items():
                taken, found[name] = timed(command)
                if turn > 0:  # the first one warms the caches
                    seconds[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    for name, taken in medians.items():
        print(f"{name}: {taken:.3f} s (median of {turns}, {min(seconds[name]):.3f} to {max(seconds[name]):.3f})")
    theirs, ours = found.values()
    print(f"ratio: {medians['adrep.metrics.evaluate'] / medians['adrep metrics']:.3f}")
    same = theirs["metrics"] == ours["metrics"]
    print(f"values: {'the same to the last bit' if same else 'different'}")
    return not same


sys.exit(main(*map(int, sys.argv[1:])))
