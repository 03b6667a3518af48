"""Own prices, CMS's file and a therapy of one's own: what they change, and what is refused."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import compare
from compare import own
from compare.data.evidence import TABLES
from compare.own import with_asp_file, with_prices, with_therapy
from tests.conftest import ROOT

PATIENT = compare.Patient(weight_kg=70, age_years=55)
HEAD = "code,product_id,route,billing_qty,billing_unit,usd_per_billing_unit,effective_from\n"
ENDED = HEAD.replace("\n", ",effective_to\n").encode()
SHORT = "code,billing_qty,billing_unit,usd_per_billing_unit"
PRICES = HEAD + "J1561,,,500,mg,40,\n,privigen,IV,1,g,90.5,2026-10-01\n"
ASP_HEAD = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,"
    "Vaccine AWP%,Vaccine Limit,Blood AWP%,Blood limit,Clotting Factor,Notes"
)
ASP_ROWS = (
    "90371,Hep b ig im,1 ML,134.194,20.000,,,,,,",
    'A9606,Radium ra223 dichloride ther,1 microCurie,N/A,20.000,,,,,,"AWP = $202.82\r\nWAC"',
    'J0129,Abatacept injection,10 MG,45.937,20.000,,,,,,"""lesser of"" methodology applied"',
    "J1299,\x93Inj\x94\xa0eculizumab 2 mg,2 MG,44.000,20.000,,,,,,",
    "J1561,Gamunex-c/gammaked,500 MG,60.000,20.000,,,,,,",
    'J1745,"Infliximab, not biosimilar",10 MG,31.000,20.000,,,,,,',
    "J2802,Inj romiplostim 1 microgram,1 MCG,11.900,17.500,,,,,,Inflation-adjusted coinsurance",
)


def asp(
    rows: tuple[str, ...] = ASP_ROWS,
    effective: str = "Effective January 1, 2027 through March 31, 2027",
    head: str = ASP_HEAD,
) -> bytes:
    """A file in the layout of CMS: preamble, empty columns, Windows-1252, CRLF."""
    lines = [
        "Payment Allowance Limits for Medicare Part B Drugs,,,,,,,,,,",
        ",,,,,,,,,,",
        f'"{effective}",,,,,,,,,,',
        "Note 1: limits are based on 3Q26 ASP data.,,,,,,,,,,",
        ",,,,,,,,,,",
        head,
        *rows,
        ",,,,,,,,,,",
    ]
    text = "\r\n".join(lines)
    return text.replace("\x93", "“").replace("\x94", "”").encode("cp1252")


def course_usd(evidence: compare.Evidence, regimen_id: str = "gamunex_c_itp_1g_x2") -> float:
    """A course of Gamunex-C at 70 kg: 70 g on each of two days."""
    table = compare.annual_cost(evidence, "itp", PATIENT)
    rows = table[table["regimen_id"].eq(regimen_id) & table["product_id"].eq("gamunex_c")]
    return float(rows["usd_per_course"].iloc[0])


def limit_now(evidence: compare.Evidence) -> float:
    """Gamunex-C's payment limit in force, dollars per 500 mg."""
    prices = evidence.prices
    now = prices["code"].eq("J1561") & prices["effective_from"].eq(pd.Timestamp("2026-10-01"))
    return float(prices.loc[now, "usd_per_billing_unit"].iloc[0])


def snapshot(evidence: compare.Evidence) -> dict[str, pd.DataFrame]:
    """Copies of all tables."""
    return {name: getattr(evidence, name).copy() for name in TABLES}


def refused(call: Callable[[], object]) -> compare.DataError:
    """The error of a call that must fail."""
    with pytest.raises(compare.DataError) as caught:
        call()
    return caught.value


def problems_of(error: compare.DataError) -> set[tuple[int | None, str | None]]:
    """Lines and columns that an error names."""
    return {(problem.line, problem.column) for problem in error.problems}


# Own prices


def test_own_price_changes_the_cost_as_worked_by_hand(evidence: compare.Evidence) -> None:
    """70 g twice is 280 units of 500 mg; each now costs 40 dollars instead of the limit."""
    after = with_prices(evidence, PRICES.encode())
    saved = 280 * (limit_now(evidence) - 40)
    assert course_usd(evidence) - course_usd(after) == pytest.approx(saved)


