"""Settings of Python as the words that the program takes: key=value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Value = bool | int | float | str | Sequence[str] | Sequence[float]


def _item(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return f'"{text}"' if "," in text else text


def words(settings: Mapping[str, Value]) -> list[str]:
    """`{"threshold__folds": 3}` as `threshold.folds=3`: two underscores stand for a dot."""
    made = []
    for key, value in settings.items():
        if isinstance(value, Sequence) and not isinstance(value, str):
            text = ",".join(_item(one) for one in value)
        else:
            text = _item(value)
        made.append(f"{key.replace('__', '.')}={text}")
    return made
