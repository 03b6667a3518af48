"""The page on the article's claims."""

import dataclasses
import re

import pytest

import compare
from compare.claims.table import assess
from compare.claims.verdicts import VERDICTS
from compare.pages.claims import page as claims
from compare.pages.claims.sentences import HOLDS, TOPICS


@pytest.fixture
def page(evidence: compare.Evidence) -> claims.ClaimsExplorer:
    """A fresh page."""
    return claims.ClaimsExplorer(evidence)


def test_page_shows_what_its_digest_says(
    evidence: compare.Evidence, page: claims.ClaimsExplorer
) -> None:
    """The digest of the notebook is that of a fresh page."""
    assert page.status.value == ""
    assert page.digest() == claims.digest(claims.view(evidence))
    assert page.digest().count(" | ") >= 20


def test_ten_claims_stand_on_the_page(
    evidence: compare.Evidence, page: claims.ClaimsExplorer
) -> None:
    """Each with its verdict."""
    for name in evidence.claims["claim"].unique():
        if name in dict(page.controls["claim"].options):
            assert page.panels["summary"].value.count(">") > 10
    assert len(page.controls["claim"].options) == 10
    assert page.panels["summary"].value.count("<tr>") == 11


def test_the_headline_says_what_is_true(page: claims.ClaimsExplorer) -> None:
    """Not how many claims: which ones, each under its verdict, in at most 40 words."""
    said = str(page.compute().overview)
    assert len(said.split()) <= 40
    assert not re.search(r"\d", said)
    for assessment in page.compute().assessments:
        part = said.split(f"{HOLDS[assessment.verdict]}: ")[1].split(".", maxsplit=1)[0]
        assert TOPICS[assessment.claim_id] in part


def test_each_verdict_has_a_sign_of_its_own(page: claims.ClaimsExplorer) -> None:
    """Sign and word; no verdict is told by its color alone."""
    assert set(claims.SIGNS) == set(VERDICTS)
    assert len({sign for sign, _ in claims.SIGNS.values()}) == len(VERDICTS)
    for assessment in page.compute().assessments:
        sign, style = claims.SIGNS[assessment.verdict]
        assert f'class="{style}">{sign}&nbsp;{assessment.verdict}<' in page.panels["summary"].value


def test_choosing_a_claim_shows_its_evidence(
    evidence: compare.Evidence, page: claims.ClaimsExplorer
) -> None:
    """Findings, sources and what would change it follow the choice."""
    page.controls["claim"].value = "prevention"
    rows = evidence.claims[evidence.claims["claim_id"].eq("prevention")]
    assert page.panels["published"].value.count("<tr>") == len(rows) + 1
    assert "people at risk" in page.panels["change"].value
    assert "contradicted</b>." in page.panels["reason"].value
    # A fresh page set to this state is the same.
    fresh = claims.ClaimsExplorer(evidence, "prevention")
    assert fresh.panels["published"].value == page.panels["published"].value


def test_weight_changes_the_costs(page: claims.ClaimsExplorer) -> None:
    """The figures of the first claim follow the weight."""
    before = page.panels["places"].value
    page.controls["weight"].value = 120
    assert page.panels["places"].value != before


def test_page_without_published_findings(evidence: compare.Evidence) -> None:
    """An empty table of claims: verdicts of the tables stay, the others cannot be assessed."""
    page = claims.ClaimsExplorer(dataclasses.replace(evidence, claims=evidence.claims.iloc[:0]))
    assert page.status.value == ""
    assert "No published finding in our tables." in page.panels["published"].value
    found = {a.claim_id: a.verdict for a in page.compute().assessments}
    assert found["prevention"] == "not assessable"
    assert found["given_over_days"] == "partly"


def test_summary_has_a_row_per_claim(evidence: compare.Evidence) -> None:
    """The table that is saved."""
    rows = claims.summary(claims.view(evidence).assessments)
    assert len({row["claim_id"] for row in rows}) == len(rows) == 10


def test_an_unknown_claim_is_named(evidence: compare.Evidence) -> None:
    """The view, and the assessment behind it, name the ten claims that there are."""
    with pytest.raises(ValueError, match="claim_id is 'cures'; expected one of"):
        claims.view(evidence, "cures")
    with pytest.raises(ValueError, match="claim_id is 'cures'; expected one of"):
        assess(evidence, "cures")


def test_text_of_the_tables_is_escaped(evidence: compare.Evidence) -> None:
    """A finding, a note and a link of a hostile table do nothing."""
    rows = evidence.claims.copy()
    bad = "<img src=x onerror=alert(1)>"
    first = rows.index[rows["claim_id"].eq("cheaper")][0]
    for name in ("finding", "figure", "unit", "notes", "locator", "claim"):
        rows.loc[first, name] = bad
    sources = evidence.sources.copy()
    own = sources["source_id"].eq(rows.loc[first, "source_id"])
    sources.loc[own, "url"] = "javascript:alert(1)"
    sources.loc[own, "title"] = bad
    page = claims.ClaimsExplorer(dataclasses.replace(evidence, claims=rows, sources=sources))
    shown = "".join(panel.value for panel in page.panels.values())
    assert "<img" not in shown
    assert 'href="javascript' not in shown