def test_own_price_is_a_basis_of_its_own(evidence: compare.Evidence) -> None:
    """Asked for, it is used alone; a product without an own price then has none."""
    after = with_prices(evidence, PRICES.encode())
    table = compare.annual_cost(after, "cidp", PATIENT, price_basis="own").set_index("product_id")
    assert table.at["gamunex_c", "price_basis"] == "own"
    assert pd.isna(table.at["panzyga", "usd_year_one_low"])
    assert "no own price" in table.at["panzyga", "reason"]


def test_default_uses_own_prices_first(evidence: compare.Evidence) -> None:
    """Where there is one; the others stay on the payment limit."""
    after = with_prices(evidence, PRICES.encode())
    basis = compare.annual_cost(after, "cidp", PATIENT).set_index("product_id")["price_basis"]
    assert basis["gamunex_c"] == "own"
    assert basis["privigen"] == "own"
    assert basis["panzyga"] == "asp_payment_limit"


def test_loading_never_changes_the_evidence(evidence: compare.Evidence) -> None:
    """Neither a good file nor a bad one."""
    before = snapshot(evidence)
    with_prices(evidence, PRICES.encode())
    with_asp_file(evidence, asp())
    refused(lambda: with_prices(evidence, b"code\nX\n"))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(evidence, name), frame)


def test_five_mistakes_are_named_in_one_message(evidence: compare.Evidence) -> None:
    """Unknown product, unit, decimal comma, negative price, date: each by line and column."""
    content = (
        HEAD
        + ",gamunexc,IV,500,mg,40,\n"
        + ",gamunex_c,IV,500,mL,40,\n"
        + 'J1745,,,10,mg,"24,80",\n'
        + "J1569,,,500,mg,-3,\n"
        + ",privigen,IV,500,mg,45,01/10/2026\n"
    )
    error = refused(lambda: with_prices(evidence, content.encode()))
    assert problems_of(error) == {
        (2, "product_id"),
        (3, "billing_unit"),
        (4, "usd_per_billing_unit"),
        (5, "usd_per_billing_unit"),
        (6, "effective_from"),
    }
    said = str(error)
    for hint in ("gamunex_c", "mg, g, mcg", "write 24.80", "0.0001 or more", "YYYY-MM-DD"):
        assert hint in said


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"sep=;\r\n", b"\xef\xbb\xbfsep=;\n"])
def test_semicolons_byte_order_mark_and_excel_lines(
    evidence: compare.Evidence, mark: bytes
) -> None:
    """What a spreadsheet of any country writes: all give the same price."""
    body = PRICES.replace(",", ";").replace("\n", "\r\n") + ";;;;;;\r\n"
    after = with_prices(evidence, mark + body.encode())
    assert course_usd(after) == course_usd(with_prices(evidence, PRICES.encode()))


