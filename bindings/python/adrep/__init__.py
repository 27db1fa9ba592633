"""adrep: anomaly detection by images of good parts, on LibTorch.

    adrep.metrics.evaluate(maps, masks)      metrics of any tool's score maps, as `adrep metrics` computes them
    adrep.metrics.explain(maps, masks)       why protocols give different PRO values
    adrep.fit("photos/good")                 a model from photographs of good parts, with a threshold
    adrep.load("part.adrep").predict(images) scores, decisions and regions of images
    adrep.results("results")                 the results of runs as a table
    adrep.Backbone("efficientnet_lite0")     a feature extractor

The command `adrep`, which comes with the package, is the whole program.
"""

from __future__ import annotations

from adrep_program.build import VERSION as __version__
from adrep_program.installed import torch_problem as _torch_problem
from adrep_program.installed import weights_folder as _weights_folder

if _problem := _torch_problem():
    raise ImportError(_problem)

from adrep import _adrep, metrics
from adrep._backbone import Backbone, backbones
from adrep._messages import log as _log
from adrep._messages import progress as _progress
from adrep._messages import show_progress
from adrep._model import Model, Prediction, Predictions, Region, demo_images, fit, load
from adrep._results import results
from adrep._tables import Table
from adrep.errors import Error, InputError

__all__ = [
    "Backbone",
    "Error",
    "InputError",
    "Model",
    "Prediction",
    "Predictions",
    "Region",
    "Table",
    "__version__",
    "backbones",
    "demo_images",
    "fit",
    "load",
    "metrics",
    "results",
    "set_threads",
    "show_progress",
]

_adrep.send_messages(_log, _progress)
if (_folder := _weights_folder()) is not None:
    _adrep.add_weights_folder(str(_folder))


def set_threads(threads: int) -> int:
    """How many threads compute, of LibTorch in this process, torch's own work included; 0: one a core. Returns the
    number."""
    return _adrep.set_threads(threads)
