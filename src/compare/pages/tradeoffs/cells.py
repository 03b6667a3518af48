"""Figures of the effects table in words, and as marks of the chart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from compare import effects
from compare.data.evidence import Evidence
from compare.data.rows import Row
from compare.effects.networks import PER_100
from compare.pages.house import label, read_in
from compare.pages.tradeoffs import chart as charts
from compare.trials.arms import MINUS
from compare.words import number, usd, usd_range


def chart_frame(
    evidence: Evidence, table: Sequence[Row], x: str, y: str, basis: str
) -> pd.DataFrame:
    """`charts.COLUMNS`: one row per therapy with both figures, their ends, and hover text."""
    cells = {(row["therapy_id"], row["criterion"]): row for row in table}
    rows = []
    for row in {row["therapy_id"]: row for row in cells.values()}.values():
        found: dict[str, Any] = {name: row[name] for name in effects.COLUMNS[:3]}
        lines = [f"<b>{label(row['therapy'])}</b>"]
        for axis, criterion in (("x", x), ("y", y)):
            cell = cells.get((row["therapy_id"], criterion))
            if cell is None:
                found |= {axis: math.nan, f"{axis}_low": math.nan, f"{axis}_high": math.nan}
                continue
            found |= {axis: cell["value"], f"{axis}_low": cell["low"], f"{axis}_high": cell["high"]}
            lines.append(f"{label(cell['label'])}: {label(cell_words(cell))}")
            lines += read_in({"source": evidence.titles(cell["source_id"])})
            if axis == "x":
                found["apart"] = basis == "treated" or cell["directness"] == "indirect"
        found.setdefault("apart", False)
        rows.append({**found, "hover": "<br>".join(lines)})
    return pd.DataFrame(rows, columns=charts.COLUMNS)


def amount(value: float, unit: str) -> str:
    """A figure in its unit, as it is printed in cells and sentences."""
    if unit.startswith("dollars"):
        return usd(value)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    signed = unit.startswith(PER_100) or unit.endswith("difference")
    sign = "+" if signed and round(value, digits) > 0 else ""
    return sign + number(value, digits).replace("-", MINUS)


def against(unit: str) -> str:
    """A unit as the title of an axis or column says it, with the comparator if there is one."""
    if unit == PER_100:
        return "more in 100 than on placebo or background"
    if unit.startswith(PER_100):
        return f"more in 100 than the {unit.removeprefix(f'{PER_100}, at ')}"
    if unit.endswith("difference"):
        return f"{unit} from placebo or background"
    return f"{unit} against placebo or background" if unit.endswith("ratio") else unit


def cell_words(cell: Mapping[str, Any]) -> str:
    """A cell as words: figure and interval, or why there is none."""
    if not cell["reported"]:
        return "; ".join(part for part in (cell["shown"], cell["reason"]) if part)
    unit = str(cell["unit"])
    ends = amount(cell["low"], unit), amount(cell["high"], unit)
    if unit.startswith("dollars"):
        text = usd_range(cell["low"], cell["high"])
    elif ends[0] == ends[1]:
        text = ends[0]
    elif cell["distribution"] == "range":
        text = f"{ends[0]} to {ends[1]}"
    else:
        text = f"{amount(cell['value'], unit)} ({ends[0]} to {ends[1]})"
    if cell["directness"] == "indirect":
        text += f", borrowed from {cell['borrowed_from']}"
    return text