def test_lost_zeros_of_an_ndc_are_found_again(evidence: compare.Evidence) -> None:
    """Spreadsheets turn 00074433902 into 74433902."""
    after = with_prices(evidence, f"{SHORT}\n74433902,1,device,900\n".encode())
    own = after.prices[after.prices["price_basis"].eq("own")]
    assert list(own["code"]) == ["00074433902"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b",,\n,\n", "no cell is filled in"),
        (b"sep=;\n", "no cell is filled in"),
        (b"\x00\x01", "NUL bytes"),
        (b"PK\x03\x04rest", "ZIP or Excel"),
        ("Präparat;Preis\nx;1\n".encode("cp1252"), "not in UTF-8"),
        (b"code,billing_qty\n", "no rows below the header"),
        (b"code,code\nJ1561,2\n", "this column stands twice"),
        (b"name,price\nx,1\n", "expected a column code"),
        (HEAD.encode() + b"J1561,,,500,mg,40\n", "expected 7 cells"),
        (HEAD.encode() + b"J1561,,,500,mg,40,5,\n", "a decimal comma splits"),
        (HEAD.encode() + b"J0000,,,500,mg,40,\n", "not in product_codes"),
        (HEAD.encode() + b",,,500,mg,40,\n", "expected a code, or a product_id"),
        (HEAD.encode() + b",hizentra,IV,100,mg,4,\n", "not given by this route"),
        (HEAD.encode() + b",humira,SC,1,device,900,\n", "give presentation_id"),
        (HEAD.encode() + b"J1561,,,500,mg,$40.00,\n", "no currency sign"),
        (HEAD.encode() + b"J1561,,,500,mg,0,\n", "0.0001 or more"),
        (HEAD.encode() + b"J1561,,,500,mg,1e300,\n", "10000000 or less"),
        (HEAD.encode() + b"J1561,,,500,mg,40,2027-02-01\n", "after the data's date"),
        (HEAD.encode() + b"J1561,,,500,mg,40,\nj1561,,,500,mg,41,\n", "stands on line 2 too"),
        (HEAD.encode() + b'J1561,,,500,mg,40,"2026\n01"\n', "line break"),
        (HEAD.replace("effective_from", "notes").encode() + b"J1561,,,500,mg,40,5\n", "comma?"),
        (ENDED + b"J1459,gamunex_c,IV,500,mg,40,,\n", "not a code of gamunex_c"),
        (ENDED + b"J1561,,,500,mg,40,2026-10-01,2026-09-01\n", "a day on or after effective_from"),
        (ENDED + b"J1561,,,500,mg,40,,2026-01-01\n", "a day on or after effective_from"),
    ],
)
def test_what_own_prices_refuses(evidence: compare.Evidence, content: bytes, said: str) -> None:
    """Each mistake has a sentence that says what to do; so has what contradicts itself in a row: a
    code of another product, and a price that ends before it begins (or before the data).
    """
    assert said in str(refused(lambda: with_prices(evidence, content)))


def test_template_is_refused_until_its_examples_are_replaced(evidence: compare.Evidence) -> None:
    """And the same rows load once the remark is gone."""
    template = own.templates(evidence)["own_prices.csv"]
    assert "template's example" in str(refused(lambda: with_prices(evidence, template.encode())))
    filled = template.replace("Example row: replace it with your own", "contract 2026")
    assert len(with_prices(evidence, filled.encode()).loaded[-1].report) >= 2


def test_second_file_replaces_prices_of_the_same_code(evidence: compare.Evidence) -> None:
    """The later file wins, whatever its dates."""
    first = with_prices(evidence, f"{SHORT}\nJ1561,500,mg,40\n".encode())
    later = f"{SHORT},effective_from\nJ1561,500,mg,30,2026-01-01\n"
    second = with_prices(first, later.encode())
    assert course_usd(first) - course_usd(second) == pytest.approx(280 * 10)


def test_far_off_price_is_pointed_out(evidence: compare.Evidence) -> None:
    """A price ten times the limit per mg is loaded, with a remark on the unit."""
    after = with_prices(evidence, f"{SHORT}\nJ1561,50,mg,48.022\n".encode())
    assert after.loaded[-1].report["remark"].str.contains("check quantity and unit").all()


def test_paths_bytes_and_missing_files(evidence: compare.Evidence, tmp_path: Path) -> None:
    """A path, its text and its bytes give the same; a file that is not there says so."""
    path = tmp_path / "ours.csv"
    path.write_text(PRICES)
    wanted = course_usd(with_prices(evidence, PRICES.encode()))
    for file in (path, str(path), bytearray(PRICES.encode()), memoryview(PRICES.encode())):
        assert course_usd(with_prices(evidence, file)) == wanted
    assert "gone.csv: no such file" in str(refused(lambda: with_prices(evidence, "gone.csv")))
    assert "cannot be read" in str(refused(lambda: with_prices(evidence, tmp_path)))
    assert "cannot be read" in str(refused(lambda: with_prices(evidence, "a\x00b")))


# CMS's file


def test_new_quarter_changes_costs_after_one_call(evidence: compare.Evidence) -> None:
    """280 units at the new limit of 60 dollars; the data's date moves to the quarter."""
    after = with_asp_file(evidence, asp())
    assert after.data_date == date(2027, 1, 1)
    more = 280 * (60 - limit_now(evidence))
    assert course_usd(after) - course_usd(evidence) == pytest.approx(more)
    assert "prices" in after.changed
    row = after.prices[after.prices["code"].eq("J2802")].iloc[-1]
    assert row["coinsurance_pct"] == 17.5
    assert row["method_note"] == "Inflation-adjusted coinsurance"
    assert str(row["effective_to"].date()) == "2027-03-31"


