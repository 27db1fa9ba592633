"""Metrics of score maps and image scores, by the code of `adrep metrics`: to the last bit its values.

Higher scores are more anomalous. Masks are 0 where a pixel is normal; every other value is anomalous, unless
`masks__threshold` says otherwise. Values are in [0, 1]. A metric that the data do not define is None, never NaN, and
`Report.undefined` says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adrep import _adrep
from adrep._arrays import contiguous, is_torch, numbers
from adrep._settings import Value, words
from adrep._tables import table_html
from adrep.errors import InputError

__all__ = ["Explanation", "Report", "evaluate", "explain", "protocols"]


class Report(Mapping[str, "float | None"]):
    """What `evaluate` found: a mapping from the names of metrics to values in [0, 1], or None where undefined.

    >>> report = evaluate([[[1.0, 3.0]], [[2.0, 0.0]]], [[[0, 1]], [[0, 0]]])
    >>> report["pixel_auroc"], report["image_auroc"]
    (1.0, 1.0)
    >>> len(report) > 10
    True
    """

    def __init__(self, made: _adrep.MapReport) -> None:
        self._made = made
        self.data: dict[str, Any] = json.loads(made.as_format("json"))
        """All of it, as `adrep metrics --format json` gives it."""

    def _protocol(self) -> str:
        return str(next(iter(next(iter(self.data["metrics"].values())))))

    def _stored(self, name: str, protocol: str | None) -> Any:
        return self.data["metrics"][name][protocol or self._protocol()]

    def value(self, name: str, protocol: str | None = None) -> float | None:
        """A metric by one of the protocols, the first one where none is named. Raises KeyError where it has none."""
        stored = self._stored(name, protocol)
        return None if isinstance(stored, dict) else float(stored)

    def __getitem__(self, name: str) -> float | None:
        return self.value(name)

    def __iter__(self) -> Iterator[str]:
        protocol = self._protocol()
        return (name for name, row in self.data["metrics"].items() if protocol in row)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def undefined(self) -> dict[str, str]:
        """Why metrics have no value, by name."""
        stored = {name: self._stored(name, None) for name in self}
        return {name: value["undefined"] for name, value in stored.items() if isinstance(value, dict)}

    @property
    def notes(self) -> list[str]:
        """What a reader should know, one line each: the program's notes."""
        return list(self.data["notes"])

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """With `bootstrap=N`: lower and upper bound by the name of the metric, where there are any."""
        found = self.data.get("intervals", {}).get("metrics", {})
        return {
            name: (one["low"], one["high"])
            for name, one in found.items()
            if not isinstance(one["low"], dict) and not isinstance(one["high"], dict)
        }

    def as_format(self, format: str) -> str:
        """The report as the program writes it: "text", "csv", "json", "md", "tex" or "html"."""
        if format not in ("text", "csv", "json", "md", "tex", "html"):
            raise InputError(f"format {format!r}: expected text, csv, json, md, tex or html")
        return self._made.as_format(format)

    def __str__(self) -> str:
        return self._made.as_format("text")

    def __repr__(self) -> str:
        return f"Report({', '.join(self)})"

    def _repr_html_(self) -> str:
        parts = []
        for name, rows in self.data.items():
            if not isinstance(rows, dict) or name in ("settings", "intervals"):
                continue
            columns = list(dict.fromkeys(c for row in rows.values() if _by_protocol(row) for c in row)) or ["value"]
            lines = [
                [metric, *(_text(row.get(c) if _by_protocol(row) else row) for c in columns)]
                for metric, row in rows.items()
            ]
            parts.append(table_html([name, *columns], lines))
        return "".join(parts)


def _by_protocol(row: object) -> bool:
    return isinstance(row, dict) and "undefined" not in row


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "undef."
    return f"{value:.4f}" if isinstance(value, float) else str(value)


