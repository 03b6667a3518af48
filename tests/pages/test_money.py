"""The picture of money: what is drawn is the table's, kinds of price apart, and nobody vanishes."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import ipywidgets as w
import pytest
from markupsafe import escape

import compare
from compare import cost as costs
from compare.cost import plan
from compare.cost.prices import basis_text
from compare.data.conditions import opening_patient, within
from compare.data.patient import Patient
from compare.data.rows import Row, known, records
from compare.data.scenario import Scenario
from compare.pages import claims, coverage, history, house, money, own_data, tradeoffs
from compare.pages.controls import HIDDEN
from compare.pages.cost import page as cost
from compare.pages.explorer import Explorer
from compare.pages.patient import views as own
from compare.words import MINUS, number_of

CONDITIONS = list(compare.load().by_id("conditions"))
PATIENTS = (
    Patient(weight_kg=70, age_years=54, height_cm=170),
    Patient(weight_kg=48.5, age_years=82, height_cm=158, sex="female"),
    Patient(weight_kg=131, age_years=33, height_cm=185, sex="male"),
    Patient(weight_kg=14, age_years=3, height_cm=95),
    Patient(weight_kg=52, age_years=15, height_cm=160),
)


def shown(evidence: compare.Evidence, condition_id: str, **options: Any) -> cost.View:
    """The page's view of a condition's opening patient."""
    patient = opening_patient(evidence, condition_id)
    return cost.view(evidence, Scenario(condition_id, patient, options=options))


def of_table(evidence: compare.Evidence, condition_id: str) -> list[Row]:
    """The rows of `annual_cost` for the opening patient."""
    patient = opening_patient(evidence, condition_id)
    return records(compare.annual_cost(evidence, condition_id, patient))


LEFT = r' style="left:([\d.]+)%'
FORMS = {
    "low": r'<b class="\w+" style="width:([\d.]+)%',
    "tick": rf'<b class="set"{LEFT}',
    "negotiated": rf'<b class="at"{LEFT}" title="[^"]*"><svg><path class="tall"',
    "later": rf'<b class="at"{LEFT}" title="a later year',
}


def percents(picture: money.Picture) -> dict[str, list[float]]:
    """Places of all that is drawn, in percent of the axis: bars, ends of spans, and marks."""
    made = picture.html
    found = {name: list(map(float, re.findall(form, made))) for name, form in FORMS.items()}
    both = (
        r'<b class="\w+" style="width:([\d.]+)%"></b>(?:<b class="\w+ to" style="width:([\d.]+)%)?'
    )
    found["high"] = [float(low) + float(more or 0) for low, more in re.findall(both, made)]
    spans = re.findall(rf'<b class="span"{LEFT};width:([\d.]+)%', made)
    found["span"] = [end for at, wide in spans for end in (float(at), float(at) + float(wide))]
    return found


def placed(picture: money.Picture, dollars: list[float]) -> Any:
    """Places of dollars in percent, in order, as exact as they are written."""
    return pytest.approx(sorted(100 * usd / picture.end for usd in dollars), abs=0.011)


def visible(made: str) -> str:
    """The words of HTML, without those that are shown when pointed at."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r' title="[^"]*"', "", made)))


def test_places_by_hand(evidence: compare.Evidence) -> None:
    """Of an axis to $10,400: low $2,600 at 25%, high $10,000, usual $5,200 at 50%, later $1,040."""
    bar = shown(evidence, "cidp").yearly[0] | {
        "usd_year_one_low": 2600.0, "usd_year_one_high": 10_000.0, "usd_year_one_usual": 5200.0,
        "usd_later_year_low": 1040.0, "product": "Bar & Co", "price_kind": "net",
    }  # fmt: skip
    mark = bar | {"product": "Beside", "usd_year_one_usual": 7800.0, "is_reference": True}
    apart = mark | {"product": "Apart", "usd_year_one_usual": 2080.0, "price_kind": "negotiated"}
    picture = money.Picture([bar], [mark, apart])
    assert percents(picture) == {
        "low": [25.0], "high": [pytest.approx(96.15)], "tick": [75.0, 50.0],
        "negotiated": [20.0], "later": [10.0], "span": [50.0, 75.0],
    }  # fmt: skip
    assert "$2,600 to $10,000 (usual dose $5,200)" in visible(picture.html)
    named = re.findall(r'<div style="([^"]*)"><small>([^<]*)<', picture.html)
    assert named == [
        ("margin-right:25.00%;text-align:right", "Beside $7,800"),
        ("margin-left:20.00%", "Apart, negotiated $2,080"),
    ]
    ticks = re.findall(r'<span style="left:([\d.]+)%">(\$[^<]*)</span>', picture.html)
    assert ticks == [
        ("0.00", "$0"), ("19.23", "$2k"), ("38.46", "$4k"), ("57.69", "$6k"), ("76.92", "$8k"),
        ("96.15", "$10k"),
    ]  # fmt: skip
    assert "US dollars in year one" in picture.html
    assert "Bar &amp; Co" in picture.html


def test_only_prices_before_rebates_are_hollow(evidence: compare.Evidence) -> None:
    """Each bar has the look of its kind of price, and so has its pale part."""
    view = shown(evidence, "ra")
    looks = re.findall(
        r'<b class="(\w+)" style="width', money.Picture(view.yearly, view.marks).html
    )
    assert looks == [row["price_kind"] for row in view.yearly]
    pale = re.findall(r'<b class="(\w+) to"', money.Picture(view.yearly[:1]).html)
    assert pale == [view.yearly[0]["price_kind"]]


@pytest.mark.parametrize("condition_id", ["gmg", "ra", "pi", "ulcerative_colitis"])
def test_table_holds_what_bars_and_marks_say_when_pointed_at(
    evidence: compare.Evidence, condition_id: str
) -> None:
    """Product, regimen, dollars, basis, giving, doses, status, label's change, reason, source."""
    page = cost.CostExplorer(evidence, condition_id)
    view = page.compute()
    table = page.panels["table"].value
    both = page.panels["yearly"].value + page.panels["courses"].value
    titles = re.findall(r' title="([^"]*)"', both)
    rows = table.split("<tr>")
    for row in evidence.cited([*view.yearly, *view.courses, *view.marks]):
        columns = money.YEARLY if row["use"] == "chronic" else money.COURSE
        said = [row["product"], row["regimen"], money.dollars(row, columns)]
        said += [basis_text(row["price_basis"]), *house.read_lines(row)[:1]]
        if columns is money.YEARLY:
            said.append(money.giving(row))
            said.append(number_of((row["doses_year_one"], row["doses_year_one_high"]), "dose"))
        said += [money.change_note(row), money.stands_note(row)]
        said += [row["label_status"]] if row["label_status"] != "in label" else []
        wanted = [str(escape(part.removesuffix(" ..."))) for part in said]
        assert any(all(part in line for part in wanted) for line in rows), wanted
        assert any(all(part in title for part in wanted) for title in titles), wanted


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_what_is_drawn_is_the_table(evidence: compare.Evidence, condition_id: str) -> None:
    """Ends of bars, ticks and spans are figures of `annual_cost`, found without the page."""
    view, table = shown(evidence, condition_id), of_table(evidence, condition_id)
    standing = [row for row in table if row["stands_for_therapy"] and row["price_kind"]]
    for bars, columns in ((view.yearly, money.YEARLY), (view.courses, money.COURSE)):
        use = [r for r in standing if (r["use"] == "chronic") == (columns is money.YEARLY)]
        picture = money.Picture(bars, view.marks, (), columns)
        assert len(use) == len(bars)
        if not use:
            continue
        usual, found = money.USUAL_OF[columns], percents(picture)
        assert sorted(found["low"]) == placed(picture, [row[columns[0]] for row in use])
        assert sorted(found["high"]) == placed(picture, [row[columns[1]] for row in use])
        ticks, spans = [], []
        for row in use:
            same = ("therapy_id", "use", "price_kind", "label_status", "is_default")
            others = {
                r["product_id"]: r[usual]
                for r in sorted(table, key=lambda r: -r[usual] if known(r[usual]) else 0)
                if all(r[name] == row[name] for name in same)
                and r["product_id"] != row["product_id"]
                and (r["is_default"] or r["regimen_id"] == row["regimen_id"])
            }
            ticks += others.values()
            ticks += [row[usual]] if row[usual] != row[columns[0]] else []
            if others:
                every = [row[usual], *others.values()]
                spans += [min(every), max(every)]
        negotiated = [m[usual] for m in view.marks if m["price_kind"] == "negotiated"]
        negotiated = negotiated if columns is money.YEARLY else []
        assert sorted(found["tick"]) == placed(picture, ticks)
        assert sorted(found["negotiated"]) == placed(picture, negotiated)
        assert sorted(found["span"]) == placed(picture, spans)
        later = [row["usd_later_year_low"] for row in use] if columns is money.YEARLY else []
        assert sorted(found["later"]) == placed(picture, later)


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_no_therapy_vanishes(evidence: compare.Evidence, condition_id: str) -> None:
    """Each therapy with a regimen or an authority here is a bar, or named with its reason."""
    page = cost.CostExplorer(evidence, condition_id)
    view = page.compute()
    of = ("labeled", "recommended", "option")
    said = evidence.rows("indications", "condition_id", condition_id)
    wanted = {row["therapy_id"] for row in said if row["statement"] in of}
    wanted |= {row["therapy_id"] for row in evidence.rows("regimens", "condition_id", condition_id)}
    found = {row["therapy_id"] for row in (*view.yearly, *view.courses, *view.unpriced)}
    assert found == wanted
    texts = visible(page.panels["yearly"].value + page.panels["courses"].value)
    for row in (*view.yearly, *view.courses, *view.unpriced):
        assert money.short_name(row["therapy"]) in texts


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_panels_never_mix_kinds(evidence: compare.Evidence, condition_id: str) -> None:
    """Below one heading stand bars of one kind; no mark but a negotiated price is of another."""
    view = shown(evidence, condition_id)
    for bars, columns in ((view.yearly, money.YEARLY), (view.courses, money.COURSE)):
        kinds = [row["price_kind"] for row in bars]
        changes = sum(one != other for one, other in pairwise(kinds))
        assert changes == max(len(set(kinds)) - 1, 0)
        picture = money.Picture(bars, view.marks, (), columns)
        panels = re.findall(r"<h3>([^<]*)</h3><ul[^>]*>(.*?)</ul>", picture.html, re.DOTALL)
        assert [head for head, _ in panels] == [money.HEADS[kind] for kind in dict.fromkeys(kinds)]
        for kind, (_, lines) in zip(dict.fromkeys(kinds), panels, strict=True):
            assert set(re.findall(r'<b class="(\w+)[^"]*" style="width', lines)) == {kind}
        for row, beside, apart in picture.lines:
            kinds_there = {mark["price_kind"] for mark in (*beside, *apart)}
            assert kinds_there <= {row["price_kind"], "negotiated"}


@pytest.mark.parametrize("condition_id", CONDITIONS)
def test_headline_has_at_most_40_words_and_one_kind(
    evidence: compare.Evidence, condition_id: str
) -> None:
    """For five patients: short, and its two dollars are the ends of the first panel."""
    name = within(evidence, condition_id)
    for patient in PATIENTS:
        view = cost.view(evidence, Scenario(condition_id, patient))
        said = str(view.finding)
        assert len(said.split()) <= 40
        bars = view.yearly or view.courses
        if not bars:
            assert said.startswith(f"In {name} no regimen "), said
            assert ("this patient's age" in said) == all(
                plan.age_note(one, patient.age_years) for one in plan.plans(evidence, condition_id)
            )
            continue
        panel = [row for row in bars if row["price_kind"] == bars[0]["price_kind"]]
        usual = "usd_year_one_usual" if view.yearly else "usd_per_course_usual"
        figures = [row[usual] for row in panel]
        numbers = view.finding.numbers
        assert (numbers["lowest_usd"], numbers["highest_usd"]) == (min(figures), max(figures))
        others = {row["therapy_id"] for row in bars} - {row["therapy_id"] for row in panel}
        assert numbers.get("other_panels", 0) == len(others)
        for row in (panel[0], panel[-1]):
            marked = f"{row['product']}, not in its label here" in said
            assert marked == (row["label_status"] != "in label")


def test_the_headline_says_that_a_product_is_contraindicated(evidence: compare.Evidence) -> None:
    """Active hepatitis B and ocrelizumab, alone labeled in PPMS: the price is no offer."""
    first = opening_patient(evidence, "ms_primary_progressive")
    who = replace(first, factors=first.factors | {"hepatitis_b_active"})
    said = str(cost.view(evidence, Scenario("ms_primary_progressive", who)).finding)
    assert "(Ocrelizumab, Ocrevus, contraindicated in this patient)" in said
    assert "contraindicated" not in str(shown(evidence, "ms_primary_progressive").finding)


def test_the_headline_says_what_labels_ask_for(evidence: compare.Evidence) -> None:
    """The FcRn and C5 blockers in myasthenia are labeled with an antibody; rituximab, never so."""
    said = str(shown(evidence, "gmg").finding)
    assert said.count("for “AChR antibody positive”") == 2
    assert "antibody" not in str(shown(evidence, "pemphigus_vulgaris").finding)


def test_names_within_a_sentence_begin_small_unless_they_are_names(
    evidence: compare.Evidence,
) -> None:
    """In psoriasis, in relapsing MS; Crohn's and Kawasaki are people's names, gMG and UC short."""
    small = {key for key in evidence.by_id("conditions") if within(evidence, key)[:2].islower()}
    told = {key: str(shown(evidence, key).finding) for key in ("ms_relapsing", "crohns")}
    assert told["ms_relapsing"].startswith("In relapsing MS ")
    assert told["crohns"].startswith("In Crohn's ")
    assert small == {
        "ms_relapsing", "plaque_psoriasis", "atopic_dermatitis", "ankylosing_spondylitis", "asthma",
        "hidradenitis_suppurativa", "nr_axspa",
    }  # fmt: skip


def test_ivig_by_course_is_named_in_the_headline(evidence: compare.Evidence) -> None:
    """In gMG IVIG is a course of 2 g/kg, off label; the yearly panel does not hold it."""
    said = str(shown(evidence, "gmg").finding)
    assert "IVIG by course (not in its label here): $14,140." in said
    assert all(row["therapy_id"] != "ivig" for row in shown(evidence, "gmg").yearly)


def test_negotiated_price_stands_only_where_the_payer_is_medicare(
    evidence: compare.Evidence,
) -> None:
    """Enbrel in RA: 364 days x $2,355 / 30 = $28,574, a mark; with Medicare, a panel."""
    view = shown(evidence, "ra")
    assert [
        (row["product_id"], row["usd_year_one_low"])
        for row in view.marks
        if row["price_kind"] == "negotiated"
    ] == [("enbrel", pytest.approx(364 * 2355 / 30))]
    assert {row["price_kind"] for row in view.yearly} == {"net", "before_rebates"}
    view = shown(evidence, "ra", payer="medicare")
    last = view.yearly[-1]
    assert (last["product_id"], last["price_kind"]) == ("enbrel", "negotiated")
    assert all(row["price_kind"] != "negotiated" for row in view.marks)


def test_medicare_control_moves_the_page(evidence: compare.Evidence) -> None:
    """The box under "More" gives the panel its heading and the arithmetic its price."""
    page = cost.CostExplorer(evidence, "ra")
    assert money.HEADS["negotiated"] not in page.panels["yearly"].value
    page.controls["payer"].value = True
    assert money.HEADS["negotiated"] in page.panels["yearly"].value
    place = next(key for _, key in page.controls["chosen"].options if key.endswith("/negotiated"))
    page.controls["chosen"].value = place
    assert page.status.value == ""
    assert "maximum fair price" in page.panels["chain"].value


@pytest.mark.parametrize("options", [{}, {"payer": "medicare"}])
@pytest.mark.parametrize("condition_id", ["crohns", "ulcerative_colitis"])
def test_negotiated_price_that_gives_no_sum_is_said_at_its_place(
    evidence: compare.Evidence, condition_id: str, options: dict[str, str]
) -> None:
    """Stelara's first dose is an infusion, which has no negotiated price: 00 and 02 say so."""
    said = "Stelara, negotiated by Medicare: no sum, no maximum fair price for IV use"
    view = shown(evidence, condition_id, **options)
    assert [row["reason"] for row in view.unpriced if row["therapy_id"] == "ustekinumab"] == [said]
    picture = money.Picture(view.yearly, view.marks, view.unpriced)
    assert said in visible(picture.html)
    who = opening_patient(evidence, condition_id)
    options_of_page = own.view(evidence, Scenario(condition_id, who, options=options)).picture
    (row,) = (one for one in options_of_page if one.therapy_id == "ustekinumab")
    assert row.no_price == said
    assert [price.kind for price in row.prices] == ["before_rebates"]
    assert not row.marks


@pytest.mark.parametrize(
    ("page", "panel", "told"),
    [
        (tradeoffs.TradeOffExplorer, "script", "medicare=True"),
        (claims.ClaimsExplorer, "places", "$88,363 in year one"),
        (own_data.OwnDataExplorer, "standing", "$28,574"),
        (coverage.StartExplorer, "therapies", "$28,574"),
    ],
)
def test_medicare_control_moves_every_page_with_money(
    evidence: compare.Evidence, page: type[Explorer], panel: str, told: str
) -> None:
    """RA: 05, 06, 07 and 08 follow the box; Enbrel is no longer the dearest."""
    made = page(evidence, condition_id="ra")
    assert told not in made.panels[panel].value
    made.controls["payer"].value = True
    assert told in made.panels[panel].value


def test_trade_offs_say_that_kinds_of_price_are_mixed(evidence: compare.Evidence) -> None:
    """RA: net of rebates, before them and, for Medicare, negotiated; each cost names its own."""
    page = tradeoffs.TradeOffExplorer(evidence, "ra")
    page.controls["how"].value = "any"
    said = "several kinds (net of rebates and before rebates): a comparison that mixes them favors"
    assert said in page.panels["cards"].value
    assert said in page.panels["said"].value
    assert "$108,191, before rebates" in page.panels["grid"].value
    page.controls["payer"].value = True
    assert "before rebates and negotiated by Medicare)" in page.panels["cards"].value
    assert "$28,574, negotiated by Medicare" in page.panels["grid"].value
    page = tradeoffs.TradeOffExplorer(evidence, "cidp")
    assert "several kinds" not in page.panels["cards"].value


def test_money_names_its_weight_and_kind_of_price(evidence: compare.Evidence) -> None:
    """06 and 08, which price at an opening weight: kilograms and kinds of price stand beside it."""
    claim = claims.ClaimsExplorer(evidence).panels["places"].value
    said = "$6,864 to $108,191 in year one (net of rebates and before rebates). Patient of 70 kg."
    assert said in claim
    page = coverage.StartExplorer(evidence, "ra")
    page.controls["weight"].value = 50
    there = page.panels["therapies"].value
    assert "at 70 kg, the weight with which it opens" in there
    assert "$108,191 (before rebates)" in there


def test_a_fee_that_is_not_known_is_not_zero_dollars(evidence: compare.Evidence) -> None:
    """PI: no time for Gammagard S/D; gMG: the first infusion of nipocalimab alone has a fee."""
    pi, gmg = (
        {row["product_id"]: row for row in of_table(evidence, key) if row["use"] == "chronic"}
        for key in ("pi", "gmg")
    )
    assert money.giving(pi["gammagard_sd"]) == "not counted"
    assert money.giving(gmg["imaavy"]) == "$67 to $133, not all counted"
    ra = {row["product_id"]: row for row in of_table(evidence, "ra")}
    assert money.giving(ra["enbrel"]) == "$0"
    assert "hours not reported" in cost.CostExplorer(evidence, "pi").panels["table"].value


def test_golimumab_stands_at_both_kinds(evidence: compare.Evidence) -> None:
    """In RA intravenous net of rebates and subcutaneous before rebates, in two panels."""
    rows = [row for row in shown(evidence, "ra").yearly if row["therapy_id"] == "golimumab"]
    assert [(row["product_id"], row["price_kind"]) for row in rows] == [
        ("simponi_aria", "net"), ("simponi", "before_rebates"),
    ]  # fmt: skip


def test_mixed_plan_is_marked_in_its_maintenance_panel(evidence: compare.Evidence) -> None:
    """Ustekinumab in Crohn's: the infusion at a limit, then pens at NADAC; the key says so."""
    page = cost.CostExplorer(evidence, "crohns")
    row = next(r for r in page.compute().yearly if r["therapy_id"] == "ustekinumab")
    assert row["mixed_kinds"]
    assert row["price_kind"] == "before_rebates"
    picture = money.Picture([row])
    assert f"{row['product']} {money.MIXED}" in visible(picture.html)
    assert money.MIXED in picture.key
    assert money.MIXED in page.panels["yearly"].value
    assert not any(r["mixed_kinds"] for r in shown(evidence, "gmg").yearly)
    assert money.MIXED not in cost.CostExplorer(evidence, "gmg").panels["yearly"].value


def test_reference_is_named_at_its_tick(evidence: compare.Evidence) -> None:
    """Remicade is named among infliximab's ticks although Avsola is dearer; off-label is marked."""
    view = shown(evidence, "crohns")
    picture = money.Picture(view.yearly, view.marks)
    texts = visible(picture.html)
    assert "Remicade $10,262" in texts
    assert "Avsola" not in texts
    assert "Avsola" in picture.html
    riabni = money.Picture(shown(evidence, "ms_relapsing").yearly)
    assert "Riabni †" in visible(riabni.html)
    assert "† not in its label here" in riabni.key


def test_changed_label_is_said_in_table_and_hover(evidence: compare.Evidence) -> None:
    """Imaavy's label changed in 2026-08, after our reading."""
    page = cost.CostExplorer(evidence, "gmg")
    assert "label changed (2026-08), check" in page.panels["table"].value
    assert "label changed (2026-08), check" in page.panels["yearly"].value


def test_saving_is_reference_to_standing_product_in_label(evidence: compare.Evidence) -> None:
    """Soliris 710,840.52 less Epysqli 512,941.32 is 197,899.20; in NMOSD neither is proposed."""
    page = cost.CostExplorer(evidence, "gmg")
    place = next(key for _, key in page.controls["chosen"].options if key.startswith("eculizumab"))
    page.controls["chosen"].value = place
    said = page.panels["switching"].value
    assert "Epysqli instead of Soliris: $197,899 less in year one" in said
    assert "may lie below what it can be bought for" in said
    page = cost.CostExplorer(evidence, "nmosd")
    place = next(key for _, key in page.controls["chosen"].options if key.startswith("eculizumab"))
    page.controls["chosen"].value = place
    assert "no second labeled product" in page.panels["switching"].value


def test_usual_dose_is_what_marks_compare(evidence: compare.Evidence) -> None:
    """HyQvia's label in CIDP begins lower than Hizentra's: at one dose it is the dearer mark."""
    view = shown(evidence, "cidp")
    scig = next(row for row in view.yearly if row["therapy_id"] == "scig")
    hyqvia = next(row for row in view.marks if row["product_id"] == "hyqvia")
    assert hyqvia["usd_year_one_low"] < scig["usd_year_one_low"]
    assert hyqvia["usd_year_one_usual"] > scig["usd_year_one_usual"]
    picture = money.Picture([scig], [hyqvia])
    assert percents(picture)["tick"] == placed(picture, [hyqvia["usd_year_one_usual"]])


def test_row_without_a_price_has_no_usual_cost(evidence: compare.Evidence) -> None:
    """Blank where year one is blank, on every row; else between its ends."""
    for row in of_table(evidence, "pi"):
        low, high, usual = (row[f"usd_year_one_{end}"] for end in ("low", "high", "usual"))
        assert known(low) == known(usual)
        assert not known(low) or low <= usual <= high
    assert costs.beside([], {"use": "chronic", "product_id": "x"}) == []


def test_price_history_follows_the_condition(evidence: compare.Evidence) -> None:
    """Price history below takes its patient, and so its condition, from the page above."""
    page = cost.CostExplorer(evidence)
    below = history.HistoryExplorer(evidence, below=page)
    page.controls["condition"].value = "ra"
    pure = history.digest(history.view(evidence, history.opening(evidence, "ra")))
    assert below.digest() == pure.replace(MINUS, "-")


def test_more_shows_and_hides_the_other_settings(evidence: compare.Evidence) -> None:
    """One control stands beside the answer; the button shows the rest."""
    page = cost.CostExplorer(evidence)
    rows = [child for child in page.page.children if getattr(child, "children", ())]
    (first,) = (row for row in rows if row.children[-1] in buttons(row))
    rest = page.page.children[page.page.children.index(first) + 1]
    button = first.children[-1]
    assert [child.description for child in first.children] == ["Show", "More on cost"]
    assert HIDDEN in rest._dom_classes
    button.value = True
    assert HIDDEN not in rest._dom_classes


def buttons(row: w.Box) -> list[w.Widget]:
    """The buttons of a row that open a fold of the page on cost."""
    return [child for child in row.children if getattr(child, "description", "") == "More on cost"]


def test_headline_names_no_product_that_does_not_stand(evidence: compare.Evidence) -> None:
    """Ruxience is the first bar of every product in RA, and never the sentence's cheapest."""
    view = shown(evidence, "ra", products=cost.EVERY)
    assert view.yearly[0]["product_id"] == "ruxience"
    assert str(view.finding) == str(shown(evidence, "ra").finding)
    assert "stands for the therapy" not in money.Picture(view.yearly).key


def test_a_headline_without_a_cost_says_why(evidence: compare.Evidence) -> None:
    """UC at 12 kg: golimumab is for the age, and its label has no dose for the weight."""
    view = cost.view(evidence, Scenario("ulcerative_colitis", compare.Patient(12, 2)))
    assert str(view.finding).endswith("has a cost: no dose is stated for this weight.")


def test_what_a_history_implies_contraindicates_too(evidence: compare.Evidence) -> None:
    """Tuberculosis disease is an active infection, in which alemtuzumab is not to be given."""
    patient = compare.Patient(75, 45, factors={"tuberculosis_active"})
    view = cost.view(evidence, Scenario("ms_relapsing", patient))
    assert "Lemtrada, contraindicated in this patient" in str(view.finding)
