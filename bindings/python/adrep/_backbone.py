"""Feature extractors."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from adrep import _adrep
from adrep._arrays import contiguous, is_torch
from adrep._model import PathLike
from adrep.errors import InputError


class Backbone:
    """A frozen backbone by name, in eval mode: images in, levels of features out.

    name: one of `backbones()`, or "torchscript:FILE", which is code that runs. weights: its file; without it the
    official one where weights are looked for. device: "cpu", "cuda" or "cuda:1". precision: as of `adrep run`.
    Raises InputError for unknown names, and for weights that are not there or of another architecture.

    >>> import numpy as np
    >>> backbone = Backbone("efficientnet_lite0")
    >>> [level.shape for level in backbone(np.zeros((2, 3, 64, 64), np.float32))]
    [(2, 24, 16, 16), (2, 40, 8, 8), (2, 112, 4, 4), (2, 320, 2, 2)]
    >>> backbone.shapes(64, 64)
    [(24, 16, 16), (40, 8, 8), (112, 4, 4), (320, 2, 2)]
    >>> backbone(np.zeros((2, 1, 64, 64), np.float32))
    Traceback (most recent call last):
    adrep.errors.InputError: images: an array of shape [2, 1, 64, 64]: expected [B, 3, H, W]
    """

    def __init__(
        self, name: str, weights: PathLike = "", *, device: str = "cpu", precision: str = "fp32"
    ) -> None:
        self.name = name
        self._open = _adrep.open_backbone(name, os.fspath(weights), device, precision)

    def __call__(self, images: Any) -> list[Any]:
        """Levels [B, C, H, W], float32, shallow to deep, as arrays of NumPy; of a tensor of torch, as tensors.

        images: [B, 3, H, W] float32, RGB, normalised: (x - mean) / std of x in [0, 1] (`normalised`). No gradients flow.
        """
        levels = self._open.levels(contiguous(images, "images"))
        if not is_torch(images):
            return list(levels)
        import torch

        return [torch.from_numpy(level) for level in levels]

    def normalised(self, images: Any) -> Any:
        """uint8 images [B, H, W, 3] or [H, W, 3], RGB, as float32 [B, 3, H, W] that the backbone takes. NumPy alone.

        >>> float(Backbone("efficientnet_lite0").normalised(np.full((1, 2, 2, 3), 255, np.uint8)).max())
        1.0
        """
        array = np.asarray(images)
        if array.dtype != np.uint8 or array.ndim not in (3, 4) or array.shape[-1] != 3:
            raise InputError(f"images: {array.dtype} of shape {list(array.shape)}: expected uint8 [B, H, W, 3]")
        batch = array.reshape((-1, *array.shape[-3:])).astype(np.float32) / np.float32(255)
        scaled = (batch - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))

    def shapes(self, height: int, width: int) -> list[tuple[int, int, int]]:
        """(C, H, W) of each level for images of this size. Raises InputError for a size that it cannot take."""
        return list(self._open.shapes(height, width))

    @property
    def mean(self) -> list[float]:
        """Of the input normalisation, RGB in [0, 1]."""
        return list(self._open.mean)

    @property
    def std(self) -> list[float]:
        """Of the input normalisation."""
        return list(self._open.std)

    @property
    def weights_file(self) -> str:
        """The file that was read."""
        return self._open.weights_file

    @property
    def weights_sha256(self) -> str:
        """Of that file, hexadecimal."""
        return self._open.weights_sha256

    @property
    def parameters(self) -> int:
        """How many numbers are learnt in the layers that are used."""
        return self._open.parameters

    def __repr__(self) -> str:
        return f"Backbone({self.name!r}, {self.weights_file!r})"


def backbones() -> list[str]:
    """The names of all backbones."""
    return list(_adrep.backbones())
