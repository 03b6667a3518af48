"""Rules that a column alone cannot say: of one row, of a table's rows together, of names."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from compare.data.errors import Problem
from compare.data.rows import known

MISSING_SHOWN = "(blank)"
# Tables whose rows say how often they were read; a blank (files of a reader's own) is once.
READ_TABLES = (
    "adverse_events", "outcomes", "regimens", "prices", "cautions", "indications", "presentations",
    "products",
)  # fmt: skip
MOST_DAYS = 3660
AGAIN = ("read_twice", "two_sources", "disputed")


def shown_cell(value: Any) -> str:
    """A cell as a problem shows it."""
    return MISSING_SHOWN if pd.isna(value) else str(value)


def check_rules(frame: pd.DataFrame, kind: str, table: str | None = None) -> list[Problem]:
    """Rules that a column alone cannot say, for a table of this kind."""
    table = table or kind
    problems = []
    for rule_table, column, expected, broken in RULES:
        if rule_table == kind:
            lines = frame.index[broken(frame).fillna(False).to_numpy(dtype=bool)]
            problems += problems_at(lines, frame, table, column, expected)
    return problems


def problems_at(
    lines: Iterable[Any], frame: pd.DataFrame, table: str, column: str, expected: str
) -> list[Problem]:
    """The same problem for each of these lines of a frame, with the cell that stands there."""
    cells = frame[column]
    return [
        Problem(table, int(line), column, shown_cell(cells.at[line]), expected) for line in lines
    ]


def _over_100(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(100) & f["measure"].ne("per_100_patient_years")


def _more_than(column: str, total: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].gt(f[total])


def _less(column: str, other: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column] < f[other]


def _other_share(column: str, events: str, total: str) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether a percentage is not that of the counts beside it, to a whole point of rounding."""
    return lambda f: (
        (100 * f[events].astype("float64") / f[total].astype("float64") - f[column]).abs().gt(1)
        & f["measure"].ne("per_100_patient_years")
    )


def _last_day(days: pd.Series) -> pd.Series:
    last = days.str.extract(r"([0-9]{1,9})$", expand=False)
    return last.astype("float64")


def _falls(days: str) -> bool:
    """Whether days stand twice or out of order, or are later than any regimen's."""
    parts = [int(day) for day in days.split(";") if day.isascii() and day.isdigit()]
    return parts != sorted(set(parts)) or max(parts, default=0) > MOST_DAYS


