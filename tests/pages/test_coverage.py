"""What the tables hold and lack, how old they are, and where rows come from."""

import dataclasses
import re
from datetime import date

import pandas as pd
import pytest

import compare
from compare.data.rows import records
from compare.own import with_prices
from compare.pages.coverage import chart as charts
from compare.pages.coverage import sentences as findings
from compare.pages.coverage import tables as coverage
from compare.pages.coverage.page import age_text


def row_of(evidence: compare.Evidence, therapy_id: str) -> pd.Series:
    """One therapy's row of the map."""
    frame = coverage.coverage(evidence).set_index("therapy_id")
    return frame.loc[therapy_id]


def test_every_therapy_has_a_level_for_every_fact(evidence: compare.Evidence) -> None:
    """One row per therapy; full means all, none means nothing."""
    frame = coverage.coverage(evidence)
    assert sorted(frame["therapy_id"]) == sorted(evidence.therapies["therapy_id"])
    for fact in coverage.FACTS:
        have, wanted = frame[f"{fact}_have"], frame[f"{fact}_of"]
        assert (have <= wanted).all()
        assert frame.loc[have.eq(0), fact].eq("none").all()
        assert frame.loc[have.eq(wanted) & have.gt(0), fact].eq("full").all()
        assert frame.loc[have.lt(wanted) & have.gt(0), fact].eq("partial").all()


def test_price_is_counted_by_product(evidence: compare.Evidence) -> None:
    """IVIG without its prices has none; with one code back it is partial."""
    prices = evidence.prices
    codes = evidence.product_codes
    ivig = evidence.products.loc[evidence.products["therapy_id"].eq("ivig"), "product_id"]
    own = set(codes.loc[codes["product_id"].isin(ivig), "code"])
    without = dataclasses.replace(evidence, prices=prices[~prices["code"].isin(own)])
    assert row_of(without, "ivig")["price"] == "none"
    kept = ~prices["code"].isin(own - {"J1459"})
    one = row_of(dataclasses.replace(evidence, prices=prices[kept]), "ivig")
    assert (one["price"], one["price_have"]) == ("partial", 1)


def test_lapsed_price_is_no_price(evidence: compare.Evidence) -> None:
    """Ten years on, no payment limit is in force."""
    later = dataclasses.replace(evidence, data_date=date(2036, 1, 1))
    assert row_of(later, "eculizumab")["price"] == "none"


def test_all_cause_harms_need_two_arms(evidence: compare.Evidence) -> None:
    """Without rows from any cause against a comparator that fact is missing, label harms stay."""
    harms = evidence.adverse_events
    changed = dataclasses.replace(
        evidence, adverse_events=harms[harms["ascertainment"].ne("all_cause")]
    )
    row = row_of(changed, "infliximab")
    assert row["all_cause_harms"] == "none"
    assert row["label_harms"] == row_of(evidence, "infliximab")["label_harms"]


def test_shares_of_readings_are_recomputed(evidence: compare.Evidence) -> None:
    """The percent read twice and in two documents, counted row by row for one therapy."""
    words = []
    for table in ("adverse_events", "outcomes", "regimens", "cautions", "indications", "products"):
        frame = getattr(evidence, table)
        words += list(frame.loc[frame["therapy_id"].eq("eculizumab"), "verification"])
    products = evidence.products["product_id"][evidence.products["therapy_id"].eq("eculizumab")]
    codes = evidence.product_codes
    own = set(codes.loc[codes["product_id"].isin(products), "code"])
    words += list(evidence.prices.loc[evidence.prices["code"].isin(own), "verification"])
    held = evidence.presentations
    words += list(held.loc[held["product_id"].isin(products), "verification"])
    row = row_of(evidence, "eculizumab")
    assert row["rows"] == len(words)
    twice = sum(word != "one_reading" for word in words)
    assert row["read_twice_pct"] == pytest.approx(100 * twice / len(words))
    two = sum(word == "two_sources" for word in words)
    assert row["two_sources_pct"] == pytest.approx(100 * two / len(words))


def test_two_sources_are_two_documents(evidence: compare.Evidence) -> None:
    """A row called `two_sources` names two sources of different documents."""
    documents = evidence.sources.set_index("source_id")["document_id"]
    for table in ("adverse_events", "outcomes", "regimens", "prices", "cautions"):
        frame = getattr(evidence, table)
        rows = frame[frame["verification"].eq("two_sources")]
        first, second = (rows[name].map(documents) for name in ("source_id", "second_source_id"))
        assert second.notna().all(), table
        assert first.ne(second).all(), table


