"""The lines of Python that rebuild a view of trade-offs, digit by digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compare.data.evidence import Evidence
from compare.data.patient import Patient
from compare.preferences.decision import Ranges, Shapes, Weights
from compare.preferences.draws import DRAWS

WIDTH = 96


def call(name: str, arguments: Sequence[Any], **options: Any) -> str:
    """A call as code; options that are None are left out."""
    parts = [a if isinstance(a, Name) else repr(a) for a in arguments]
    parts += [f"{key}={value!r}" for key, value in options.items() if value is not None]
    return f"{name}({', '.join(parts)})"


def load_line(evidence: Evidence) -> str:
    """The line that loads the tables; own prices are in a file that the page on own data saves."""
    own = any(loaded.kind == "prices" for loaded in evidence.loaded)
    return "evidence = " + call("compare.load", [], prices="own_prices.csv" if own else None)


class Name(str):
    """A word that stands in code as it is, such as a variable."""

    def __repr__(self) -> str:
        return str(self)


def literal(name: str, value: Any) -> str:
    """An assignment; a list or a dict that is long stands with one item a line."""
    whole = f"{name} = {value!r}"
    if len(whole) <= WIDTH or not isinstance(value, (list, dict)):
        return whole
    if isinstance(value, dict):
        items = [f"    {key!r}: {item!r}," for key, item in value.items()]
        return "\n".join([f"{name} = {{", *items, "}"])
    return "\n".join([f"{name} = [", *(f"    {item!r}," for item in value), "]"])


def patient_call(patient: Patient) -> str:
    """The patient as code."""
    return call(
        "compare.Patient",
        [],
        weight_kg=patient.weight_kg,
        age_years=patient.age_years,
        height_cm=patient.height_cm,
        sex=patient.sex,
        factors=set_literal(patient.factors) if patient.factors else None,
        iv_dose_g=patient.iv_dose_g,
        iv_interval_weeks=patient.iv_interval_weeks,
        ige_iu_ml=patient.ige_iu_ml,
    )


def set_literal(items: frozenset[str]) -> Name:
    """A set in a fixed order."""
    return Name("{" + ", ".join(repr(item) for item in sorted(items)) + "}")


def lines(
    condition_id: str,
    patient: Patient,
    criteria: Sequence[str],
    table_options: Mapping[str, Any],
    weights: Weights,
    ranges: Ranges,
    shapes: Shapes | None = None,
    missing: str = "range",
    draws: int = DRAWS,
    seed: int = 1,
    said: bool = True,
    only: Sequence[str] = (),
    load: str = "evidence = compare.load()",
) -> str:
    """About ten lines that give `table`, `value` and `shares` (acceptabilities) of a view.

    `table_options` are keyword arguments of `effects_table` that differ from its defaults.
    `said` False leaves the preferences out; `only`: the therapies that are compared, if not all;
    `load` is `load_line` of the view's evidence.
    """
    options = dict(table_options)
    code = [
        "import compare",
        "",
        load,
        f"patient = {patient_call(patient)}",
        literal("criteria", list(criteria)),
        "table = "
        + call(
            "compare.effects_table",
            [Name("evidence"), condition_id, Name("patient")],
            criteria=Name("criteria"),
            **options,
        ),
    ]
    if only:
        code.append(f'table = table[table["therapy_id"].isin({[*only]!r})]')
    if said:
        held = (
            None
            if weights is None
            else dict(weights)
            if isinstance(weights, Mapping)
            else [*weights]
        )
        more: dict[str, Any] = {}
        code += [literal("weights", held), literal("ranges", dict(ranges))]
        if shapes:
            code.append(literal("shapes", {key: list(points) for key, points in shapes.items()}))
            more["shapes"] = Name("shapes")
        if missing != "range":
            more["missing"] = missing
        arguments = [Name("table"), Name("weights"), Name("ranges")]
        code.append("value = " + call("compare.weighted_value", arguments, **more))
        drawn = {"draws": draws, "seed": seed} | more
        code.append("shares = " + call("compare.rank_acceptability", arguments, **drawn))
    return "\n".join(code) + "\n"
