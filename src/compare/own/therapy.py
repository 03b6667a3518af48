"""A therapy of the reader's own: a folder of rows, checked against the tables they are added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from compare.data.checks import Resource, check_keys, check_text, fields_of, raise_if
from compare.data.conditions import opening_patient
from compare.data.errors import DataError, Problem
from compare.data.evidence import TABLES, Evidence, Loaded, resources_of
from compare.data.rows import grouped, known, records
from compare.own.kinds import TABLE, other_sort
from compare.own.price_rows import by_vial
from compare.own.reading import appended, cells, content_of, refusal, with_optional

# A second fee schedule would replace the first as a whole, which a few added rows cannot do.
ALLOWED = tuple(name for name in TABLES if name != "administration_fees")
Folder = str | Path | Mapping[str, bytes]
OF_OTHERS = "this would change what another product costs, which is not of the therapy's own"
PRIMARY_KEY = ["therapy_id", "condition_id", "event_id", "ascertainment"]


def with_therapy(evidence: Evidence, folder: Folder) -> Evidence:
    """Evidence with the rows of the folder's tables added to its own.

    `folder` holds CSV files named as the tables (`therapies.csv`, `products.csv`, `regimens.csv`
    and so on), or is a mapping of such names to their content. Columns that are not required may
    be left out. All rows are checked as the project's own are, with ids looked up in both. Raises
    `DataError` that names everything wrong; the evidence itself is never changed.
    """
    files = _files(folder)
    resources = resources_of(evidence)
    problems: list[Problem] = []
    added: dict[str, pd.DataFrame] = {}
    for file_name, content in files.items():
        table = file_name.removesuffix(".csv")
        if table not in ALLOWED:
            expected = f"no such table; expected files named {', '.join(ALLOWED)}, each with .csv"
            problems.append(Problem(file_name, None, None, None, expected))
            continue
        if reason := other_sort(content, TABLE):
            problems.append(Problem(file_name, None, None, None, reason))
            continue
        text, found = cells(content, file_name)
        problems += found
        if not text.columns.empty:
            text = with_optional(text, resources[table])
            added[table], found = check_text(text, resources[table], file_name)
            problems += found
    if not added and not problems:
        raise refusal(_name(folder), "no CSV files here; expected tables such as therapies.csv")
    # Where a row is missing, others would be told of ids that it may well have held.
    if all(problem.line not in (None, 1) and problem.column for problem in problems):
        named = {(problem.table, problem.line, problem.column) for problem in problems}
        found = _against(evidence, added, resources)
        problems += [p for p in found if (p.table, p.line, p.column) not in named]
    raise_if(problems)
    after = _with_rows(evidence, added, _name(folder))
    raise_if(_unfit(after, added))
    _try_out(after, added)
    return after


def templates(evidence: Evidence) -> dict[str, str]:
    """A header line for each table that a folder may hold, by file name."""
    resources = resources_of(evidence)
    return {f"{name}.csv": ",".join(fields_of(resources[name])) + "\n" for name in ALLOWED}


def _name(folder: Folder) -> str:
    return Path(folder).name if isinstance(folder, str | Path) else "Uploaded tables"


def _files(folder: Folder) -> dict[str, bytes]:
    if isinstance(folder, Mapping):
        named = {str(name): content for name, content in folder.items()}
        return {name: _bytes(named[name], name) for name in sorted(named)}
    if not isinstance(folder, str | Path):
        expected = "expected a folder, or the content of files as bytes by their names"
        raise refusal(_name(folder), expected)
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == ".csv")
    except (OSError, ValueError):
        raise refusal(_name(folder), "no such folder") from None
    return {path.name: content_of(path, path.name)[0] for path in paths}


def _bytes(content: object, name: str) -> bytes:
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    raise refusal(name, "expected the content of the file as bytes")


def _against(
    evidence: Evidence, added: Mapping[str, pd.DataFrame], resources: Mapping[str, Resource]
) -> list[Problem]:
    """Keys that are taken, ids that are nowhere, and second primary rows."""
    frames: dict[str, pd.DataFrame] = {}
    for table in TABLES:
        base = getattr(evidence, table)
        # Lines of the project's own rows are negative: they are not what is looked at.
        base = base.set_axis(range(-len(base), 0), axis=0)
        parts = [part for part in (base, added.get(table)) if part is not None and len(part)]
        frames[table] = pd.concat(parts) if parts else base
    problems = []
    for problem in check_keys(frames, resources):
        if problem.line is None or problem.line < 0:
            continue
        expected = problem.expected
        if expected.startswith("this key"):
            expected = "this key is in the tables already, or stands on an earlier line"
        problems.append(replace(problem, table=f"{problem.table}.csv", expected=expected))
    problems += _of_others(evidence, added)
    problems += [*_unfit_prices(frames, added), *_unfit_routes(frames, added)]
    harms = frames["adverse_events"]
    primary = harms[harms["primary"].eq("yes")]
    for line in primary.index[primary.duplicated(PRIMARY_KEY) & (primary.index > 0)]:
        expected = "another row is primary for this therapy, condition, event and ascertainment"
        problems.append(Problem("adverse_events.csv", int(line), "primary", "yes", expected))
    return problems


def _of_others(evidence: Evidence, added: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Prices that would change what products of the tables cost."""
    products, codes = evidence.products["product_id"], evidence.product_codes["code"]
    taken = {
        "prices": (codes, f"{OF_OTHERS}; give it as own prices"),
        "product_codes": (products, OF_OTHERS),
        "presentations": (products, OF_OTHERS),
    }
    return [
        Problem(f"{table}.csv", int(str(line)), str(ours.name), value, expected)
        for table, (ours, expected) in taken.items()
        if table in added
        for line, value in added[table][ours.name].items()
        if value in set(ours)
    ]