def test_vanished_code_has_no_current_price(evidence: compare.Evidence) -> None:
    """Privigen's code is not in the new file: its last limit is named, and not used."""
    after = with_asp_file(evidence, asp())
    report = after.loaded[-1].report.set_index("code")
    assert report.at["J1459", "change"] == "vanished"
    table = compare.annual_cost(after, "cidp", PATIENT).set_index("product_id")
    assert pd.isna(table.at["privigen", "usd_year_one_low"])
    assert "last 2026-12-31" in table.at["privigen", "reason"]


@pytest.mark.parametrize(
    ("old", "new", "before", "usd", "dosage", "percent"),
    [
        # 224.159 per 10 mg to 44.809 per 2 mg: 22.4159 to 22.4045 per mg
        ("J1300", "J1299", "2025-04-01", "44.809", "2 MG", -0.05),
        # 101.052 per 10 mcg to 10.543 per 1 mcg: 10.1052 to 10.543 per mcg
        ("J2796", "J2802", "2025-01-01", "10.543", "1 MCG", 4.33),
    ],
)
def test_code_with_a_new_unit_is_recognized(
    evidence: compare.Evidence, old: str, new: str, before: str, usd: str, dosage: str,
    percent: float,
) -> None:  # fmt: skip
    """The two codes that CMS replaced: named as one, compared per unit of mass."""
    day = pd.Timestamp(before)
    then = dataclasses.replace(
        evidence,
        prices=evidence.prices[evidence.prices["effective_from"].lt(day)],
        data_date=(day - pd.Timedelta(days=20)).date(),
    )
    quarter = {
        "2025-01-01": "Effective January 1, 2025 through March 31, 2025",
        "2025-04-01": "Effective April 1, 2025 through June 30, 2025",
    }[before]
    after = with_asp_file(then, asp((f"{new},renamed,{dosage},{usd},20,,,,,,",), quarter))
    report = after.loaded[-1].report.set_index("code")
    assert report.at[old, "change"] == "replaced"
    assert new in report.at[old, "limit_after"]
    assert report.at[old, "change_pct"] == pytest.approx(percent, abs=0.01)
    assert report.at[new, "change"] == "appeared"


def test_same_code_with_another_unit_costs_the_same_per_mg(evidence: compare.Evidence) -> None:
    """Half the unit at half the limit changes no cost, and is reported."""
    whole = with_asp_file(evidence, asp())
    row = "J1561,Gamunex-c/gammaked,250 MG,30.000,20.000,,,,,,"
    half = with_asp_file(evidence, asp((row,)))
    assert course_usd(half) == pytest.approx(course_usd(whole))
    report = half.loaded[-1].report.set_index("code")
    assert report.at["J1561", "change"] == "unit changed"


def test_digits_of_other_scripts_are_no_limit(evidence: compare.Evidence) -> None:
    """Python reads full-width digits as a number; the file is refused, and the place named."""
    content = asp(("J1561,Gamunex-c/gammaked,500 MG,12,20.000,,,,,,",)).decode("cp1252")
    with pytest.raises(compare.DataError, match="Payment Limit"):
        with_asp_file(evidence, content.replace("500 MG,12,", "500 MG,\uff11\uff12,").encode())


def test_limits_that_cannot_be_used_are_listed(evidence: compare.Evidence) -> None:
    """N/A, a unit that is no mass, and a code of a known molecule that is not in our tables."""
    rows = (
        "J1561,Gamunex-c/gammaked,500 MG,N/A,20.000,,,,,,",
        "J1745,Infliximab,1 VIAL,300.000,20.000,,,,,,",
        "Q9990,Inj eculizumab-zzzz 2 mg,2 MG,40.000,20.000,,,,,,",
    )
    after = with_asp_file(evidence, asp(rows))
    report = after.loaded[-1].report.set_index("code")
    assert report.at["J1561", "change"] == "no limit"
    assert report.at["J1745", "change"] == "not taken up"
    assert report.at["Q9990", "change"] == "not taken up"
    assert after.prices["effective_from"].max() < pd.Timestamp("2027-01-01")


