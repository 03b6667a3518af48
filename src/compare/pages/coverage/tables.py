"""What the tables hold and what they lack: facts per therapy, second readings, age."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from compare.data.age import in_force
from compare.data.evidence import CLASS_ORDER, TABLES, Evidence
from compare.data.rows import LEADING, known, records
from compare.data.rules import AGAIN, READ_TABLES

FACTS = {
    "price": ("Price", "products with a price in force"),
    "regimen": ("Regimen", "labeled conditions with a dose"),
    "label_harms": ("Harms, label", "labeled conditions with harms from a label"),
    "all_cause_harms": (
        "Harms, any cause",
        "labeled conditions with harms from any cause in both arms of a trial",
    ),
    "outcome": ("Outcome", "labeled conditions with an outcome against a comparator"),
    "cautions": ("Cautions", "products with cautions, their own or their reference's"),
    "authority": ("Authority", "conditions in our tables with a label or guideline for the use"),
}


def coverage(evidence: Evidence) -> pd.DataFrame:
    """One row per therapy: which kinds of facts the tables hold for it.

    For each of `FACTS` a column with "full", "partial" or "none", and how many of how many
    (`<fact>_have`, `<fact>_of`): products, or conditions for which the therapy is labeled (those
    with a guideline statement for it where it has no label). Also `rows` (of `READ_TABLES`),
    and the percent of them read twice or more
    (`read_twice_pct`, disputed ones included) and from two documents (`two_sources_pct`). A
    fact that is there may still be thin: this counts, and does not judge.
    """
    found = []
    facts = _facts(evidence)
    verified = _verified(evidence)
    for row in records(evidence.therapies[LEADING]):
        therapy_id = row["therapy_id"]
        for fact in FACTS:
            wanted, have = facts[fact].get(therapy_id, (set(), set()))
            row[fact] = level(len(wanted & have), len(wanted))
            row[f"{fact}_have"], row[f"{fact}_of"] = len(wanted & have), len(wanted)
        own = verified[verified["therapy_id"].eq(therapy_id)]["verification"]
        row["rows"] = len(own)
        row["read_twice_pct"] = 100 * float(own.isin(AGAIN).mean()) if len(own) else None
        row["two_sources_pct"] = 100 * float(own.eq("two_sources").mean()) if len(own) else None
        found.append(row)
    columns = [*LEADING]
    for fact in FACTS:
        columns += [fact, f"{fact}_have", f"{fact}_of"]
    found.sort(key=lambda row: (CLASS_ORDER.index(row["therapy_class"]), row["therapy"]))
    return pd.DataFrame(found, columns=[*columns, "rows", "read_twice_pct", "two_sources_pct"])


def level(have: int, wanted: int) -> str:
    """full, partial or none."""
    return "none" if not have else "full" if have == wanted else "partial"


Sets = dict[str, tuple[set[str], set[str]]]


def _facts(evidence: Evidence) -> dict[str, Sets]:
    """For each fact and therapy: what there should be, and what there is."""
    uses = _uses(evidence)
    products: dict[str, set[str]] = {}
    for row in records(evidence.products):
        if row["status"] != "withdrawn":
            products.setdefault(row["therapy_id"], set()).add(row["product_id"])
    labels = set(
        evidence.sources.loc[evidence.sources["kind"].isin(["label", "label_copy"]), "source_id"]
    )
    harms, outcomes = evidence.adverse_events, evidence.outcomes
    dosed = evidence.regimens[evidence.regimens["dose_low"].notna()]
    both_arms = harms["ascertainment"].eq("all_cause") & harms["comparator_kind"].isin(
        ["placebo", "background", "active", "withdrawal"]
    )
    compared = ~outcomes["comparator_kind"].isin(["none", "unknown"])
    indications = evidence.indications
    spoken = indications["statement"].isin(["labeled", "recommended", "option"])
    by_condition = {
        "regimen": dosed,
        "label_harms": harms[harms["source_id"].isin(labels)],
        "all_cause_harms": harms[both_arms],
        "outcome": outcomes[compared],
    }
    in_tables = pd.concat([harms, outcomes, evidence.regimens])
    found = {
        fact: {key: (uses[key], have) for key, have in _sets(frame, uses).items()}
        for fact, frame in by_condition.items()
    }
    there, backed = _sets(in_tables, uses), _sets(indications[spoken], uses)
    found["authority"] = {key: (uses[key] | there[key], backed[key]) for key in uses}
    priced, warned = _priced(evidence), _warned(evidence)
    found["price"] = {key: (own, own & priced) for key, own in products.items()}
    found["cautions"] = {key: (own, own & warned) for key, own in products.items()}
    return found


def _uses(evidence: Evidence) -> dict[str, set[str]]:
    """Conditions for which each therapy is labeled in the US; else recommended or an option."""
    rows = evidence.indications
    labeled = _sets(rows[rows["fda_label"].eq("yes")], evidence.therapies["therapy_id"])
    spoken = rows[rows["statement"].isin(["recommended", "option"]) & rows["retired"].ne("yes")]
    other = _sets(spoken, evidence.therapies["therapy_id"])
    return {key: labeled[key] or other[key] for key in labeled}


def _sets(frame: pd.DataFrame, therapies: pd.Series | Mapping[str, object]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {str(key): set() for key in therapies}
    for therapy_id, condition_id in zip(frame["therapy_id"], frame["condition_id"], strict=True):
        if known(condition_id):
            found.setdefault(str(therapy_id), set()).add(str(condition_id))
    return found


def _priced(evidence: Evidence) -> set[str]:
    prices, codes = evidence.prices, evidence.product_codes
    current = prices.loc[in_force(prices, pd.Timestamp(evidence.data_date)), "code"]
    return set(codes.loc[codes["code"].isin(current), "product_id"])


def _warned(evidence: Evidence) -> set[str]:
    own = set(evidence.cautions["product_id"])
    products = evidence.products
    inherited = products.loc[products["reference_product_id"].isin(own), "product_id"]
    return own | set(inherited)


def _verified(evidence: Evidence) -> pd.DataFrame:
    """`therapy_id` and `verification` of every row that is read from a source."""
    homes = evidence.products[["product_id", "therapy_id"]]
    links = evidence.product_codes[["product_id", "code"]].merge(homes, on="product_id")
    by = {
        "prices": ("code", links[["code", "therapy_id"]].drop_duplicates()),
        "presentations": ("product_id", homes),
    }
    parts: list[pd.DataFrame] = []
    for table in READ_TABLES:
        rows: pd.DataFrame = getattr(evidence, table)
        if table in by:
            rows = rows.merge(by[table][1], on=by[table][0])
        parts.append(rows[["therapy_id", "verification"]])
    return pd.concat(parts, ignore_index=True)


def verification(evidence: Evidence) -> pd.DataFrame:
    """One row per table: `rows`, `blank_pct`, the percent of rows with each kind of reading
    (`one_reading_pct` and so on; blank where the table records none), `sources`, and the first
    and last year or date in which a source was published (`oldest`, `newest`).
    """
    published = evidence.sources.set_index("source_id")["published"]
    found = []
    for table in TABLES:
        frame = getattr(evidence, table)
        blank = 100 * float(frame.isna().to_numpy().mean()) if frame.size else 0.0
        row = {"table": table, "rows": len(frame), "blank_pct": blank}
        if "verification" in frame and len(frame):
            shares = frame["verification"].value_counts(normalize=True)
            for key in ("one_reading", *AGAIN):
                row[f"{key}_pct"] = 100 * float(shares.get(key, 0.0))
        if "source_id" in frame:
            row["sources"] = int(frame["source_id"].nunique())
            dates = (
                frame["published"] if table == "sources" else frame["source_id"].map(published)
            ).dropna()
            if len(dates):
                row["oldest"], row["newest"] = dates.min(), dates.max()
        found.append(row)
    shares_of = [f"{key}_pct" for key in ("one_reading", *AGAIN)]
    columns = ["table", "rows", "blank_pct", *shares_of, "sources", "oldest", "newest"]
    return pd.DataFrame(found, columns=columns)


REPORT = {
    "table": "table",
    "rows": "rows",
    "blank_pct": "blank cells",
    **{f"{key}_pct": key for key in ("one_reading", *AGAIN)},
    "sources": "sources",
    "oldest": "oldest",
    "newest": "newest",
}


def report(evidence: Evidence) -> str:
    """`verification` as lines of text, one per table; blank where a table records no readings."""

    def cell(name: str, value: object) -> str:
        if not known(value):
            return ""
        return f"{value:.1f}%" if name.endswith("_pct") else f"{value}".removesuffix(".0")

    rows = [[cell(name, row[name]) for name in REPORT] for row in records(verification(evidence))]
    lines = [list(REPORT.values()), *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(REPORT))]
    table = "\n".join(
        "  ".join(
            word.rjust(width) if i else word.ljust(width)
            for i, (word, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
    return (
        f"Data {evidence.version} of {evidence.data_date}\n\n{table}\n\n"
        "one_reading to disputed: values of `verification`, percent of the rows. oldest and "
        "newest: when their sources were published, where that is known."
    )