def test_disputed_rows_name_each_other(evidence: compare.Evidence) -> None:
    """Every disputed row has its twin, and the twin names it back."""
    for table in ("adverse_events", "outcomes"):
        frame = getattr(evidence, table).set_index("row_id")
        disputed = frame[frame["verification"].eq("disputed")]
        for row_id, twin in disputed["disputes"].items():
            assert frame.at[twin, "verification"] == "disputed", row_id
            assert frame.at[twin, "disputes"] == row_id


def test_report_says_rows_blanks_readings_and_dates(evidence: compare.Evidence) -> None:
    """One line per table, with the figures of `verification`."""
    text = coverage.report(evidence)
    frame = coverage.verification(evidence).set_index("table")
    harms = evidence.adverse_events
    assert frame.at["adverse_events", "rows"] == len(harms)
    shares = frame.loc["adverse_events", [f"{key}_pct" for key in ("one_reading", "read_twice",
                                          "two_sources", "disputed")]]  # fmt: skip
    assert shares.sum() == pytest.approx(100)
    blank = 100 * harms.isna().sum().sum() / harms.size
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}
    twice = 100 * harms["verification"].eq("read_twice").mean()
    assert lines["adverse_events"][:2] == [str(len(harms)), f"{blank:.1f}%"]
    assert lines["adverse_events"][3] == f"{twice:.1f}%"
    assert lines["table"][3:7] == ["one_reading", "read_twice", "two_sources", "disputed"]
    dates = [frame.at["prices", "oldest"], frame.at["prices", "newest"]]
    assert lines["prices"][-3:] == [str(evidence.prices["source_id"].nunique()), *dates]
    assert set(frame.index) <= set(lines)


def test_map_finding_counts_what_the_map_shows(evidence: compare.Evidence) -> None:
    """Its numbers are those of the frame."""
    frame = coverage.coverage(evidence)
    finding = findings.map_of(frame)
    whole = sum(all(row[fact] == "full" for fact in coverage.FACTS) for _, row in frame.iterrows())
    assert finding.numbers["whole"] == whole
    full = f"in full for {finding.numbers['thinnest_full']:.0f} of {len(frame)} therapies"
    assert full in finding.text
    assert len(finding.text.split()) <= 40


def test_map_says_in_words_what_it_shades(evidence: compare.Evidence) -> None:
    """Full, none or how many of how many in every cell: nothing is said by color alone."""
    frame = coverage.coverage(evidence)
    rows = re.findall('<tr><th scope="row">.*?</tr>', charts.whole(frame))
    for shown, row in zip(rows, records(frame), strict=True):
        *cells, last = re.findall("<td[^>]*>(.*?)</td>", shown)
        assert len(cells) == len(coverage.FACTS)
        for cell in cells:
            have, _, wanted = cell.partition("/")
            assert cell in ("full", "none") or 0 < int(have) < int(wanted)
        assert last == f"{row['read_twice_pct']:.0f}%, {row['two_sources_pct']:.0f}%"


# Age


def test_nothing_is_old_on_the_day_of_the_data(evidence: compare.Evidence) -> None:
    """With fresh labels and prices and no new or withdrawn product there is nothing to say."""
    products = evidence.products.assign(
        label_revised="2026-11", status="marketed", us_approval_year=2000
    )
    # CMS carries pharmacy prices on where a drug is seldom bought: some are old at once.
    limits = evidence.prices[evidence.prices["price_basis"].eq("asp_payment_limit")]
    fresh = dataclasses.replace(evidence, products=products, prices=limits)
    assert fresh.age(evidence.data_date) == []


@pytest.mark.parametrize(("day", "old"), [(date(2027, 4, 1), False), (date(2027, 4, 2), True)])
def test_prices_are_old_after_two_quarters(
    evidence: compare.Evidence, day: date, old: bool
) -> None:
    """A limit from 2026-10-01 is two quarters old on 2027-04-01, and older the day after."""
    prices = evidence.prices
    limits = prices[prices["price_basis"].eq("asp_payment_limit")]
    only = dataclasses.replace(evidence, prices=limits)
    assert any("older than two quarters" in said for said in only.age(day)) == old


def test_labels_are_old_after_twelve_months(evidence: compare.Evidence) -> None:
    """Revised in 2025-11: not yet old in 2026-11, old in 2026-12, and named."""
    products = evidence.products.copy()
    products["label_revised"] = "2026-06"
    products.loc[products["product_id"].eq("stelara"), "label_revised"] = "2025-11"
    changed = dataclasses.replace(evidence, products=products)
    assert not any("Stelara" in said for said in changed.age(date(2026, 11, 30)))
    assert any("Stelara 2025-11" in said for said in changed.age(date(2026, 12, 1)))


