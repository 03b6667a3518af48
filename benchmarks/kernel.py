"""What happens without a browser: start, updates of every page, cohorts, growth with the data."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ipywidgets as w
import measure
import numpy as np
import pandas as pd
from measure import Row, median_ms, process, ratio

import compare
from compare.cost.containers import MCG_PER, cover
from compare.cost.plan import Plan
from compare.cost.prices import Tariff
from compare.cost.standing import opening_plans
from compare.data.conditions import opening_patient
from compare.data.evidence import DESCRIPTOR, content_hash, data_folder
from compare.pages import every_explorer
from compare.pages.cost.page import CostExplorer
from compare.pages.explorer import Explorer

LIMITS_MS = {"preference": 15.0, "patient": 60.0, "condition": 60.0}
COHORT = [("cidp", "ivig"), ("ra", "infliximab"), ("crohns", "vedolizumab"), ("gmg", "eculizumab")]


def start() -> list[Row]:
    """Import and load, against a process that imports pandas and reads the same files."""
    folder = str(data_folder())
    floor = (
        "import pandas, pathlib\n"
        f"for p in sorted(pathlib.Path({folder!r}).glob('*.csv')):\n"
        "    pandas.read_csv(p, keep_default_na=False)"
    )
    own = process("import compare; compare.load()")
    return ratio("start: import compare; load()", own, process(floor), 1.3, "pandas reads the CSVs")


def setters(page: Explorer) -> Iterator[tuple[str, str, measure.Act]]:
    """(kind of change, control, what sets it for the i-th time) of the page's main controls."""
    controls = page.controls

    def number(name: str, low: float) -> measure.Act:
        return lambda i: setattr(controls[name], "value", low + i)

    def choice(name: str) -> measure.Act:
        options = [o[1] if isinstance(o, tuple) else o for o in controls[name].options]
        return lambda i: setattr(controls[name], "value", options[i % len(options)])

    if "points_1" in controls:
        controls["how"].value = "swing"
        controls["points_0"].value = 100
        yield "preference", "points", number("points_1", 5)
    if "weight" in controls:
        yield "patient", "weight", number("weight", 60)
    if "age" in controls:
        yield "patient", "age", number("age", 40)
    for name in ("condition", "claim", "event"):
        if name in controls and isinstance(controls[name], w.Dropdown):
            yield "condition", name, choice(name)


def pages() -> list[Row]:
    """Kernel time of one change on every page, everything that the page shows included."""
    evidence = compare.load()
    rows = []
    for kind in every_explorer():
        page = kind(evidence)
        for what, name, change in setters(page):
            taken = median_ms(change, 20 if what == "condition" else measure.TIMES)
            title = f"update: {kind.__name__.removesuffix('Explorer')}, {name}"
            rows.append(Row(title, taken, "ms", LIMITS_MS[what]))
    return rows


def patients(count: int) -> pd.DataFrame:
    """Made patients of four therapies."""
    rng = np.random.default_rng(3)
    pairs = rng.integers(0, len(COHORT), count)
    return pd.DataFrame(
        {
            "patient_id": np.arange(count),
            "condition_id": np.array([c for c, _ in COHORT])[pairs],
            "therapy_id": np.array([t for _, t in COHORT])[pairs],
            "weight_kg": rng.normal(75, 15, count).clip(30, 160).round(1),
        }
    )


def chosen_plans(evidence: compare.Evidence) -> dict[tuple[str, str], Plan]:
    """The plan by which `cohort_cost` prices each pair."""
    return {
        (condition_id, therapy_id): opening_plans(
            evidence, condition_id, opening_patient(evidence, condition_id)
        )[therapy_id, True]
        for condition_id, therapy_id in COHORT
    }


