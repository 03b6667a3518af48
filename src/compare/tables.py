"""Small helpers on frames that several modules share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name, of plain Python values; NA of nullable types is None.

    What `to_dict("records")` returns, several times faster on a frame of few rows and many columns.
    """
    names = [str(name) for name in frame.columns]
    mixed = [i for i, kind in enumerate(frame.dtypes) if kind == "object" or _nullable(kind)]
    rows: list[list[Any]] = frame.to_numpy(dtype=object).tolist()
    for row in rows:
        for i in mixed:
            row[i] = _plain(row[i])
    return [dict(zip(names, row, strict=True)) for row in rows]


def _nullable(kind: Any) -> bool:
    return isinstance(kind, pd.api.extensions.ExtensionDtype) and kind.na_value is pd.NA


def _plain(value: Any) -> Any:
    if value is pd.NA:
        return None
    return value.item() if isinstance(value, (np.number, np.bool_)) else value


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """`records` several times faster, for frames without nullable integers (their NA stays NA)."""
    names = [str(name) for name in frame.columns]
    columns = [column.tolist() for _, column in frame.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
