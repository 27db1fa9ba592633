"""What the tests of the Python package share: the program beside it, data of a fixed seed, a folder that goes away."""
import json
import signal
import subprocess
import sys
import sysconfig
import tempfile
import unittest
from pathlib import Path

import numpy as np

PROGRAM = Path(sysconfig.get_path("scripts")) / "adrep"


def program(*arguments, code=0, environment=None):
    """Standard output of the installed command, which must end with this code; standard error for another than 0."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=environment)
    if done.returncode != code:
        raise AssertionError(f"adrep {arguments} exits with {done.returncode}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


def program_json(*arguments):
    return json.loads(program(*arguments, "--format", "json"))


def python(code, **more):
    """What another Python prints, with its exit code. Ctrl-C reaches it even where a shell started these tests in the
    background, which lets everything below ignore SIGINT."""
    heeded = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, **heeded, **more)
    return done.returncode, done.stdout + done.stderr


def maps_with_masks(images=6, height=24, width=17, seed=3, dtype=np.float32):
    """Scores [N, H, W] with ties, and masks of one to three rectangles on every other image."""
    draw = np.random.default_rng(seed)
    maps = np.round(draw.normal(size=(images, height, width)), 1).astype(dtype)
    masks = np.zeros(maps.shape, np.uint8)
    for image in range(0, images, 2):
        for _ in range(draw.integers(1, 4)):
            top, left = draw.integers(0, height - 5), draw.integers(0, width - 5)
            masks[image, top : top + 4, left : left + 5] = 255
    maps[masks > 0] += dtype(0.7)
    return maps, masks


class FolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)
