#!/usr/bin/env python3
"""Scores an image by a model that `adrep fit` wrote: score.py MODEL IMAGE.ppm [libadrep.so]"""
import ctypes
import sys

LIBRARY = "libadrep.so.0"


def library(path):
    """adrep.h's functions; those that return an int need no description."""
    adrep = ctypes.CDLL(path)
    integer, pointer = ctypes.c_int, ctypes.c_void_p
    adrep.adrep_last_error.restype = ctypes.c_char_p
    adrep.adrep_model_load.argtypes = [ctypes.c_char_p] * 3 + [integer] * 2 + [pointer]
    adrep.adrep_model_predict.argtypes = (
        [pointer, ctypes.c_char_p, integer, integer, ctypes.c_ssize_t] + [integer] * 5 + [pointer]
    )
    for name in ("score", "p_value"):
        getattr(adrep, f"adrep_prediction_{name}").restype = ctypes.c_double
    return adrep


def read_ppm(path):
    """Width, height and RGB bytes of a PPM file of 8 bits without comments."""
    with open(path, "rb") as file:
        kind, width, height, rest = file.read().split(maxsplit=3)
    white, pixels = rest[:3], rest[4:]
    if kind != b"P6" or white != b"255" or len(pixels) != 3 * int(width) * int(height):
        raise ValueError("not a PPM file of 8 bits without comments")
    return int(width), int(height), pixels


def main(model_path, image_path, library_path=LIBRARY):
    adrep = library(library_path)

    def check(status):
        if status != 0:
            sys.exit(f"score.py: {adrep.adrep_last_error().decode()}")

    width, height, pixels = read_ppm(image_path)
    model, prediction = ctypes.c_void_p(), ctypes.c_void_p()
    check(adrep.adrep_model_load(model_path.encode(), b"cpu", None, 0, 0, ctypes.byref(model)))
    rgb, stride = 0, 3 * width
    check(
        adrep.adrep_model_predict(
            model, pixels, width, height, stride, rgb, 0, 0, 0, 0, ctypes.byref(prediction)
        )
    )
    line = f"score={adrep.adrep_prediction_score(prediction):.9g}"
    defect = adrep.adrep_prediction_is_defect(prediction)
    if defect >= 0:
        p_value = adrep.adrep_prediction_p_value(prediction)
        line += f" p_value={p_value:.9g} {'defect' if defect else 'good'}"
    print(f"{line} regions={adrep.adrep_prediction_regions(prediction)}")
    adrep.adrep_prediction_free(prediction)
    adrep.adrep_model_free(model)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
