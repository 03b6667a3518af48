"""Which trials moved the estimates of declared networks since a commit; for `make review`."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import compare
from compare.data.evidence import DESCRIPTOR
from compare.trials.declared import Declared, declared
from tools import ROOT

Ends = tuple[str, str, str]


def since(commit: str, names: list[str]) -> list[str]:
    """What moved, in lines to print: each network, its estimates, and the trials behind it.

    `names`: files of `data/`. Where the tables of that commit cannot be read, one line says so.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in (DESCRIPTOR, *names):
            done = subprocess.run(
                ["git", "show", f"{commit}:data/{name}"], cwd=ROOT, capture_output=True, check=False
            )
            if done.returncode == 0:
                (Path(folder) / name).write_bytes(done.stdout)
        try:
            return list(moved(compare.load(folder), compare.load()))
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            said = str(error).splitlines()[0]
            return [f"  not compared: {commit} has other tables ({said})"]


def moved(before: compare.Evidence, after: compare.Evidence) -> Iterator[str]:
    """Networks whose estimates differ, each with the trials whose arms differ."""
    names = [set(evidence.networks["network_id"]) for evidence in (before, after)]
    for network_id in sorted(names[0] | names[1]):
        if not all(network_id in known for known in names):
            yield f"  {network_id}: {'removed' if network_id in names[0] else 'new'}"
            continue
        old, new = estimates(before, network_id), estimates(after, network_id)
        lines = [
            f"    {name}: {_told(old.get(name))} -> {_told(new.get(name))}"
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]
        if not lines:
            continue
        trials = list(changed(declared(before, network_id), declared(after, network_id)))
        why = f"by {'; '.join(trials)}" if trials else "no trial of it changed: look at the engine"
        yield f"  {network_id} moved {why}"
        yield from lines


def estimates(evidence: compare.Evidence, network_id: str) -> dict[str, Ends]:
    """Each treatment's estimate and interval as a reader sees them; none where it is refused."""
    effects = compare.indirect(evidence, network_id).effects
    ends = effects[["estimate", "low", "high"]].to_numpy(dtype=float)
    told = [(f"{a:.2f}", f"{b:.2f}", f"{c:.2f}") for a, b, c in ends]
    return dict(zip(effects["treatment"], told, strict=True))


def changed(before: Declared, after: Declared) -> Iterator[str]:
    """Trials that joined, left, or whose arms say something else; with what moved."""
    old, new = arms(before.table), arms(after.table)
    for study in dict.fromkeys([*old, *new]):
        if study not in new:
            yield f"{study} (left)"
        elif study not in old:
            yield f"{study} (joined)"
        elif old[study] != new[study]:
            yield f"{study} ({', '.join(old[study])} -> {', '.join(new[study])})"


def arms(table: pd.DataFrame) -> dict[str, list[str]]:
    """By trial what its rows say: events of patients, or an effect with its standard error."""
    found: dict[str, list[str]] = {}
    for row in table.to_dict("records"):
        found.setdefault(str(row["study"]), []).append(_arm(row))
    return {study: sorted(rows) for study, rows in found.items()}


def _arm(row: dict[Any, Any]) -> str:
    if "events" in row:
        return f"{row['treatment']} {row['events']:g} of {row['n']:g}"
    return f"{row['treatment']} against {row['comparator']} {row['estimate']:.3f}, {row['se']:.3f}"


def _told(ends: Ends | None) -> str:
    return f"{ends[0]} ({ends[1]} to {ends[2]})" if ends else "none"
