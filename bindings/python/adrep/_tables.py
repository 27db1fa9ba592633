"""Tables that a notebook shows."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload


def table_html(headings: Iterable[str], rows: Iterable[Iterable[str]], title: str = "") -> str:
    """An HTML table, everything in it escaped; all columns but the first are right-aligned."""
    caption = f"<caption>{html.escape(title)}</caption>" if title else ""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in headings)
    lines = []
    for row in rows:
        cells = "".join(
            f'<td style="text-align:{"left" if place == 0 else "right"}">{html.escape(text)}</td>'
            for place, text in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def shown(value: object) -> str:
    """A value of a table for people."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class Table(Sequence[Mapping[str, Any]]):
    """Rows with named columns, where pandas is not installed: a sequence of mappings, shown as a table."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], notes: Iterable[str] = ()) -> None:
        self._rows = list(rows)
        self.notes = list(notes)
        """What a reader should know, one line each."""

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in the order in which rows bring them."""
        return list(dict.fromkeys(name for row in self._rows for name in row))

    @overload
    def __getitem__(self, place: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        return self._rows[place]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Table({len(self)} rows: {', '.join(self.columns)})"

    def _repr_html_(self) -> str:
        names = self.columns
        return table_html(names, ([shown(row.get(name)) for name in names] for row in self._rows))