def _unfit_routes(
    frames: Mapping[str, pd.DataFrame], added: Mapping[str, pd.DataFrame]
) -> list[Problem]:
    """Codes, presentations and regimens by a route by which no product is given."""
    routes: dict[str, set[str]] = {}
    for row in records(frames["products"]):
        given = set(str(row["routes"]).split(";"))
        routes[row["product_id"]] = given
        routes[f"of {row['therapy_id']}"] = routes.get(f"of {row['therapy_id']}", set()) | given
    problems = []
    for table in ("product_codes", "presentations", "regimens"):
        rows = added[table] if table in added else pd.DataFrame()
        for line, row in zip(rows.index, records(rows), strict=True):
            of = row["product_id"] if known(row["product_id"]) else f"of {row.get('therapy_id')}"
            if of in routes and not set(str(row["route"]).split(";")) <= routes[of]:
                expected = (
                    f"no such product is given so; expected {' or '.join(sorted(routes[of]))}"
                )
                problems.append(Problem(f"{table}.csv", int(line), "route", row["route"], expected))
    return problems


def _unfit_prices(
    frames: Mapping[str, pd.DataFrame], added: Mapping[str, pd.DataFrame]
) -> list[Problem]:
    """Prices of nothing, in a unit in which nobody buys, or two in force on one day."""
    if "prices" not in added:
        return []
    problems: list[Problem] = []
    links = grouped(records(frames["product_codes"]), "code")
    boxes = grouped(records(frames["presentations"]), "product_id")
    last: dict[tuple[str, str], tuple[pd.Timestamp, int]] = {}
    for line, row in added["prices"].sort_values("effective_from", kind="stable").iterrows():
        found, of = None, links.get(row["code"], ())
        place = (int(str(line)), "billing_unit", str(row["billing_unit"]))
        if not of:
            place = (place[0], "code", str(row["code"]))
            found = "not in product_codes, so it pays for nothing"
        elif row["billing_unit"] == "device" and not all(known(x["presentation_id"]) for x in of):
            found = "a price per device must name which: give presentation_id in product_codes"
        elif row["billing_unit"] == "day" and any(
            by_vial(boxes.get(link["product_id"], ()), link["route"]) for link in of
        ):
            found = "this product is bought by the vial: give a price per mg"
        if found:
            problems.append(Problem("prices.csv", *place, found))
        key = (str(row["code"]), str(row["price_basis"]))
        end, other = last.get(key, (pd.Timestamp.min, 0))
        if known(row["effective_from"]) and row["effective_from"] <= end:
            day = f"{row['effective_from']:%Y-%m-%d}"
            expected = f"line {other} is in force on this day too; end it by effective_to"
            problems.append(Problem("prices.csv", place[0], "effective_from", day, expected))
        until = row["effective_to"] if known(row["effective_to"]) else pd.Timestamp.max
        last[key] = max((end, other), (until, place[0]))
    return problems


