"""The command `adrep`: the program of the package adrep in place of this process. Apart from that package, which loads
LibTorch as soon as it is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from adrep_program.installed import torch_problem, weights_folder


def main() -> None:
    """Becomes the program, which also looks for weights in the package that holds EfficientNet-Lite0's."""
    problem = torch_problem()
    if problem:
        print(f"adrep: error: {problem}", file=sys.stderr)
        sys.exit(2)
    weights = weights_folder()
    if weights is not None:
        folders = [os.environ.get("ADREP_WEIGHTS", ""), str(weights)]
        os.environ["ADREP_WEIGHTS"] = ":".join(folder for folder in folders if folder)
    program = Path(__file__).resolve().parents[1] / "adrep" / "bin" / "adrep"
    os.execv(program, [sys.argv[0], *sys.argv[1:]])
