"""Arrays of any library as the module takes them: without a copy where their elements follow each other."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from adrep.errors import InputError


def is_torch(value: object) -> bool:
    """Whether it is a tensor of torch, which need not be imported for that."""
    return type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach")


def contiguous(value: Any, name: str) -> Any:
    """The array itself, or a contiguous copy. Raises InputError for a tensor that is not in the CPU's memory."""
    if is_torch(value):
        if value.device.type != "cpu":
            raise InputError(f"{name}: on {value.device}: move it to the CPU, with .cpu()")
        tensor = value.detach()
        if tensor.is_conj() or tensor.is_neg():
            tensor = tensor.resolve_conj().resolve_neg()
        return tensor.contiguous()
    if isinstance(value, (str, os.PathLike)):
        raise InputError(f"{name}: {os.fspath(value)!r} is a path: give arrays, such as numpy.load gives")
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise InputError(f"{name}: an array of type {array.dtype}: expected floats, integers or booleans")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    # an array of Fortran's order is read as it is
    return array if array.flags.c_contiguous or array.flags.f_contiguous else np.ascontiguousarray(array)


def numbers(value: Any, name: str) -> Any:
    """[N] or [N, 1], or a sequence of such or of numbers, as an array [N]."""
    if isinstance(value, (list, tuple)) and any(is_torch(one) or isinstance(one, np.ndarray) for one in value):
        return np.concatenate([numbers(one, name) for one in value])
    if is_torch(value):
        value = contiguous(value, name)
        value = (value.float() if not value.dtype.is_floating_point or value.element_size() < 4 else value).numpy()
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 1):
        raise InputError(f"{name}: {array.dtype} of shape {list(array.shape)}: expected one number for each image")
    return array.reshape(-1)
