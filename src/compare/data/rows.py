"""Rows of a table: is a cell filled, which columns come first, rows by what a column holds."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import numpy as np
import pandas as pd

Row = Mapping[str, Any]
LEADING = ["therapy_id", "therapy", "therapy_class"]
P = ParamSpec("P")
Rows = TypeVar("Rows", bound=Iterable[Row] | Mapping[str, Row])


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


class Framed(Protocol[P, Rows]):
    """A function that returns a frame; `rows` returns the same as dictionaries."""

    rows: Callable[P, Rows]
    __signature__: inspect.Signature

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame: ...


def framed(columns: Sequence[str], **kinds: str) -> Callable[[Callable[P, Rows]], Framed[P, Rows]]:
    """Make a public function of one that returns rows, or rows by a key: it returns a frame.

    The frame has these columns in this order, of the `kinds` named. The rows themselves are for
    the library, which goes on with them: `options.rows(evidence, "cidp")`.
    """

    def face(rows: Callable[P, Rows]) -> Framed[P, Rows]:
        @functools.wraps(rows)
        def called(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
            found = rows(*args, **kwargs)
            every = found.values() if isinstance(found, Mapping) else found
            return pd.DataFrame(list(every), columns=list(columns)).astype(kinds)

        framed = cast(Framed[P, Rows], called)
        framed.rows = rows
        framed.__signature__ = inspect.signature(rows).replace(return_annotation=pd.DataFrame)
        return framed

    return face


def _plain(cell: Any) -> Any:
    if cell is pd.NA:
        return None
    return cell.item() if isinstance(cell, np.number | np.bool_) else cell


def grouped(rows: Iterable[Any], by: str | Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Rows (or whatever it is) by what a column holds, or a function says of each; in order."""
    of = itemgetter(by) if isinstance(by, str) else by
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(of(row), []).append(row)
    return found


def split(cell: Any) -> list[str]:
    """The ids in a cell, which separates them by semicolons."""
    return [part for part in str(cell).split(";") if part] if known(cell) else []