def test_withdrawn_and_new_products_are_named(evidence: compare.Evidence) -> None:
    """No longer sold, and approved in the last calendar year."""
    products = evidence.products.copy()
    products.loc[products["product_id"].eq("remicade"), "status"] = "withdrawn"
    products.loc[products["product_id"].eq("stelara"), "us_approval_year"] = 2026
    said = dataclasses.replace(evidence, products=products).age(date(2027, 1, 2))
    assert any("Remicade (withdrawn)" in line for line in said)
    assert any("Stelara (2026)" in line for line in said)


def test_loading_does_not_look_at_the_clock(evidence: compare.Evidence) -> None:
    """`age` is asked for a day, and gives the same for the same day."""
    assert evidence.age(date(2028, 1, 1)) == evidence.age(date(2028, 1, 1))
    assert evidence.age() == evidence.age(date.today())


# Sources of a frame


def test_sources_of_a_frame(evidence: compare.Evidence) -> None:
    """Ids of every column that ends in source_id, those joined by semicolons too, once each."""
    two = list(evidence.sources["source_id"].iloc[:2])
    frame = pd.DataFrame(
        {"source_id": [";".join(two), two[0], None], "second_source_id": [None, "gone", two[1]]}
    )
    found = compare.sources_of(frame)
    assert sorted(found["source_id"]) == sorted([*two, "gone"])
    titles = found.set_index("source_id")["title"]
    assert pd.isna(titles["gone"])
    assert titles[two[0]] == evidence.label("sources", two[0])


def test_sources_of_loaded_prices(evidence: compare.Evidence) -> None:
    """The reader's own file is a source of the costs it changes."""
    after = with_prices(evidence, b"code,billing_qty,billing_unit,usd_per_billing_unit\n"
                                 b"J1561,500,mg,40\n", "ours.csv")  # fmt: skip
    table = compare.annual_cost(after, "cidp", compare.Patient(70, 55))
    titles = set(compare.sources_of(table, after)["title"])
    assert "Own prices: ours.csv" in titles


def test_every_cost_names_its_sources(evidence: compare.Evidence) -> None:
    """No row of a cost table without a source that is in the data."""
    for condition_id in evidence.conditions["condition_id"]:
        table = compare.annual_cost(evidence, condition_id, compare.Patient(70, 30))
        assert table["source_id"].ne("").all()
        assert compare.sources_of(table, evidence)["title"].notna().all()


def test_withdrawn_products_are_not_missed(evidence: compare.Evidence) -> None:
    """What is no longer sold needs no price: it counts neither as there nor as lacking."""
    products = evidence.products
    gone = products["product_id"].eq("gamunex_c")
    changed = dataclasses.replace(
        evidence, products=products.assign(status=products["status"].mask(gone, "withdrawn"))
    )
    before, after = row_of(evidence, "ivig"), row_of(changed, "ivig")
    assert after["price_of"] == before["price_of"] - 1


def test_rows_without_a_condition_cover_none(evidence: compare.Evidence) -> None:
    """A label's row that holds for every condition is no indication of its own."""
    rows = evidence.indications
    own = rows["therapy_id"].eq("eculizumab")
    changed = dataclasses.replace(
        evidence, indications=rows.assign(condition_id=rows["condition_id"].mask(own))
    )
    assert row_of(changed, "eculizumab")["regimen_of"] == 0
    assert row_of(changed, "eculizumab")["regimen"] == "none"


def test_sources_without_a_date_have_no_oldest(evidence: compare.Evidence) -> None:
    """Where no source says when it was published, oldest and newest are blank."""
    changed = dataclasses.replace(evidence, sources=evidence.sources.assign(published=None))
    frame = coverage.verification(changed).set_index("table")
    assert frame.loc["prices", ["oldest", "newest"]].isna().all()
    assert frame.at["prices", "sources"] > 0


def test_nothing_old_is_said_in_a_sentence() -> None:
    """An empty list of old things is a sentence, and a long enumeration is folded."""
    assert "No price, label or product calls for a look." in age_text([])
    names = ", ".join(f"<b>{i}</b>" for i in range(100))
    folded = age_text([f"100 labels are old: {names}"])
    assert "<summary>100 labels are old</summary>&lt;b&gt;0&lt;/b&gt;, " in folded
    assert "<b>" not in folded


def test_a_therapy_without_rows_is_not_zero_percent_read_twice() -> None:
    """No rows is a dash; a share of rows is a percent."""
    assert charts.read_again({"read_twice_pct": float("nan")}) == ("-", "no rows")
    row = {"rows": 8, "read_twice_pct": 50.0, "two_sources_pct": 25.0}
    assert charts.read_again(row)[0] == "50%, 25%"
