"""Results of runs."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import Any

from adrep import _adrep
from adrep._model import PathLike
from adrep._tables import Table


def results(*folders: PathLike) -> Any:
    """The results in folders that `adrep run` wrote: one row a class, method and seed, as a pandas.DataFrame where
    pandas is installed, else as a `Table` with the same columns.

    Columns: data_set, class, detector, features, variant, seed, the metrics in [0, 1] (missing where undefined, failed
    or not computed yet), train_images, test_images, protocol, cell, error, folder. Raises InputError for a folder that
    holds no results.

    >>> results("nowhere")
    Traceback (most recent call last):
    adrep.errors.InputError: nowhere: no such folder of results
    """
    made = json.loads(_adrep.results([os.fspath(folder) for folder in folders]))
    if importlib.util.find_spec("pandas") is None:
        return Table(made["rows"], made["notes"])
    import pandas

    frame = pandas.DataFrame(made["rows"])
    frame.attrs["notes"] = made["notes"]
    return frame
