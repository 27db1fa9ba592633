"""Models that are fitted on good images."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from adrep import _adrep
from adrep._arrays import contiguous, is_torch
from adrep._settings import Value, words
from adrep._tables import shown, table_html
from adrep.errors import InputError

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Region:
    """A region of a photograph that a model reports, in the photograph's own pixels."""

    left: int
    top: int
    width: int
    height: int
    area: float
    """pixels"""
    peak: float
    """the largest value of the score map in it"""
    peak_x: int
    peak_y: int
    p_value: float
    """of its area among the largest regions of good images"""


@dataclass(frozen=True)
class Prediction:
    """What a model says of one image."""

    image: str
    """its path, or its number among the arrays that were given"""
    score: float
    """higher is more anomalous"""
    p_value: float | None
    """of the score among those of good images; None for a model without a threshold"""
    is_defect: bool | None
    """whether the score is above the threshold; None for a model without one"""
    regions: list[Region]
    """the largest first"""
    map: npt.NDArray[np.float32]
    """[S, S]: scores of the square that the backbone saw"""
    width: int
    """of the photograph, pixels"""
    height: int
    content: tuple[int, int, int, int]
    """where the photograph lies in the map: left, top, width, height"""


class Predictions(list[Prediction]):
    """A list of predictions that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        rows = [
            [
                one.image,
                f"{one.score:.4g}",
                shown(one.p_value),
                "" if one.is_defect is None else "defect" if one.is_defect else "good",
                str(len(one.regions)),
            ]
            for one in self
        ]
        return table_html(["image", "score", "p-value", "decision", "regions"], rows)


def _prediction(made: dict[str, Any]) -> Prediction:
    regions = [Region(**region) for region in made["regions"]]
    return Prediction(**{**made, "regions": regions})


def _is_path(value: object) -> bool:
    return isinstance(value, (str, os.PathLike))


def _batch(image: Any) -> Any:
    """An array of one or several images as [N, H, W, C]."""
    array = contiguous(image, "images")
    if is_torch(array):
        array = array.numpy()
    if array.dtype != np.uint8:
        raise InputError(f"images: {array.dtype}: expected uint8, [H, W, 3] or [N, H, W, 3], or paths of files")
    if array.ndim == 2:
        array = array[np.newaxis, :, :, np.newaxis]
    elif array.ndim == 3 and array.shape[2] in (1, 3, 4):
        array = array[np.newaxis]
    if array.ndim != 4:
        raise InputError(f"images: shape {list(array.shape)}: expected [H, W], [H, W, 3], [H, W, 4] or [N, H, W, 3]")
    return np.ascontiguousarray(array)


class Model:
    """A fitted detector with its backbone and threshold. Any number of threads may call `predict` at once."""

    def __init__(self, loaded: _adrep.LoadedModel, file: Path, summary: str = "") -> None:
        self._loaded = loaded
        self._file = file
        self.summary = summary
        """What `adrep fit` says of a model when it has made it; "" of one that was loaded."""

    def predict(self, images: Any, *, order: str = "rgb") -> Predictions:
        """Scores, decisions and regions, one `Prediction` an image.

        images: the path of an image file or of a folder of them, a list of paths; or pixels, uint8: [H, W, 3],
            [H, W, 4], grey [H, W], a batch [N, H, W, 3], or a list of such arrays, of NumPy or torch.
        order: "rgb" or "bgr" (what cv2.imread gives), of arrays.

        Raises InputError for the first image that cannot be used.
        """
        if _is_path(images):
            images = [images]
        if isinstance(images, (list, tuple)) and images and all(_is_path(one) for one in images):
            made = self._loaded.predict_files([os.fspath(one) for one in images])
            return Predictions(_prediction(one) for one in made)
        arrays = images if isinstance(images, (list, tuple)) else [images]
        predictions = Predictions()
        for one in arrays:
            for made_of in self._loaded.predict_arrays(_batch(one), order):
                predictions.append(_prediction({**made_of, "image": str(len(predictions))}))
        return predictions

    @property
    def detector(self) -> str:
        """The detector's name."""
        return self._loaded.detector

    @property
    def backbone(self) -> str:
        """The backbone's name."""
        return self._loaded.backbone

    @property
    def side(self) -> int:
        """Pixels of a side of the square that the backbone sees, and of the score maps."""
        return self._loaded.side

    @property
    def threshold(self) -> float | None:
        """An image whose score is above it is called defective; None for a model without one."""
        return self._loaded.threshold

    @property
    def guarantee(self) -> str:
        """What the threshold holds, one line; "" for a model without one."""
        return self._loaded.guarantee

    @property
    def licence(self) -> str:
        """What is known of the licence of the backbone's weights, one line."""
        return self._loaded.licence

    def save(self, file: PathLike) -> None:
        """Writes the model, complete or not at all. A file of that name is replaced."""
        target = Path(file)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as copy:
            try:
                with open(self._file, "rb") as source:
                    shutil.copyfileobj(source, copy)
                copy.flush()
                os.fsync(copy.fileno())
                os.chmod(copy.name, 0o644)
                os.replace(copy.name, target)
            except BaseException:
                os.unlink(copy.name)
                raise

    def __repr__(self) -> str:
        return f"Model({self.detector} on {self.backbone}, threshold {shown(self.threshold) or 'none'})"


