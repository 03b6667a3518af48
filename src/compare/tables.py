"""Small helpers on frames that several modules share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from compare.schedule import known

Row = Mapping[str, Any]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name, of plain Python values; NA of nullable types is None.

    What `to_dict("records")` returns, several times faster on a frame of few rows and many columns.
    """
    names = [str(name) for name in frame.columns]
    columns = [_plain(column) for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series[Any]) -> list[Any]:
    kind = column.dtype
    if isinstance(kind, pd.StringDtype) or (kind != "object" and isinstance(kind, np.dtype)):
        return column.tolist()
    cells = column.to_numpy(dtype=object).tolist()
    return [
        None if cell is pd.NA else cell.item() if isinstance(cell, np.number | np.bool_) else cell
        for cell in cells
    ]


def grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by what a column holds, in their order."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def split(cell: Any) -> list[str]:
    """The ids in a cell, which separates them by semicolons."""
    return [part for part in str(cell).split(";") if part] if known(cell) else []