def _read_again(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f["verification"].isin(AGAIN) ^ f[column].notna()


def _without(column: str, needed: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda f: f[column].notna() & f[needed].isna()


RULES: Sequence[tuple[str, str, str, Callable[[pd.DataFrame], pd.Series]]] = (
    *(
        ("adverse_events", column, "a percentage cannot be over 100", _over_100(column))
        for column in ("treated_pct", "comparator_pct")
    ),
    *(
        ("adverse_events", column, f"expected no more than {total}", _more_than(column, total))
        for column, total in (
            ("treated_events", "n_treated"), ("comparator_events", "n_comparator"),
        )
    ),
    *(
        (table, "disputes", "a disputed row, and no other, must name the row that says otherwise",
         lambda f: f["verification"].eq("disputed") ^ f["disputes"].notna())
        for table in ("adverse_events", "outcomes")
    ),
    *(
        (table, column, f"a row that was read again, and no other, must {what}",
         _read_again(column))
        for column, what in (
            ("second_source_id", "name its second source"),
            ("second_reading_of", "say what was read again"),
        )
        for table in READ_TABLES
    ),
    ("prices", "effective_to", "expected a day on or after effective_from",
     _less("effective_to", "effective_from")),
    *(
        (table, high, f"expected {low} or more", _less(high, low))
        for table, low, high in (
            ("regimens", "dose_low", "dose_high"),
            ("regimens", "interval_low", "interval_high"),
            ("factors", "assumed_age_from", "assumed_age_to"),
            ("regimens", "cycle_days_low", "cycle_days_high"),
            ("regimens", "weight_kg_min", "weight_kg_max"),
            ("regimens", "ige_iu_ml_min", "ige_iu_ml_max"),
            ("regimens", "visits_per_dose_low", "visits_per_dose_high"),
            ("outcomes", "ci_low", "ci_high"),
        )
    ),
    *(
        ("regimens", needed, expected, _without(column, needed))
        for column, needed, expected in (
            ("dose_low", "dose_unit", "a dose needs its unit"),
            ("dose_low", "dose_high", "expected the higher dose too"),
            ("dose_high", "dose_low", "expected the lower dose too"),
            ("max_dose", "max_dose_unit", "a cap needs its unit"),
            ("rate_max", "rate_unit", "a rate needs its unit"),
            ("interval_low", "interval_high", "expected the longest interval too"),
            ("interval_high", "interval_low", "expected the shortest interval too"),
            ("interval_low", "interval_unit", "an interval needs its unit"),
        )
    ),
    ("regimens", "interval_low", "expected days, or an interval, so that doses can be counted",
     lambda f: f["interval_low"].isna() & f["days"].isna() & f["no_dose_reason"].isna()),
    ("regimens", "cycle_days_low",
     "a cycle needs its days, and the shortest and longest spacing of cycles",
     lambda f: f["phase"].str.startswith("cycle")
     & f[["days", "cycle_days_low", "cycle_days_high"]].isna().any(axis=1)),
    ("regimens", "administration_class",
     "what a professional gives needs its class of administration",
     lambda f: f["given_by"].ne("self") & f["administration_class"].eq("none")),
    ("regimens", "no_dose_reason", "a dose, or the reason why there is none, not both",
     lambda f: f["no_dose_reason"].notna() & f["dose_low"].notna()),
    ("regimens", "days", "expected days separated by semicolons, such as 0;14;42",
     lambda f: f["days"].notna() & ~f["days"].fillna("").str.fullmatch(r"[0-9]+(;[0-9]+)*")),
    ("products", "stands_reason",
     "a product that does not stand for its therapy, and no other, must say why",
     lambda f: f["stands"].eq("no") ^ f["stands_reason"].notna()),
    ("cautions", "condition_text", "a caution for some patients must say for whom",
     lambda f: f["applies"].eq("patient_conditional") & f["condition_text"].isna()),
    *(
        ("adverse_events", f"{arm}_pct",
         f"expected the percentage of {arm}_events of n_{arm}, as they stand in this row",
         _other_share(f"{arm}_pct", f"{arm}_events", f"n_{arm}"))
        for arm in ("treated", "comparator")
    ),
    *(
        (table, "disputes", "a row cannot dispute itself", lambda f: f["disputes"].eq(f["row_id"]))
        for table in ("adverse_events", "outcomes")
    ),
    ("products", "reference_product_id", "a product cannot be its own reference",
     lambda f: f["reference_product_id"].eq(f["product_id"])),
    ("regimens", "days", "expected days or an interval, not both",
     lambda f: f["days"].notna() & f["interval_low"].notna()),
    ("regimens", "days", f"expected each day once, in their order, up to day {MOST_DAYS}",
     lambda f: f["days"].map(_falls, na_action="ignore").eq(True)),
    ("presentations", "strength", "expected a microgram or more",
     lambda f: f["strength"] * f["strength_unit"].map({"g": 1e6, "mg": 1e3, "mcg": 1.0}) < 1),
    ("regimens", "doses", "expected as many doses as there are days",
     lambda f: f["doses"].notna() & f["days"].notna()
     & f["doses"].ne(f["days"].str.count(";") + 1)),
    ("regimens", "cycle_days_low", "expected more than the last of the cycle's days",
     lambda f: f["cycle_days_low"] <= _last_day(f["days"])),
    ("regimens", "age_years_below", "expected more than age_years_from",
     lambda f: f["age_years_below"] <= f["age_years_from"]),
    ("regimens", "rate_start", "expected rate_max or less", _more_than("rate_start", "rate_max")),
)  # fmt: skip

# Names by which a reader tells things apart.
NAMED = {
    "therapies": "therapy",
    "products": "product",
    "conditions": "short_name",
    "events": "event",
    "endpoints": "endpoint",
    "factors": "factor",
}
MOST_BANDS = 100
# Year one, as costs count it.
LAST_DAY = 363


def check_together(frames: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """What rows of a table say only together: names that stand twice, bands that do not fit."""
    problems = []
    for table, column in NAMED.items():
        if table in frames:
            names = frames[table][column].str.strip().str.casefold()
            lines = names.index[names.duplicated() & names.notna()]
            expected = "this name stands on another row too"
            problems += problems_at(lines, frames[table], table, column, expected)
    if "regimens" in frames:
        problems += _check_bands(frames["regimens"])
        problems += _check_begin(frames["regimens"])
    return problems


def _check_begin(frame: pd.DataFrame) -> list[Problem]:
    """Regimens without a dose in year one, which would seem to cost nothing."""
    first = frame["days"].str.extract(r"^([0-9]{1,9})", expand=False).astype("float64")
    begin = first.fillna(frame["first_day"].fillna(0)).groupby(frame["regimen_id"]).transform("min")
    late = frame.index[begin.gt(LAST_DAY) & frame["no_dose_reason"].isna()]
    expected = f"expected a first dose of the regimen by day {LAST_DAY}, in its first year"
    return problems_at(late, frame, "regimens", "first_day", expected)


def _check_bands(frame: pd.DataFrame) -> list[Problem]:
    """Bands of one phase that overlap, or leave weights or IgE out between them."""
    problems: list[Problem] = []
    key = ["regimen_id", "phase"]
    several = frame[frame.duplicated(key, keep=False)]
    for _, rows in several.groupby(key, sort=True):
        bands = [_Band(line, *cells) for line, *cells in rows[list(BAND)].itertuples(name=None)]
        if len(bands) > MOST_BANDS:
            expected = f"expected at most {MOST_BANDS} bands of one phase"
            problems.append(Problem("regimens", bands[-1].line, "band", None, expected))
            continue
        for i, one in enumerate(bands):
            for other in bands[:i]:
                said = one.weight.overlap(other.weight)
                if said and one.ages_meet(other) and one.ige.overlap(other.ige):
                    problems.append(one.problem(f"bands overlap {said}"))
        alike: dict[tuple[Any, ...], list[_Band]] = {}
        levels: dict[tuple[float, float], dict[_Span, _Band]] = {}
        for band in bands:
            alike.setdefault((band.ages, band.ige), []).append(band)
            levels.setdefault(band.ages, {}).setdefault(band.ige, band)
        for group, axis in (
            *((group, "weight") for group in alike.values()),
            *((list(group.values()), "ige") for group in levels.values()),
        ):
            ordered = sorted(group, key=lambda band: getattr(band, axis)[:2])
            for lower, upper in itertools.pairwise(ordered):
                if said := getattr(upper, axis).gap_to(getattr(lower, axis)):
                    problems.append(upper.problem(f"no band holds {said}"))
    return problems


BAND = (
    *("weight_kg_min", "weight_kg_max", "weight_bounds"),
    *("ige_iu_ml_min", "ige_iu_ml_max", "ige_bounds"),
    *("age_years_from", "age_years_below"),
)


class _Span(NamedTuple):
    """From where to where a band holds on one axis."""

    low: float
    high: float
    bounds: str
    unit: str

    @classmethod
    def of(cls, low: float, high: float, bounds: Any, unit: str) -> _Span:
        """A span of cells; blank is without an end."""
        ends = low if known(low) else 0.0, high if known(high) else math.inf
        return cls(*ends, "[)" if pd.isna(bounds) else str(bounds), unit)

    def overlap(self, other: _Span) -> str:
        """What both hold, in words; empty where there is nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low < high:
            end = f"between {low:g} and {high:g}" if high < math.inf else f"from {low:g}"
            return f"{end} {self.unit}"
        both = low == high and self.holds(low) and other.holds(low)
        return f"at {low:g} {self.unit}" if both else ""

    def holds(self, value: float) -> bool:
        """Whether a value lies within, its ends as the bounds say."""
        above = self.low < value or (self.low == value and self.bounds[0] == "[")
        return above and (value < self.high or (value == self.high and self.bounds[1] == "]"))

    def gap_to(self, lower: _Span) -> str:
        """What lies between a lower span and this one, in words; empty where nothing does."""
        if lower.high < self.low:
            return f"between {lower.high:g} and {self.low:g} {self.unit}"
        open_ends = lower.bounds[1] == ")" and self.bounds[0] == "("
        return f"{self.low:g} {self.unit}" if lower.high == self.low and open_ends else ""


class _Band:
    """The weights, IgE and ages of one row of a regimen."""

    def __init__(self, line: int, *cells: Any) -> None:
        self.line = line
        low, high, bounds, ige_low, ige_high, ige_bounds, youngest, below = cells
        self.weight = _Span.of(low, high, bounds, "kg")
        self.ige = _Span.of(ige_low, ige_high, ige_bounds, "IU/mL of IgE")
        self.ages = (youngest if known(youngest) else 0.0, below if known(below) else math.inf)

    def ages_meet(self, other: _Band) -> bool:
        """Whether some age is in both."""
        return max(self.ages[0], other.ages[0]) < min(self.ages[1], other.ages[1])

    def problem(self, expected: str) -> Problem:
        """What is wrong with the band."""
        return Problem("regimens", self.line, "weight_kg_min", f"{self.weight.low:g}", expected)