def test_older_quarter_goes_into_the_history_only(evidence: compare.Evidence) -> None:
    """No cost of today changes, and the report says so."""
    after = with_asp_file(
        evidence, asp(effective="Effective October 1, 2025 through December 31, 2025")
    )
    assert after.data_date == evidence.data_date
    assert course_usd(after) == course_usd(evidence)
    assert "no cost of today has changed" in after.loaded[-1].text
    rows = after.prices[after.prices["code"].eq("J1561")]
    old = rows[rows["effective_from"].eq(pd.Timestamp("2025-10-01"))]
    assert list(old["usd_per_billing_unit"]) == [60.0]


def test_restated_quarter_replaces_its_own_rows(evidence: compare.Evidence) -> None:
    """CMS's second file for the present quarter: one row per code, the new one."""
    after = with_asp_file(
        evidence, asp(effective="Effective October 1, 2026 through December 31, 2026")
    )
    now = after.prices["effective_from"].eq(pd.Timestamp("2026-10-01"))
    rows = after.prices[now & after.prices["code"].eq("J1561")]
    assert list(rows["usd_per_billing_unit"]) == [60.0]
    assert after.data_date == evidence.data_date


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04", "ZIP or Excel"),
        (b"%PDF-1.4 text", "PDF"),
        (PRICES.encode(), "choose that control"),
        ((ASP_HEAD + "\r\n" + ASP_ROWS[4]).encode("latin-1"), "expected a line above the header"),
        (asp(effective="Effective soon"), "expected a line above the header"),
        (asp(effective="Effective May 40, 2027 through June 30, 2027"), "expected a line above"),
        (asp(effective="Effective May 1, 2027 through April 1, 2027"), "last day of a quarter"),
        (asp(head=ASP_HEAD.replace("Payment Limit", "Price")), "Payment Limit: this column is"),
        (asp(()), "no rows below the header"),
        (asp(ASP_ROWS[:2]), "none of the codes in our tables"),
        (asp((*ASP_ROWS, ASP_ROWS[4])), "stands on line 12 too"),
        (asp(("J1561,Gamunex,500 MG,many,20,,,,,,",)), "line 7, column Payment Limit"),
        (asp(("J1561,Gamunex,500 MG,-4,20,,,,,,",)), "line 7, column Payment Limit"),
        (asp(("J15611,Gamunex,500 MG,4,20,,,,,,",)), "line 7, column HCPCS Code"),
        (asp(head=ASP_HEAD.replace("Blood limit", "Payment Limit")), "this column stands twice"),
        (asp(('J1561,"' + "x" * 140_000 + '",500 MG,60,20,,,,,,',)), "not readable as CSV"),
        (b"a,b\r\n1,2\r\n", "no header row"),
    ],
)  # fmt: skip
def test_what_is_no_such_file(evidence: compare.Evidence, content: bytes, said: str) -> None:
    """One error that says what was expected, and where."""
    assert said in str(refused(lambda: with_asp_file(evidence, content)))


def test_calls_can_be_chained_in_any_order(evidence: compare.Evidence) -> None:
    """Own prices stay in force after CMS's next file, and are used first."""
    one = with_asp_file(with_prices(evidence, PRICES.encode()), asp())
    other = with_prices(with_asp_file(evidence, asp()), PRICES.encode())
    assert course_usd(one) == course_usd(other)
    assert [loaded.kind for loaded in one.loaded] == ["prices", "asp_file"]


# A therapy


EXAMPLE = ROOT / "docs" / "example_therapy"
THERAPY: Mapping[str, str] = {
    path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob("*.csv"))
}
SOURCE = THERAPY["sources.csv"]


def encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """Files as a browser hands them over."""
    return {name: content.encode() for name, content in files.items()}


def test_own_therapy_costs_what_was_worked_by_hand(
    evidence: compare.Evidence, tmp_path: Path
) -> None:
    """700 mg is two vials of 400 mg: 80 units of 5 dollars; 13 doses in days 0 to 363."""
    for name, content in THERAPY.items():
        (tmp_path / name).write_text(content)
    after = with_therapy(evidence, tmp_path)
    table = compare.annual_cost(after, "cidp", PATIENT).set_index("product_id")
    assert table.at["newbrand", "usd_year_one_low"] == pytest.approx(13 * 2 * 40 * 5)
    assert table.at["newbrand", "usd_later_year_low"] == pytest.approx(365.25 / 28 * 400)
    harms = compare.adverse_events(after, "cidp")
    row = harms[harms["therapy_id"].eq("newmab")].iloc[0]
    assert row["difference_pct"] == pytest.approx(5.0)
    assert after.loaded[-1].text.endswith("New: Newmab.")
    assert len(after.therapies) == len(evidence.therapies) + 1


