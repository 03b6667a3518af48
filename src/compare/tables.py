"""Small helpers on frames that several modules share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from compare.schedule import known

Row = Mapping[str, Any]
Codes = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]


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


def first_of(groups: Codes, wanted: Flags, *later: Flags) -> Codes:
    """Positions of the first wanted row of each group; a row comes later where a flag is set.

    The first flag decides before the second; ties keep the order in which the rows stand.
    """
    places = np.flatnonzero(wanted)
    if later:
        places = places[np.lexsort([flag[places] for flag in reversed(later)])]
    _, first = np.unique(groups[places], return_index=True)
    return places[np.sort(first)]


def codes_of(frame: pd.DataFrame, *columns: str) -> Codes:
    """A number for each row, the same where the columns hold the same."""
    return frame.groupby(list(columns), sort=False).ngroup().to_numpy()


def split(cell: Any) -> list[str]:
    """The ids in a cell, which separates them by semicolons."""
    return [part for part in str(cell).split(";") if part] if known(cell) else []