def _with_rows(evidence: Evidence, added: Mapping[str, pd.DataFrame], name: str) -> Evidence:
    tables: dict[str, Any] = {
        table: appended(getattr(evidence, table), rows)[list(getattr(evidence, table).columns)]
        for table, rows in added.items()
    }
    report = pd.DataFrame(
        {
            "table": [f"{table}.csv" for table in added],
            "rows": [len(rows) for rows in added.values()],
        }
    )
    text = f"{name}: {int(report['rows'].sum())} rows in {len(report)} tables added."
    if "therapies" in added and len(added["therapies"]):
        text += f" New: {', '.join(added['therapies']['therapy'])}."
    return replace(
        evidence,
        **tables,
        changed=tuple(dict.fromkeys([*evidence.changed, *added])),
        loaded=(*evidence.loaded, Loaded("therapy", name, text, report)),
    )


def _unfit(after: Evidence, added: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """What keeps added rows of `network_arms` out of their networks, by their own lines."""
    from compare.trials import declared  # noqa: PLC0415  (only here: it stands to the right)

    if "network_arms" not in added:
        return []
    lines = [*map(int, added["network_arms"].index)]
    # The added rows stand last in the joined table, whose rows begin on line 2.
    first = 2 + len(after.network_arms) - len(lines)
    return [
        replace(problem, line=lines[problem.line - first])
        for problem in declared.unfit(after)
        if problem.line is not None and problem.line >= first
    ]


def _try_out(after: Evidence, added: Mapping[str, pd.DataFrame]) -> None:
    """Compute once what the rows are for; what cannot be computed is refused, not half loaded."""
    from compare import cost  # noqa: PLC0415  (only here: they stand to the right)
    from compare.trials import harms, indirect  # noqa: PLC0415  (only here: they stand to the right)

    therapies = _touched(after, added)
    conditions: set[str] = set()
    for table in (after.regimens, after.adverse_events):
        conditions |= set(table.loc[table["therapy_id"].isin(therapies), "condition_id"])
    for condition_id in sorted(filter(known, conditions)):
        try:
            cost.annual_cost(after, condition_id, opening_patient(after, condition_id))
            harms.adverse_events(after, condition_id)
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            raise _misfit("condition_id", condition_id, error) from error
    networks = set(added["network_arms"]["network_id"]) if "network_arms" in added else set()
    for network_id in sorted(networks):
        try:
            indirect.comparisons(after, network_id)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise _misfit("network_id", network_id, error) from error


def _misfit(column: str, value: str, error: Exception) -> DataError:
    expected = f"these rows do not fit together ({type(error).__name__}: {error})"
    return DataError([Problem("the added rows", None, column, value, expected)])


def _touched(after: Evidence, added: Mapping[str, pd.DataFrame]) -> set[str]:
    """Therapies whose figures the rows can change."""
    codes = set(added["prices"]["code"]) if "prices" in added else set()
    links = after.product_codes
    products = set(links.loc[links["code"].isin(codes), "product_id"])
    therapies: set[str] = set()
    for table in added.values():
        if "product_id" in table:
            products |= set(table["product_id"].dropna())
        if "therapy_id" in table:
            therapies |= set(table["therapy_id"].dropna())
    homes = after.products
    return therapies | set(homes.loc[homes["product_id"].isin(products), "therapy_id"])