def test_own_therapy_reaches_the_effects_table(evidence: compare.Evidence) -> None:
    """Its cost and its headache stand beside the project's therapies."""
    after = with_therapy(evidence, encoded(THERAPY))
    table = compare.effects_table(after, "cidp", PATIENT)
    assert "newmab" in set(table["therapy_id"])


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "column", "said"),
    [
        ("therapies.csv", "monoclonal_antibody", "antibody", 2, "therapy_class", "one of"),
        ("therapies.csv", "newmab,Newmab", "ivig,Newmab", 2, "therapy_id", "in the tables already"),
        ("products.csv", "newbrand,newmab,", "newbrand,othermab,", 2, "therapy_id", "not in ther"),
        ("prices.csv", ",5,ours", ',"5,0",ours', 2, "usd_per_billing_unit", "decimal point"),
        ("prices.csv", "2026-10-01", "1.10.2026", 2, "effective_from", "YYYY-MM-DD"),
        ("regimens.csv", ",day,1,1,", ",,1,1,", 2, "interval_unit", "needs its unit"),
        ("regimens.csv", ",10,10,mg/kg,", ",10,10,,", 2, "dose_unit", "needs its unit"),
        ("regimens.csv", ",0,28,28,day", ",0,,,", 2, "interval_low", "so that doses can be"),
        ("adverse_events.csv", "80,80,8,4", "80,80,88,4", 2, "treated_events", "n_treated"),
        ("sources.csv", "source_id,", "id,", 1, "source_id", "this column is missing"),
    ],
)
def test_what_own_therapy_refuses(
    evidence: compare.Evidence, name: str, old: str, new: str, line: int, column: str, said: str
) -> None:
    """The whole folder, naming file, line and column."""
    changed = THERAPY[name].replace(old, new)
    assert changed != THERAPY[name]
    error = refused(lambda: with_therapy(evidence, encoded({**THERAPY, name: changed})))
    hits = [p for p in error.problems if p.table == name and said in p.expected]
    assert [(p.line, p.column.split(" + ")[0]) for p in hits if p.column] == [(line, column)]


def test_second_primary_row_is_refused(evidence: compare.Evidence) -> None:
    """A row that would displace the project's own row of the same event."""
    rows = evidence.adverse_events
    taken = rows[rows["primary"].eq("yes") & rows["ascertainment"].eq("all_cause")].iloc[0]
    content = THERAPY["adverse_events.csv"].replace(
        "newmab,cidp,headache", f"{taken['therapy_id']},{taken['condition_id']},{taken['event_id']}"
    )
    files = {"sources.csv": SOURCE, "adverse_events.csv": content}
    error = refused(lambda: with_therapy(evidence, encoded(files)))
    assert "another row is primary" in str(error)


def test_what_is_no_folder_of_tables(evidence: compare.Evidence, tmp_path: Path) -> None:
    """No folder, an empty one, a table that does not exist or may not be added to."""
    assert "no such folder" in str(refused(lambda: with_therapy(evidence, tmp_path / "gone")))
    assert "no CSV files here" in str(refused(lambda: with_therapy(evidence, tmp_path)))
    for name in ("notes.csv", "administration_fees.csv"):
        error = refused(lambda name=name: with_therapy(evidence, {name: b"a\n1\n"}))
        assert "no such table" in str(error)


def test_templates_have_the_columns_of_the_tables(evidence: compare.Evidence) -> None:
    """A header for each table; rows below it are all that is missing."""
    for name, content in own.templates(evidence).items():
        table = name.removesuffix(".csv")
        if table != "own_prices":
            assert content.strip().split(",") == list(getattr(evidence, table).columns)


# Before and after


