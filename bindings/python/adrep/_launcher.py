"""The command `adrep`: the program of this package in place of this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from adrep._torch import torch_problem, weights_folder


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
    program = Path(__file__).resolve().parent / "bin" / "adrep"
    os.execv(program, [sys.argv[0], *sys.argv[1:]])
