"""Rows of a table: is a cell filled, which columns come first, rows by what a column holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Row = Mapping[str, Any]
LEADING = ["therapy_id", "therapy", "therapy_class"]


def known(value: Any) -> bool:
    """Whether a cell holds something (None, NaN and NA are "not reported")."""
    return value is not None and value == value  # noqa: PLR0124  (NaN is not equal to itself)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name, of plain Python values; NA of nullable types is None.

    What `to_dict("records")` returns, several times faster on a frame of few rows and many columns.
    No column is looked at alone: a frame that is kept would gather a weak reference at each look.
    """
    names = [str(name) for name in frame.columns]
    cells = frame.to_numpy(dtype=object, copy=True)
    for i, kind in enumerate(frame.dtypes):
        plain = isinstance(kind, pd.StringDtype | np.dtype) and kind != "object"
        if not plain:
            cells[:, i] = [_plain(cell) for cell in cells[:, i]]
    return [dict(zip(names, row, strict=True)) for row in cells.tolist()]


def frame(rows: Iterable[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame of these columns, in this order: what a public function returns."""
    return pd.DataFrame(list(rows), columns=list(columns))


def _plain(cell: Any) -> Any:
    if cell is pd.NA:
        return None
    return cell.item() if isinstance(cell, np.number | np.bool_) else cell


def grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by what a column holds, in their order."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def split(cell: Any) -> list[str]:
    """The ids in a cell, which separates them by semicolons."""
    return [part for part in str(cell).split(";") if part] if known(cell) else []