def test_difference_names_what_changed(evidence: compare.Evidence) -> None:
    """Lower, new, and the same; changed rows stand first, and money adds up."""
    after = with_prices(with_therapy(evidence, encoded(THERAPY)), PRICES.encode())
    table = own.difference(evidence, after, "cidp", PATIENT)
    by_product = table.set_index("product_id")
    assert by_product.at["newbrand", "changed"] == "new"
    assert by_product.at["gamunex_c", "changed"] == "lower"
    assert by_product.at["panzyga", "changed"] == "same"
    assert by_product.at["gamunex_c", "change_usd"] == pytest.approx(
        by_product.at["gamunex_c", "usd_year_one_low_after"]
        - by_product.at["gamunex_c", "usd_year_one_low_before"]
    )
    assert table["changed"].eq("same").is_monotonic_increasing


def test_difference_sees_a_price_that_is_gone(evidence: compare.Evidence) -> None:
    """A code that vanished from CMS's file."""
    table = own.difference(evidence, with_asp_file(evidence, asp()), "cidp", PATIENT)
    assert table.set_index("product_id").at["privigen", "changed"] == "no price now"


def with_newitis() -> dict[str, str]:
    """The therapy's files for a condition that the project's data do not have."""
    files = dict(THERAPY)
    files["conditions.csv"] = (
        "condition_id,condition,short_name,specialty,default_age_years,default_weight_kg,"
        "default_height_cm\nnewitis,Newitis,NWT,Neurology,50,61,170\n"
    )
    for name in ("regimens.csv", "indications.csv", "adverse_events.csv"):
        files[name] = files[name].replace(",cidp,", ",newitis,")
    return files


def test_difference_of_a_condition_of_ones_own(evidence: compare.Evidence) -> None:
    """A condition that the project's data do not have: all of it is new."""
    after = with_therapy(evidence, encoded(with_newitis()))
    table = own.difference(evidence, after, "newitis", PATIENT)
    assert list(table["changed"]) == ["new"]


def test_a_price_per_device_is_not_held_against_a_limit(evidence: compare.Evidence) -> None:
    """Per device or per day there is no price per mg, so nothing is called far off."""
    after = with_prices(evidence, HEAD.encode() + b",hizentra,SC,30,day,60000,\n")
    report = after.loaded[-1].report
    assert len(report)
    assert report["remark"].eq("").all()


def test_empty_cells_beyond_the_header_are_passed_over(evidence: compare.Evidence) -> None:
    """Excel writes commas for columns that were emptied; a value beyond the header is refused."""
    head = HEAD.strip() + ",,\n"
    after = with_prices(evidence, (head + "J1561,,,500,mg,40,,,\n").encode())
    assert course_usd(after) == course_usd(with_prices(evidence, PRICES.encode()))
    wide = (head + "J1561,,,500,mg,40,,,5\n").encode()
    assert "expected 7 cells as in the header, found 9" in str(
        refused(lambda: with_prices(evidence, wide))
    )


def test_huge_files_are_refused_unread(evidence: compare.Evidence) -> None:
    """A file beyond any price list is told by its size."""
    content = HEAD.encode() + b" " * 20_000_000
    assert "the file is larger than" in str(refused(lambda: with_prices(evidence, content)))


def test_quarter_of_the_data_moves_no_date(evidence: compare.Evidence) -> None:
    """A file of the quarter in force is compared, and the sentence says nothing of dates."""
    now = "Effective October 1, 2026 through December 31, 2026"
    after = with_asp_file(evidence, asp(effective=now))
    assert after.data_date == evidence.data_date
    text = after.loaded[-1].text
    assert "payment limits from 2026-10-01 to 2026-12-31" in text
    assert "data's date moves" not in text
    assert "ended before" not in text


def test_replaced_code_without_a_limit_has_no_change(evidence: compare.Evidence) -> None:
    """Where the new code's unit is not a mass, the change per mg is blank, not invented."""
    codes = evidence.product_codes
    twin = codes[codes["code"].eq("J1459")].assign(code="J9999")
    both = dataclasses.replace(evidence, product_codes=pd.concat([codes, twin]))
    rows = (*ASP_ROWS, "J9999,New Privigen,1 VIAL,500.000,20.000,,,,,,")
    report = with_asp_file(both, asp(rows=rows)).loaded[-1].report.set_index("code")
    assert report.at["J1459", "change"] == "replaced"
    assert pd.isna(report.at["J1459", "change_pct"])