def floor_cost(chosen: dict[tuple[str, str], Plan], table: pd.DataFrame) -> np.ndarray:
    """The same lookups and products in plain numpy: year one and a later year at the low end."""
    weights = table["weight_kg"].to_numpy()
    condition, conditions = pd.factorize(table["condition_id"])
    therapy, therapies = pd.factorize(table["therapy_id"])
    usd = np.empty((2, len(table)))
    for (condition_id, therapy_id), one in chosen.items():
        is_condition = condition == conditions.get_loc(condition_id)
        where = np.flatnonzero(is_condition & (therapy == therapies.get_loc(therapy_id)))
        weight, total = weights[where], np.zeros((2, len(where)))
        for row in one.rows:
            phase, tariff = row.phase, row.tariff
            assert isinstance(tariff, Tariff)
            mass, _, per = str(phase["dose_unit"]).partition("/")
            dose_mcg = phase["dose_low"] * MCG_PER[mass] * (weight if per else np.ones(len(weight)))
            visits = phase["visits_per_dose_low"]
            held = cover(tariff.strengths_mcg, 1 << int(dose_mcg.max() / visits).bit_length())
            units = np.ceil(dose_mcg / visits / held.unit_mcg).astype(np.int64)
            drug = visits * (held.counts @ np.array(tariff.usd_each))[units]
            minutes = phase["infusion_minutes"]
            if minutes != minutes:  # noqa: PLR0124  (NaN: from the highest rate alone)
                minutes = dose_mcg / visits / (phase["rate_max"] * 1000 * weight)
            fee = 100.0 + 20.0 * np.ceil((minutes - 90) / 60).clip(0)
            doses = one.doses(phase, "low")
            each = drug + visits * fee
            total[0] += doses["year_one"] * each
            total[1] += doses["later_year"] * each
        usd[:, where] = total
    return usd


def cohort(long: bool) -> list[Row]:
    """A million patients against the floor; how the time grows with their number."""
    evidence = compare.load()
    chosen = chosen_plans(evidence)
    million = patients(1_000_000)
    rows = ratio(
        "cohort: a million patients",
        lambda _: compare.cohort_cost(evidence, million),
        lambda _: floor_cost(chosen, million),
        3.0,
        "numpy alone",
    )
    sizes = [1_000, 10_000, 100_000, 1_000_000, *([10_000_000] if long else [])]
    per_patient = {}
    for size in sizes:
        table = patients(size)
        taken = median_ms(
            lambda _, t=table: compare.cohort_cost(evidence, t), 10 if size < 1e7 else 3
        )
        per_patient[size] = 1e6 * taken / size
        rows.append(Row(f"cohort: {size:,} patients", taken, "ms"))
    growth = per_patient[sizes[-1]] / per_patient[100_000]
    rows.append(Row("  per patient, most against 100,000", growth, "times", 1.5, "1 is linear"))
    return rows


def grown(folder: Path, times: int) -> Path:
    """A data package whose tables of facts hold so many times as many rows, under new ids."""
    shutil.copytree(data_folder(), folder)
    package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    for resource in package["resources"]:
        path = folder / resource["path"]
        if resource["name"] in ("adverse_events", "outcomes", "guidance", "claims", "sources"):
            key = resource["schema"]["primaryKey"][0]
            table = pd.read_csv(path, dtype="str", keep_default_na=False)
            copies = [table]
            for number in range(1, times):
                copy = table.assign(**{key: table[key] + f"_{number}"})
                if "primary" in copy:
                    copy["primary"] = "no"
                if "disputes" in copy:
                    copy["disputes"] = copy["disputes"].where(copy["disputes"] == "", copy[key])
                copies.append(copy)
            pd.concat(copies).to_csv(path, index=False, lineterminator="\n")
        resource["hash"] = content_hash(path.read_bytes())
    (folder / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    return folder


def growth() -> list[Row]:
    """Load, effects table and an update of two pages, with 1, 10 and 100 times as many rows."""
    patient = compare.Patient(70, 50, 170)
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for times in (1, 10, 100):
            folder = grown(Path(place) / str(times), times)
            evidence = compare.load(folder)
            weight = CostExplorer(evidence).controls["weight"]
            acts: dict[str, measure.Act] = {
                "load": lambda _, f=folder: compare.load(f),
                "effects table": lambda _, e=evidence: compare.effects_table(e, "cidp", patient),
                "update of Cost": lambda i, w=weight: setattr(w, "value", 60 + i),
            }
            rows += [
                Row(f"growth: {what}, {times} x rows", median_ms(act), "ms")
                for what, act in acts.items()
            ]
    return rows
