"""Fields decide, never words: with every sentence exchanged, the answers are the same."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest

import compare
from compare import claims, effects
from compare.authority import guidance, indications
from compare.authority.factors import excluded_by, patient_factors
from compare.claims import ivig
from compare.data.evidence import NAMES, TABLES
from compare.effects.table import core_criteria
from compare.trials import benefits, harms
from tests.conftest import ROOT

# Columns of words, with what they say of a row: nothing may be read back out of them.
SENTENCES = (
    "notes", "class_note", "target", "molecule", "gloss", "excipients", "stands_reason",
    "population", "restriction", "line", "cycle_days_basis", "premedication", "method_note",
    "reporting_threshold", "event_as_printed", "endpoint_as_printed", "arm", "comparator",
    "condition_text", "action", "text", "finding", "locator",
)  # fmt: skip
SHOWN = {*SENTENCES, "effect_words", "shown", "label_reason", "label_warning", "statements_for",
         "statements_against", "guideline_population", "guideline_restriction", "answer", "note",
         "tables_say"}  # fmt: skip


@pytest.fixture(scope="module")
def reworded(evidence: compare.Evidence) -> compare.Evidence:
    """The evidence with one and the same sentence wherever a sentence stands."""
    tables = {}
    for name in TABLES:
        frame = getattr(evidence, name)
        # Which arm of a row stands in a network is a field.
        words = set(SENTENCES) - ({"arm"} if name == "network_arms" else set())
        found = [column for column in SENTENCES if column in words & set(frame)]
        other = {column: frame[column].where(frame[column].isna(), "Words.") for column in found}
        tables[name] = frame.assign(**other)
    return dataclasses.replace(evidence, **tables)


def frames(evidence: compare.Evidence, condition_id: str) -> Iterator[pd.DataFrame]:
    """What the library answers for a patient with every second factor."""
    factors = set(evidence.factors["factor_id"][::2]) - {"pregnancy", "breastfeeding"}
    factors -= excluded_by(evidence, factors)
    patient = compare.Patient(70, 54, 170, factors=factors)
    yield compare.adverse_events(evidence, condition_id)
    yield pd.DataFrame(benefits.outcomes(evidence, condition_id))
    for basis in effects.BASES:
        offered = effects.criteria_for(evidence, condition_id, basis)
        yield offered
        wanted = list(offered["criterion"])
        yield compare.effects_table(evidence, condition_id, patient, basis, wanted)
    yield compare.options(evidence, condition_id, patient)
    yield compare.check_cautions(evidence, patient, condition_id)
    yield compare.annual_cost(evidence, condition_id, patient)
    for therapy_id in indications.therapies_of(evidence, condition_id):
        yield pd.DataFrame(guidance.steps(evidence, therapy_id, condition_id, "privigen"))


def without_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without the columns that show sentences."""
    return frame.drop(columns=[name for name in frame if name in SHOWN])


def test_no_sentence_decides_an_answer(
    evidence: compare.Evidence, reworded: compare.Evidence
) -> None:
    """Every figure, interval, status, severity and origin is the same with other words."""
    assert set(reworded.adverse_events["notes"].dropna()) == {"Words."}
    for condition_id in evidence.conditions["condition_id"]:
        pairs = zip(frames(evidence, condition_id), frames(reworded, condition_id), strict=True)
        for ours, other in pairs:
            pd.testing.assert_frame_equal(without_words(ours), without_words(other))


def test_no_sentence_decides_a_verdict(
    evidence: compare.Evidence, reworded: compare.Evidence
) -> None:
    """Verdicts, their numbers and sources, and IVIG's answers in myasthenia, likewise."""
    for ours, other in zip(claims.assess_all(evidence), claims.assess_all(reworded), strict=True):
        assert (ours.verdict, ours.numbers) == (other.verdict, other.numbers)
        assert ours.verdicts == other.verdicts
        assert ours.source_ids == other.source_ids
    pd.testing.assert_frame_equal(
        without_words(pd.DataFrame(ivig.ivig_by_state(evidence, "gmg"))),
        without_words(pd.DataFrame(ivig.ivig_by_state(reworded, "gmg"))),
    )


# Ids of the tables that may stand in Python, each with its reason.
ALLOWED = {
    **dict.fromkeys(
        ("cidp", "gmg", "ulcerative_colitis"), "a page opens with it: a display setting"
    ),
    "pml": "the name of a panel of page 03",
}


def test_no_id_of_a_drug_or_a_disease_stands_in_python(evidence: compare.Evidence) -> None:
    """Facts are rows: no therapy, product, condition, factor, event or endpoint is named in code.

    An id that is also a word of a list in the descriptor (class `ivig`, kind `death`) is that word.
    """
    lists = [
        field.get("constraints", {}).get("enum", ())
        for resource in evidence.package["resources"]
        for field in resource["schema"]["fields"]
    ]
    words = {word for values in lists for word in values}
    # Some trials are called by words of the language: PATH, TARGET.
    tables = set(NAMES) - {"sources", "trials"}
    ids = {key for table in tables for key in evidence.by_id(table)} - words
    found = set()
    for path in sorted((ROOT / "src" / "compare").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        } & ids
    assert found == set(ALLOWED)


def with_cells(
    evidence: compare.Evidence, table: str, row_id: str, /, **cells: object
) -> compare.Evidence:
    """The evidence with other cells in the one row of a table of names."""
    frame = getattr(evidence, table).copy()
    for column, value in cells.items():
        frame.loc[frame[NAMES[table][0]].eq(row_id), column] = value
    return dataclasses.replace(evidence, **{table: frame})


def test_ages_and_sexes_of_a_factor_are_its_rows(evidence: compare.Evidence) -> None:
    """Other ages and another sex in the row: other patients have the factor, or cannot have it."""
    other = with_cells(evidence, "factors", "age_over_65", assumed_age_from=40, assumed_age_to=60)
    for age, has in ((39, False), (40, True), (60, True), (61, False)):
        found = patient_factors(other, compare.Patient(70, age), "ra")
        assert ("age_over_65" in found) == has
    turned = with_cells(evidence, "factors", "breastfeeding", only_sex="male")
    mother = compare.Patient(70, 30, sex="female", factors={"breastfeeding"})
    with pytest.raises(ValueError, match="does not go with sex 'female'"):
        patient_factors(turned, mother, "ra")


def test_the_row_of_a_therapy_allows_ideal_weight(evidence: compare.Evidence) -> None:
    """Infliximab's cost follows ideal weight once its row allows that, and not before."""
    heavy = compare.Patient(120, 54, 170, "female")
    allowed = with_cells(evidence, "therapies", "infliximab", ideal_weight="yes")
    usd = [
        compare.annual_cost(data, "crohns", heavy, dosing_weight=kind)
        .query("product_id == 'remicade'")["usd_year_one_low"]
        .max()
        for data, kind in ((evidence, "actual"), (evidence, "ideal"), (allowed, "ideal"))
    ]
    assert usd[0] == usd[1] > usd[2]


def test_the_row_of_an_event_makes_it_key(evidence: compare.Evidence) -> None:
    """An event is core only where its row says that it stands for its kind."""
    plain = with_cells(evidence, "events", "discontinuation_adverse_event", key="no")
    found = [
        core_criteria(effects.criteria_for.rows(data, "ms_relapsing")) for data in (evidence, plain)
    ]
    assert any(name.startswith("harm:discontinuation") for name in found[0])
    assert not any(name.startswith("harm:discontinuation") for name in found[1])
    assert not harms.key_events(plain, "discontinuation")