class Explanation:
    """Why protocols give different PRO values for the same maps: what `adrep metrics explain` shows."""

    def __init__(self, made: _adrep.Explained) -> None:
        self.data: dict[str, Any] = json.loads(made.json)
        """By protocol: `pro`, the `steps` to it from the exact PRO, what ranks would change, and `words`."""
        self.page = made.page
        """One HTML file that needs no network."""
        self._text = made.text

    @property
    def pro(self) -> dict[str, float | None]:
        """PRO by protocol, in [0, 1]; None where undefined."""
        values = {name: one["pro"] for name, one in self.data["protocols"].items()}
        return {name: None if isinstance(value, dict) else value for name, value in values.items()}

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Explanation({self.pro})"

    def _repr_html_(self) -> str:
        rows = []
        for name, one in self.data["protocols"].items():
            rows.append([name, _text(one["pro"]), one["words"]])
        return table_html(["protocol", "PRO", "why"], rows)


def protocols() -> list[str]:
    """The names of all protocols; `mvtec-N` stands for any number N.

    >>> protocols()
    ['adeval-N', 'exact', 'glass', 'mvtec-N', 'paper']
    """
    return list(_adrep.protocols())


def _is_batch(value: object) -> bool:
    return hasattr(value, "anomaly_map")


def _of_batches(batches: Sequence[Any]) -> tuple[list[Any], list[Any], Any, Any]:
    """Maps, masks, image scores and labels of batches that have anomalib's fields."""

    def all_of(field: str) -> Any:
        values = [getattr(batch, field, None) for batch in batches]
        return None if any(value is None for value in values) else values

    maps = [batch.anomaly_map for batch in batches]
    if any(one is None for one in maps):
        raise InputError("maps: a batch without anomaly_map: only models that give score maps can be evaluated")
    masks = [getattr(batch, "gt_mask", None) for batch in batches]
    return maps, masks, all_of("pred_score"), all_of("gt_label")


def _stacks(value: Any, name: str) -> list[Any]:
    """One stack, or the stacks of a sequence of arrays."""
    sequence = isinstance(value, (list, tuple))
    if sequence and any(one is None or is_torch(one) or hasattr(one, "__array__") for one in value):
        return [None if one is None else contiguous(one, name) for one in value]
    return [contiguous(value, name)]


def _images(stack: Any) -> int:
    """How many maps an array holds."""
    return 1 if stack.ndim == 2 else int(stack.shape[0])


def _divided(stack: Any, like: list[Any]) -> list[Any]:
    """One stack as so many as the others are, which hold as many maps; itself where they do not."""
    counts = [_images(one) for one in like]
    if stack.ndim < 3 or sum(counts) != _images(stack):
        return [stack]
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    return [contiguous(stack[first : first + count], "a part") for first, count in zip(firsts, counts, strict=True)]


class _Given:
    """The arrays of one call as the module takes them."""

    def __init__(self, maps: Any, masks: Any, image_scores: Any, labels: Any) -> None:
        if _is_batch(maps):
            maps = [maps]
        if isinstance(maps, (list, tuple)) and maps and all(_is_batch(one) for one in maps):
            if masks is not None:
                raise InputError("masks: batches hold their own gt_mask: leave masks out")
            maps, masks, scores, known = _of_batches(maps)
            image_scores = scores if image_scores is None else image_scores
            labels = known if labels is None else labels
        self.maps = _stacks(maps, "maps")
        if not self.maps or tuple(self.maps[0].shape[:1]) == (0,):
            raise InputError("maps: empty: there is no image")
        if masks is None and labels is None:
            raise InputError("masks: there are none: give one for each map, or labels where all images are normal")
        self.masks = [None] * len(self.maps) if masks is None else _stacks(masks, "masks")
        if len(self.masks) == 1 < len(self.maps) and self.masks[0] is not None:
            self.masks = _divided(self.masks[0], self.maps)
        elif len(self.maps) == 1 < len(self.masks) and all(mask is not None for mask in self.masks):
            self.maps = _divided(self.maps[0], self.masks)
        if len(self.masks) != len(self.maps):
            raise InputError(f"maps and masks: {len(self.maps)} and {len(self.masks)} arrays: give as many of both")
        self.image_scores = [] if image_scores is None else numbers(image_scores, "image_scores").astype(float).tolist()
        self.labels = [] if labels is None else numbers(labels, "labels").astype(int).tolist()

    def images_alone(self) -> bool:
        """Whether there are image scores with labels and no maps."""
        return len(self.maps) == 1 and self.maps[0].ndim == 1


