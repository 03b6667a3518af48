"""Who pays for a therapy under Medicare, as far as our tables say.

What is stated rests on the price files: a drug with a payment limit is paid under Part B when it
is given under supervision; a drug that CMS counts among Part D spending is paid there. Commercial
insurers are not in the tables, except in the published findings on the claim `covered`. Inpatient
care is not modelled.
"""

from __future__ import annotations

from typing import Any

from compare.cost.plan import names_of
from compare.cost.prices import price_book
from compare.cost.standing import opening_plans
from compare.data.conditions import opening_patient
from compare.data.evidence import Evidence
from compare.data.rows import LEADING, Row, known, records

COLUMNS = [
    *LEADING, "product_id", "product", "regimen_id", "regimen", "route", "setting", "payer", "why",
    "coinsurance_pct", "coinsurance_note", "part_d_cap", "cap_source_id", "inpatient", "code",
    "source_id", "locator",
]  # fmt: skip
SETTINGS = {
    "professional": "given by a professional",
    "self": "given by the patient",
    "either": "given by either",
}
NOT_IN_SOURCES = "not in our sources"
NOT_MODELLED = "not modelled"
PART_D, EITHER_PART = "Part D", "Part B or Part D"
CAP_CLAIM = "part_d_cap"
NOTES_OF = ("covered", "widely_available")


def who_pays(evidence: Evidence, condition_id: str) -> list[Row]:
    """One row per therapy's opening regimen, route and setting: Medicare Part B or Part D.

    Keys `COLUMNS`. `coinsurance_pct` is what CMS prints beside the payment limit in force, with
    its note (blank where none is printed or Part D pays). `part_d_cap` is the yearly cap on what a
    patient pays under Part D, where a row of `claims` states it (`cap_source_id`). Raises
    `ValueError` for an unknown condition.
    """
    opening = opening_plans(evidence, condition_id, opening_patient(evidence, condition_id))
    cap, cap_source = _cap(evidence)
    rows: list[Row] = []
    seen = set()
    for plan in opening.values():
        for phase in (row.phase for row in plan.rows):
            key = (plan.product_id, phase["route"], phase["given_by"])
            if key in seen:
                continue
            seen.add(key)
            said = _payer(evidence, *map(str, key))
            part_d = said["payer"] in (PART_D, EITHER_PART)
            for name, join in (("source_id", ";"), ("locator", "; ")):
                said[name] = join.join(filter(known, [phase[name], said[name]]))
            rows.append(
                {
                    **names_of(evidence, plan),
                    "route": phase["route"],
                    "setting": SETTINGS[str(phase["given_by"])],
                    "inpatient": NOT_MODELLED,
                    "part_d_cap": cap if part_d else "",
                    "cap_source_id": cap_source if part_d else None,
                    **said,
                }
            )
    return [{name: row[name] for name in COLUMNS} for row in rows]


def _payer(evidence: Evidence, product_id: str, route: str, given_by: str) -> dict[str, Any]:
    limits, spent = (
        price_book(evidence).lines(product_id, route, basis)
        for basis in ("asp_payment_limit", "part_d_average")
    )
    limit = next((line for line in limits if line["in_force"]), None)
    spending = next(iter(spent), None)
    said: dict[str, Any] = dict.fromkeys(
        ("coinsurance_pct", "coinsurance_note", "code", "source_id", "locator")
    )
    if limit is not None:
        said |= {
            "coinsurance_pct": limit["coinsurance_pct"],
            "coinsurance_note": limit["method_note"] if known(limit["method_note"]) else None,
            **{key: limit[key] for key in ("code", "source_id", "locator")},
        }
    professional = given_by == "professional"
    if professional and limit is not None:
        payer, why = "Part B", f"Medicare prints a Part B payment limit ({limit['code']})"
    elif professional:
        payer, why = NOT_IN_SOURCES, "no payment limit in force for this route in our tables"
    elif limit is not None:
        payer = EITHER_PART
        why = f"{limit['code']} has a Part B payment limit; ask the plan which part pays at home"
    elif spending is not None:
        payer = PART_D
        why = "CMS counts it among Part D spending; no Part B payment limit for this route"
        said |= {key: spending[key] for key in ("code", "source_id", "locator")}
    else:
        payer = PART_D
        why = "given by the patient, and no Part B payment limit for this route in our tables"
    return said | {"payer": payer, "why": why}


def _cap(evidence: Evidence) -> tuple[str, str | None]:
    """The Part D cap in a finding's own words and its source, where one in the tables has it."""
    rows = evidence.rows("claims", "claim_id", CAP_CLAIM)
    return (rows[0]["finding"], rows[0]["source_id"]) if rows else (NOT_IN_SOURCES, None)


def findings_on_access(evidence: Evidence, condition_id: str) -> list[Row]:
    """Published findings on coverage, prior authorization and availability, as in `claims`.

    Those that name this condition come first, then those that name none.
    """
    rows = [row for row in records(evidence.claims) if row["claim_id"] in NOTES_OF]
    named = [row for row in rows if row["condition_id"] == condition_id]
    return named + [row for row in rows if not known(row["condition_id"])]
