#!/usr/bin/env python3
"""Times adrep.metrics.evaluate beside `adrep metrics`, whole processes in turns, on the same files; compares their values.

    time_python_metrics.py [TURNS [IMAGES [SIDE]]]      default 7 turns, 1000 images of 256 x 256

Also of one image of 8 x 8, which is how long each takes to start: Python, NumPy and the package on one side, the
launcher and the program on the other. The Python that runs this has adrep installed. Ends with 1 if a value differs in
its last bit.
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


def commands_for(files):
    program = pathlib.Path(sysconfig.get_path("scripts")) / "adrep"
    return {
        "adrep metrics": [program, "metrics", *files, f"protocol={PROTOCOLS}", "threads=2", "--format", "json"],
        "adrep.metrics.evaluate": [sys.executable, "-c", CALL, *files, PROTOCOLS],
    }


def in_turns(commands, turns):
    """Seconds of each, without a first turn, which warms the caches, and what each printed."""
    seconds, found = {name: [] for name in commands}, {}
    for turn in range(turns + 1):
        for name, command in commands.items():
            taken, found[name] = timed(command)
            if turn > 0:
                seconds[name].append(taken)
    return seconds, list(found.values())


def main(turns=7, images=1000, side=256):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        starts, _ = in_turns(commands_for(drawn(root, 1, 8)), turns)
        seconds, (theirs, ours) = in_turns(commands_for(drawn(root, images, side)), turns)
    whole = {name: statistics.median(taken) for name, taken in seconds.items()}
    start = {name: statistics.median(taken) for name, taken in starts.items()}
    for name, taken in seconds.items():
        print(f"{name}: {whole[name]:.3f} s (median of {turns}, {min(taken):.3f} to {max(taken):.3f}), start {start[name]:.3f} s")
    program, module = whole
    print(f"ratio: {whole[module] / whole[program]:.3f}, without the start {(whole[module] - start[module]) / (whole[program] - start[program]):.3f}")
    same = theirs["metrics"] == ours["metrics"]
    print(f"values: {'the same to the last bit' if same else 'different'}")
    return not same


sys.exit(main(*map(int, sys.argv[1:])))