def _settings(protocol: str | Sequence[str], settings: Mapping[str, Value]) -> list[str]:
    for name in ("output", "image_scores"):
        if name in settings:
            raise InputError(f"{name}: not a setting here: write Report.as_format() into a file")
    return words({"protocol": protocol, **settings})


def evaluate(
    maps: Any,
    masks: Any = None,
    protocol: str | Sequence[str] = "exact",
    *,
    image_scores: Any = None,
    labels: Any = None,
    **settings: Value,
) -> Report:
    """Image AUROC, pixel AUROC, PRO and more of score maps with their masks.

    maps: scores, higher is more anomalous: [N, H, W], [N, 1, H, W], [N, H, W, 1], or a list of such arrays or of maps
        [H, W]; of NumPy, of torch on the CPU, or of anything that speaks DLPack or the buffer protocol. Contiguous
        arrays are read where they lie. Also what anomalib's `Engine.predict` gives: batches with `anomaly_map`,
        `gt_mask`, `pred_score` and `gt_label`. One axis, [N]: image scores, `masks` are then their labels [N].
    masks: the same shapes; 0 is normal. None in a list: these images have none.
    protocol: a name, or several, of `protocols()`: how PRO is computed.
    image_scores: [N]; without them the maximum of each map.
    labels: [N]; 0 is normal. Without them an image is anomalous where its mask marks a pixel.
    settings: those of `adrep metrics`, two underscores for a dot: `bootstrap=1000`, `limits=[0.3, 0.05]`,
        `masks__threshold=127`, `threads=2`.

    The lock of the interpreter is released and Ctrl-C stops it. Raises InputError for shapes that do not fit, scores
    that are NaN or infinite and unknown settings, naming the image.

    >>> import numpy as np
    >>> maps = np.array([[[[0.1, 0.2], [0.9, 0.8]]], [[[0.3, 0.1], [0.2, 0.2]]]], dtype=np.float32)
    >>> masks = np.array([[[[0, 0], [1, 1]]], [[[0, 0], [0, 0]]]], dtype=bool)
    >>> report = evaluate(maps, masks, protocol=["exact", "paper"])
    >>> report["pixel_auroc"], report.value("pro", "paper")
    (1.0, 1.0)
    >>> evaluate(maps, masks * 0).undefined["pixel_auroc"]
    'no anomalous pixel'
    >>> evaluate([0.2, 0.7, 0.4], [0, 1, 0])["image_auroc"]
    1.0
    >>> evaluate(maps, masks, protocol="exakt")
    Traceback (most recent call last):
    adrep.errors.InputError: unknown protocol 'exakt': did you mean 'exact'?
    """
    given = _Given(maps, masks, image_scores, labels)
    if given.images_alone():
        if masks is None or image_scores is not None or settings or protocol != "exact":
            raise InputError("maps: one axis, so image scores alone: give them and their labels, and no settings")
        return Report(_adrep.evaluate_images(numbers(maps, "scores").astype(float).tolist(),
                                             numbers(masks, "labels").astype(int).tolist()))
    made = _adrep.evaluate(given.maps, given.masks, given.image_scores, given.labels, _settings(protocol, settings))
    return Report(made)


def explain(
    maps: Any,
    masks: Any = None,
    protocol: str | Sequence[str] = ("exact", "paper", "glass", "mvtec-100", "adeval-1000"),
    *,
    image_scores: Any = None,
    labels: Any = None,
    **settings: Value,
) -> Explanation:
    """Why protocols give different PRO values for the same maps: which step of each changes it by how much.

    Arguments as of `evaluate`; settings those of `adrep metrics explain`. Raises InputError as `evaluate` does.

    >>> import numpy as np
    >>> maps = np.array([[[0.1, 0.2], [0.9, 0.8]], [[0.3, 0.85], [0.2, 0.2]]])
    >>> masks = np.array([[[0, 0], [1, 1]], [[0, 0], [0, 0]]])
    >>> explanation = explain(maps, masks, protocol=["exact", "mvtec-100"])
    >>> {name: round(value, 3) for name, value in explanation.pro.items()}
    {'exact': 0.722, 'mvtec-100': 0.861}
    """
    given = _Given(maps, masks, image_scores, labels)
    return Explanation(
        _adrep.explain(given.maps, given.masks, given.image_scores, given.labels, _settings(protocol, settings))
    )