def load(file: PathLike, *, device: str = "cpu", weights: PathLike = "", trust_code: bool = False) -> Model:
    """A model that `adrep fit` or `adrep.fit` wrote.

    device: "cpu", "cuda" or "cuda:1". weights: the backbone's file, of a model that does not hold it. trust_code: run a
    backbone that is code (a TorchScript file). Raises InputError for a file that is damaged or of another version.

    >>> load("nowhere.adrep")
    Traceback (most recent call last):
    adrep.errors.InputError: nowhere.adrep: cannot be read: No such file or directory
    """
    loaded = _adrep.load(os.fspath(file), device, os.fspath(weights), trust_code)
    return Model(loaded, Path(file).absolute())


def fit(folder: PathLike, detector: str = "patchcore", *, output: PathLike | None = None, **settings: Value) -> Model:
    """A model from photographs of good parts, with a threshold: what `adrep fit` does.

    folder: of good photographs, or a data set with one class. detector: a name of `adrep list`. output: the model's
    file; a file of that name moves to `previous/` beside it. Without it the model is kept in a temporary file until
    `Model.save`. settings: those of `adrep fit`, two underscores for a dot: `threshold__calibration="cv"`.

    Progress and notes: `adrep.show_progress`, `logging.getLogger("adrep")`. The lock of the interpreter is released and
    Ctrl-C stops it. Raises InputError for what is missing or wrong.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> made = demo_images(f"{folder}/parts", train_per_class=12, normal_test_per_class=1, defects_per_type=1, size=128)
    >>> model = fit(f"{folder}/parts/fabric/train/good", "feature_norm")
    >>> model.side
    224
    >>> [one.is_defect for one in model.predict(f"{folder}/parts/fabric/test/hole")]
    [True]
    >>> model.save(f"{folder}/fabric.adrep")
    """
    file = Path(tempfile.mkdtemp(prefix="adrep-"), "model.adrep") if output is None else Path(output)
    try:
        model = _fitted(file, {"data": os.fspath(folder), "detector": detector, **settings})
    except BaseException:
        if output is None:
            shutil.rmtree(file.parent, ignore_errors=True)
        raise
    if output is None:
        weakref.finalize(model, shutil.rmtree, file.parent, True)
    return model


def _fitted(file: Path, settings: Mapping[str, Value]) -> Model:
    """A model that is made in this file, and loaded from it."""
    summary = _adrep.fit(words(settings), str(file))
    device = settings.get("device", "cpu")
    weights = settings.get("weights", "")
    loaded = _adrep.load(str(file), str(device), str(weights) if settings.get("models__embed") is False else "", False)
    return Model(loaded, file.absolute(), summary)


def demo_images(folder: PathLike, **settings: Value) -> bool:
    """Draws the demo's data set: three classes of parts with defects and masks, in the layout of MVTec AD.

    settings: those of `adrep datasets make-demo`, such as `train_per_class=12`, `size=128`. Returns False, and does
    nothing, where the folder holds just these images. Raises InputError for any other folder that is not empty.
    """
    return _adrep.demo_images(os.fspath(folder), words(settings))

