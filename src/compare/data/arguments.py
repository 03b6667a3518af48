"""Arguments checked in plain words: numbers of every kind, within bounds, else `ValueError`."""

from __future__ import annotations

import math
import numbers
import reprlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

MAX_SEED = 2**63 - 1
# Far beyond any amount, unit or weight; sums and squares of it are still finite.
MOST = 1e15
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def shown(value: object) -> str:
    """A value as an error names it: in full where it is short, else clipped; never too long."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and value.bit_length() > 256:
        return "a number of more than 77 digits"
    return _SHORT.repr(value)


def number(name: str, value: object, low: float, high: float, unit: str = "") -> float:
    """The value as a number of Python, numpy's included; whole numbers stay whole.

    Raises `ValueError` for what is no number (text, True) and for one outside of low to high.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not low <= value <= high:  # type: ignore[operator]
        wanted = f"a number from {low:g} to {high:g}" + (f" ({unit})" if unit else "")
        raise ValueError(f"{name} is {shown(value)}; expected {wanted}")
    return int(value) if isinstance(value, numbers.Integral) else float(value)  # type: ignore[arg-type]


def whole(name: str, value: object, low: int, high: int) -> int:
    """The value as a whole number from low to high; 3.0 counts as 3. Raises `ValueError`."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not low <= value <= high or value != math.floor(value):  # type: ignore
        raise ValueError(
            f"{name} is {shown(value)}; expected a whole number from {low:,} to {high:,}"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def numbers_of(name: str, values: object) -> np.ndarray[Any, np.dtype[np.float64]]:
    """One number or many as an array; what is missing is NaN, and text is no number.

    Raises `ValueError` for anything else, and for amounts beyond 1e15.
    """
    try:
        cells = np.asarray(values)
        if cells.dtype.kind == "O":
            told = [math.nan if pd.isna(v) else number(name, v, -MOST, MOST) for v in cells.flat]
            cells = np.array(told, dtype=float).reshape(cells.shape)
        if cells.dtype.kind in "iuf" and not (np.abs(cells) > MOST).any():
            return cells.astype(float)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name} is {shown(values)}; expected numbers up to {MOST:g}")


def figures(cells: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Cells of a table as numbers; NaN for what is none, or is more than any number of ours."""
    if cells.dtype == object:
        cells = cells.map(lambda cell: cell if _is_figure(cell) else None)
    if pd.api.types.is_bool_dtype(cells) or pd.api.types.is_complex_dtype(cells):
        return np.full(len(cells), math.nan)
    return pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=math.nan)


def _is_figure(cell: object) -> bool:
    real = isinstance(cell, numbers.Real) and not isinstance(cell, bool)
    return isinstance(cell, str) or (real and abs(cell) <= MOST**2)  # type: ignore[arg-type]


def ids_of(name: str, values: object) -> tuple[str, ...]:
    """Several ids, as a set or a list holds them. Raises `ValueError` for anything else."""
    # numpy's arrays without a dimension have a length by their type alone.
    some = isinstance(values, Collection) and not isinstance(values, str)
    if not some or getattr(values, "shape", None) == ():
        raise ValueError(f"{name} is not a set or list; expected ids, found {shown(values)}")
    if not all(isinstance(value, str) for value in values):  # type: ignore[attr-defined]
        raise ValueError(f"{name} holds something that is not text; expected ids")
    return tuple(values)  # type: ignore[arg-type]


def one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Raise `ValueError` with the known words where the value is none of them."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{name} is {shown(value)}; expected one of {words}")


def weight_of(criterion: str, value: object) -> float:
    """The weight of a criterion. Raises `ValueError` for what is none."""
    try:
        return number("weight", value, 0, MOST)
    except ValueError:
        raise ValueError(f"weight of {criterion} is {shown(value)}; expected 0 or more") from None


def range_of(criterion: str, ends: object) -> tuple[float, float]:
    """Low and high of a criterion, low below high. Raises `ValueError` for what is no range."""
    pair = tuple(ends) if isinstance(ends, Sequence) and not isinstance(ends, str) else ()
    try:
        low, high = (float(number("end", end, -MOST, MOST)) for end in pair)
        if low < high:
            return low, high
    except ValueError:
        pass
    said = " to ".join(map(shown, pair)) if len(pair) == 2 else shown(ends)
    raise ValueError(f"range of {criterion} is {said}; expected low below high")
