"""Kinds of mistakes in files of the reader's own: each refused where it is, or read as meant."""

import csv
import gzip
import io
import itertools
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import compare
from compare.own import with_asp_file, with_prices, with_therapy
from compare.own.price_rows import padded
from tests.mutations import often
from tests.own.test_incoming import (
    ASP_HEAD,
    ASP_ROWS,
    PATIENT,
    THERAPY,
    asp,
    course_usd,
    encoded,
    refused,
)
from tests.own.test_incoming import SHORT as HEAD

WIDE = "code,product_id,route,presentation_id,billing_qty,billing_unit,usd_per_billing_unit"


def own(*rows: str, head: str = HEAD) -> bytes:
    """A file of own prices."""
    return "\n".join([head, *rows, ""]).encode()


def limit(cells: str) -> bytes:
    """CMS's file with one row; the row stands on line 7."""
    return asp((cells,))


def therapy(**changes: Mapping[str, str]) -> dict[str, bytes]:
    """The example therapy with cells of the first row of its tables changed or added."""
    files = dict(THERAPY)
    for table, cells in changes.items():
        header, *rows = list(csv.reader(io.StringIO(files[f"{table}.csv"])))
        row = dict(zip(header, rows[0], strict=True)) | cells
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(
            [row, row.values(), *([*other, *[""] * (len(row) - len(other))] for other in rows[1:])]
        )
        files[f"{table}.csv"] = text.getvalue()
    return encoded(files)


def said(call: Callable[[], object]) -> str:
    """What a refusal says; it takes less than a second of the processor."""
    start = time.process_time()
    error = refused(call)
    assert time.process_time() - start < 1
    return str(error)


# CMS's file


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("J1561,Gamunex-c,0 MG,60.000,20.000,,,,,,", "HCPCS Code Dosage", "more than 0"),
        ('J1561,Gamunex-c,500 MG,"60,25",20.000,,,,,,', "Payment Limit", "write 60.25"),
        ('J1561,Gamunex-c,500 MG,"60,000",20.000,,,,,,', "Payment Limit", "write 60.000"),
        ('J1561,Gamunex-c,500 MG,"1,23.5",20.000,,,,,,', "Payment Limit", "expected a number"),
        ('J1561,Gamunex-c,"1,5 G",60.000,20.000,,,,,,', "HCPCS Code Dosage", "write 1.5"),
        ("J1561,Gamunex-c,500 MG,0,20.000,,,,,,", "Payment Limit", "more than 0"),
        ("J1561,Gamunex-c,500 MG,1,234.567,,,,,,", "Co-insurance Percentage", "percentage"),
    ],
)
def test_numbers_of_cms_are_read_strictly(
    evidence: compare.Evidence, row: str, column: str, words: str
) -> None:
    """Line, column and what to write instead; a comma is never passed over."""
    text = said(lambda: with_asp_file(evidence, limit(row)))
    assert f"line 7, column {column}" in text
    assert words in text


def test_thousands_of_a_number_with_a_point_are_read(evidence: compare.Evidence) -> None:
    """ "1,234.567" is 1234.567; without quotes the row is too wide, and nothing is loaded."""
    after = with_asp_file(evidence, limit('J1561,Gamunex-c,500 MG,"1,234.567",20.000,,,,,,'))
    assert after.prices["usd_per_billing_unit"].eq(1234.567).sum() == 1
    row = "J1561,Gamunex-c,500 MG,1,234.567,20.000,,,,,,"
    assert "11 cells" in said(lambda: with_asp_file(evidence, limit(row)))


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_file_cut_within_a_row_is_refused(evidence: compare.Evidence, cut: int) -> None:
    """The last row has fewer cells than the header, wherever the cut is."""
    content = asp().rstrip(b",\r\n")[:-cut] if cut > 30 else asp(ASP_ROWS[:5])[: -11 - cut]
    assert "cut short" in said(lambda: with_asp_file(evidence, content))


def test_file_without_its_last_lines_is_noticed(evidence: compare.Evidence) -> None:
    """It ends before codes that had a limit until now; a whole file is not asked about."""
    cut = with_asp_file(evidence, asp()).loaded[-1].text
    assert "ends with J2802, before J3245, J3247, J3262" in cut
    assert "was it cut short?" in cut
    whole = with_asp_file(evidence, asp((*ASP_ROWS, "Q9999,Otulfi,1 MG,13.0,20,,,,,,")))
    assert "cut short" not in whole.loaded[-1].text


@pytest.mark.parametrize("mark", ['"', '"Gamunex', 'x"'])
def test_quotes_that_do_not_close_are_refused(evidence: compare.Evidence, mark: str) -> None:
    """A quote at the start of a cell swallows what follows; the row where it opens is named."""
    rows = list(ASP_ROWS)
    rows[4] = f"J1561,{mark},500 MG,60.000,20.000,,,,,,"
    if mark.startswith('"'):
        assert "quotation mark" in said(lambda: with_asp_file(evidence, asp(tuple(rows[:5]))))
    else:
        assert with_asp_file(evidence, asp(tuple(rows))).loaded
    swallowed = ('J1561,"Gamunex,500 MG,60.000', '20,,,,,,\r\nJ1745,x",10 MG,31,20,,,,,,')
    assert "quotation" in said(lambda: with_asp_file(evidence, asp(swallowed)))


@pytest.mark.parametrize("year", [2030, 2072, 9999])
def test_quarters_far_ahead_are_refused(evidence: compare.Evidence, year: int) -> None:
    """The data is of 2026: a file of 2029 may come, one of 2072 is a slip of the pen."""
    wrong = asp(effective=f"Effective January 1, {year} through March 31, {year}")
    assert "far ahead" in said(lambda: with_asp_file(evidence, wrong))
    good = asp(effective="Effective January 1, 2029 through March 31, 2029")
    assert with_asp_file(evidence, good).data_date.year == 2029


@pytest.mark.parametrize(
    "effective",
    ["February 1, 2027 through April 30, 2027", "January 1, 2027 through June 30, 2027"],
)
def test_what_is_no_quarter_is_refused(evidence: compare.Evidence, effective: str) -> None:
    """Limits hold for a quarter of the calendar, from its first day to its last."""
    wrong = asp(effective=f"Effective {effective}")
    assert "last day of a quarter" in said(lambda: with_asp_file(evidence, wrong))


def test_code_for_inpatients_is_not_suggested(evidence: compare.Evidence) -> None:
    """Q0249 names tocilizumab, for COVID-19 in hospital; another new code of it is suggested."""
    rows = (
        *ASP_ROWS,
        "Q0249,Tocilizumab for covid-19,1 MG,7.569,0.000,,,,,,",
        "Q5999,Inj tocilizumab-zzzz,1 MG,7.569,20.000,,,,,,",
        "Q0299,Tocilizumab as vaccine,1 MG,7.569,0.000,95,7.569,,,,",
    )
    report = with_asp_file(evidence, asp(rows)).loaded[-1].report
    assert list(report.loc[report["change"].eq("not taken up"), "code"]) == ["Q5999"]


# Own prices


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (own("J1561,500,mg,40,", "J1561,500,mg,50,2026-11-22", head=f"{HEAD},effective_from"),
         "line 2 too"),
        (own("J1561,500,mg,40,2026-01-01", "J1561,500,mg,50,2026-10-01",
             head=f"{HEAD},effective_from"), "both are in force"),
        (own("57894-070-02,,,,1,device,5", ",simponi,SC,simponi_autoinjector_50mg,1,device,6",
             head=WIDE), "line 2 too"),
        (own("J1561,500,mg,24,80", head=f"{HEAD},presentation_id"), "decimal comma"),
        (own("J1561,500,mg,24,80", head=f"{HEAD},notes"), "decimal comma"),
        (own("J1561,500,mg,1,234.50", head=f"{HEAD},notes"), "decimal comma"),
        (own("J1561,500,mg,24,80", head=f"{HEAD},effective_to"), "YYYY-MM-DD"),
        (own("J1561,500,mg,24,80", head=f"{HEAD},route"), "expected one of: IV, SC, IM"),
        (own("J1561,500,mg,40,XX", head=f"{HEAD},route"), "expected one of: IV, SC, IM"),
        (own("J1459,500,mg,40,SC", head=f"{HEAD},route"), "not used for SC"),
        (own("J1561,500,mg,40,SC", head=f"{HEAD},route"), "name the product_id"),
        (own("J1561,500,mg,40,nonsense", head=f"{HEAD},presentation_id"), "not in presentations"),
        (own(",gamunex_c,,,500,mg,40", head=WIDE), "expected one of: IV, SC"),
        (own(",gamunex_c,IV,simponi_autoinjector_50mg,1,device,6", head=WIDE), "expected one of:"),
        (own(",actemra,IV,actemra_autoinjector_162mg,1,device,6", head=WIDE),
         "this presentation is not given by this route"),
        (own("J1561,1,day,50"), "billed per mg"),
        (own("J1561,1,device,50"), "give presentation_id"),
        (own("57894007002,1,mg,50"), "billed per device"),
        (own(",gamunex_c,IV,,1,day,50", head=WIDE), "by the vial"),
        (own("J1561,500,mg,0"), "0.0001 or more"),
        (own("J1561,0,mg,5"), "0.0001 or more"),
        (own("J1561,500,mg,1e9"), "or less"),
        (own("J1561,500,mg,'40'"), "decimal point"),
    ],
)  # fmt: skip
def test_own_prices_that_cannot_be_meant(
    evidence: compare.Evidence, content: bytes, words: str
) -> None:
    """Twice in force, spilled into the next column, or in a unit that the code is not billed in."""
    assert words in said(lambda: with_prices(evidence, content))


@pytest.mark.parametrize("code", ["57894-070-02", "57894-0070-02", "57894007002", "57894-0070-2"])
def test_ndc_of_ten_digits_is_padded_in_its_short_part(
    evidence: compare.Evidence, code: str
) -> None:
    """5-3-2, 5-4-2, 5-4-1 and eleven digits: Simponi at $1,234.50 a pen."""
    after = with_prices(evidence, own(f"{code},1,device,1234.5"))
    report = after.loaded[-1].report
    shown = report[["product", "code", "route", "price"]].to_numpy().tolist()
    assert shown == [["Simponi", "57894007002", "SC", "$1,234.500 per 1 device"]]
    assert padded("0074-0554-02") == "00074055402"


@pytest.mark.parametrize("code", ["57894-70-02", "12345-678-90", "x-y-z", "57894-070-02-1"])
def test_unknown_code_is_one_problem(evidence: compare.Evidence, code: str) -> None:
    """And asks for nothing else."""
    error = refused(lambda: with_prices(evidence, own(f"{code},1,device,1234.5")))
    assert [problem.column for problem in error.problems] == ["code"]


def test_more_specific_price_wins(evidence: compare.Evidence) -> None:
    """A product's price before its code's, in either order of rows; the report says which.

    280 units of 500 mg at $30 instead of $40 are $2,800 less.
    """
    rows = ["J1561,,,,500,mg,40", ",gamunex_c,IV,,500,mg,30"]
    code = course_usd(with_prices(evidence, own(rows[0], head=WIDE)))
    for order in itertools.permutations(rows):
        after = with_prices(evidence, own(*order, head=WIDE))
        assert course_usd(after) == pytest.approx(code - 280 * 10)
        report = after.loaded[-1].report.set_index(["code", "product", "route"])["in_force"]
        assert report["own_gamunex_c_iv", "Gamunex-C", "IV"] == "yes"
        assert report["J1561", "Gamunex-C", "IV"].startswith("no: own_gamunex_c_iv")
        assert report["J1561", "Gammaked", "IV"] == "yes"


def test_price_of_one_presentation_leaves_the_others_theirs(evidence: compare.Evidence) -> None:
    """70 g are 40 g, 20 g and 10 g: the 40 g bottle at $3,000, the others at $40 per 500 mg.

    Twice 3,000 and 60 units of 40 dollars: 5,400 a day, 10,800 of drug.
    """
    every = with_prices(evidence, own("J1561,,,,500,mg,40", head=WIDE))
    box = ",,IV,gamunex_c_bottle_40g,40,g,3000"
    after = with_prices(evidence, own("J1561,,,,500,mg,40", box, head=WIDE))
    assert course_usd(every) - course_usd(after) == pytest.approx(2 * (80 * 40 - 3000))
    report = after.loaded[-1].report.set_index(["code", "product", "route"])["in_force"]
    assert "gamunex_c_bottle_40g the more specific" in report["J1561", "Gamunex-C", "IV"]


# What a file is


def packed(name: str) -> bytes:
    """A ZIP file that holds a file of this name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(name, "code\n1\n")
    return content.getvalue()


HOSPITAL_CSV = (
    b"hospital_name,last_updated_on,version\nGeneral,2026-01-01,2.0.0\n"
    b"description,code|1,code|1|type,standard_charge|gross\nGamunex,J1561,HCPCS,99.5\n"
)
OTHERS = {
    "Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504, packed("xl/workbook.xml"),
              b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:x">'),
    "ZIP": (packed("limits.csv"),),
    "gzip": (gzip.compress(b"code\n1\n"),),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3",),
    "HTML": (b"\n<!DOCTYPE html><html>", b"<table><tr>"),
    "JSON": (b'[{"code": 1}]', b"\xef\xbb\xbf{}"),
    "UTF-16": ("code\n1\n".encode("utf-16"),),
    "NUL": (b"code\x00,b\n1,2\n",),
    "price-transparency": (HOSPITAL_CSV, b'{"hospital_name": "x", "last_updated_on": "2026"}',
                           b'{"standard_charge_information": []}'),
    "crosswalk": (b"HCPCS Code,Short Description,LABELER NAME,NDC\nJ1561,x,y,z\n",),
}  # fmt: skip


@pytest.mark.parametrize("load", [with_prices, with_asp_file, with_therapy])
@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_are_told_by_what_they_are(
    evidence: compare.Evidence, kind: str, load: Callable[..., object]
) -> None:
    """One sentence, and for CMS's where to find the CSV."""
    for content in OTHERS[kind]:
        file = {"prices.csv": content} if load is with_therapy else content
        error = refused(lambda file=file: load(evidence, file))
        assert len(error.problems) == 1, str(error)
        assert kind in error.problems[0].expected
        assert (load is with_asp_file) >= ("CMS's ZIP" in str(error))


def test_files_in_the_wrong_chooser_name_the_right_one(evidence: compare.Evidence) -> None:
    """Each way round: one sentence with the control."""
    prices, table = own("J1561,500,mg,40"), THERAPY["regimens.csv"].encode()
    for call, words in (
        (lambda: with_prices(evidence, asp()), "CMS payment-limit file (CSV)"),
        (lambda: with_therapy(evidence, {"prices.csv": asp()}), "CMS payment-limit file (CSV)"),
        (lambda: with_asp_file(evidence, prices), "Own prices (CSV)"),
        (lambda: with_therapy(evidence, {"prices.csv": prices}), "Own prices (CSV)"),
        (lambda: with_prices(evidence, table), "Tables of a therapy (CSV files)"),
        (lambda: with_asp_file(evidence, table), "Tables of a therapy (CSV files)"),
    ):
        error = refused(call)
        assert len(error.problems) == 1
        assert words in str(error)


def test_messages_are_short_whatever_the_names(evidence: compare.Evidence) -> None:
    """Names and values are clipped; where no column is known, one line names the template."""
    long = "words " * 1000
    for content in (own("x,1", head=f"hospital,{long}"), own(f"{long},5,mg,5"),
                    own(f"J1561,5,mg,5,{long}", head=f"{HEAD},{long}")):  # fmt: skip
        assert len(str(refused(lambda content=content: with_prices(evidence, content)))) < 1000
    error = refused(lambda: with_prices(evidence, own("x,1", head=f"hospital,{long}")))
    assert len(error.problems) == 1
    assert "own_prices.csv" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        own(",".join("1" * 20_000), head=",".join(f"c{i}" for i in range(20_000))),
        b"c," * 1_000_000,
        own(*["J1561,500,mg,40"] * 500_000),
        own(*["J15,500,mg,40"] * 9_000),
        own(*["J1561,500,mg,40"] * 9_000),
        own(f"J1561,500,mg,40{',' * 7_900_000}"),
        own(
            *["Z,x,y,z,w,a,b,1/1/26,2/2/26,9"] * 9_999,
            head=f"{WIDE},effective_from,effective_to,notes",
        ),
    ],
    ids=[
        "columns",
        "a million columns",
        "rows",
        "unknown codes",
        "doubles",
        "a row of commas",
        "everything wrong",
    ],
)
def test_sizes_are_bounded_at_once(evidence: compare.Evidence, content: bytes) -> None:
    """Refused in about a second at most, however much there is."""
    said(lambda: with_prices(evidence, content))


@pytest.mark.parametrize(
    "file", [None, 5, 1.5, [1], (1, 2), object(), {"a": 1}, {"therapies.csv": "text"}, {1: b"x"}]
)
@pytest.mark.parametrize("load", [with_prices, with_asp_file, with_therapy])
def test_what_is_no_file_is_refused(
    evidence: compare.Evidence, file: object, load: Callable[..., object]
) -> None:
    """In plain words, never a TypeError."""
    refused(lambda: load(evidence, file))


# A therapy


@pytest.mark.parametrize(
    ("table", "cells", "words"),
    [
        ("regimens", {"days": "0;14;28"}, "not both"),
        ("regimens", {"interval_low": "1e-9"}, "0.5 or more"),
        ("regimens", {"dose_high": "1e9"}, "or less"),
        ("regimens", {"dose_low": "0", "dose_high": "0"}, "more than 0"),
        ("regimens", {"age_years_from": "18", "age_years_below": "12"}, "more than age_years_from"),
        ("regimens", {"rate_start": "9", "rate_max": "3", "rate_unit": "mL/h"}, "rate_max or less"),
        ("regimens", {"phase": "cycle", "days": "0;14;28", "interval_low": "", "interval_high": "",
                      "cycle_days_low": "21", "cycle_days_high": "42"}, "last of the cycle's days"),
        ("regimens", {"days": "0;14", "doses": "3", "interval_low": "", "interval_high": ""},
         "as many doses"),
        ("prices", {"usd_per_billing_unit": "0"}, "or more"),
        ("adverse_events", {"treated_pct": "90"}, "8 of n_treated"),
        ("adverse_events", {"comparator_pct": "40"}, "percentage of comparator_events"),
        ("adverse_events", {"verification": "disputed", "disputes": "newmab_headache"}, "itself"),
        ("products", {"reference_product_id": "newbrand"}, "own reference"),
        ("products", {"product": "gamunex-C "}, "on another row"),
        ("therapies", {"therapy": "IVIG"}, "on another row"),
        ("prices", {"code": "J1561"}, "own prices"),
        ("product_codes", {"product_id": "gamunex_c"}, "another product"),
    ],
)  # fmt: skip
def test_own_therapies_that_contradict_themselves(
    evidence: compare.Evidence, table: str, cells: dict[str, str], words: str
) -> None:
    """Within a row, or with a row of the tables; file and line are named."""
    if table == "therapies":
        cells = {"therapy": evidence.label("therapies", "ivig").upper()}
    words = words.replace("8 of n_treated", "treated_events of n_treated")
    text = said(lambda: with_therapy(evidence, therapy(**{table: cells})))
    assert f"{table}.csv, line 2" in text
    assert words in text


BAND = ("weight_kg_min", "weight_kg_max", "weight_bounds")
IGE_BAND = ("ige_iu_ml_min", "ige_iu_ml_max", "ige_bounds")


def banded(*bands: tuple[str, ...], columns: tuple[str, ...] = BAND) -> dict[str, bytes]:
    """The example therapy with bands of weight (or of other columns)."""
    header, row = list(csv.reader(io.StringIO(THERAPY["regimens.csv"])))[:2]
    cells = dict(zip(header, row, strict=True))
    rows = [
        cells | {"band": f"band_{i}"} | dict(zip(columns, band, strict=True))
        for i, band in enumerate(bands)
    ]
    text = pd.DataFrame(rows).to_csv(index=False)
    return encoded({**THERAPY, "regimens.csv": text})


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ((("0", "80", ""), ("60", "200", "")), "overlap between 60 and 80 kg"),
        ((("", "", ""), ("60", "200", "")), "overlap between 60 and 200 kg"),
        ((("0", "60", "[]"), ("60", "200", "[)")), "overlap at 60 kg"),
        ((("60", "60", "[]"), ("0", "200", "()")), "overlap at 60 kg"),
        ((("0", "60", ""), ("70", "200", "")), "no band holds between 60 and 70 kg"),
        ((("0", "60", "[)"), ("60", "200", "()")), "no band holds 60 kg"),
        ((("60", "", ""), ("", "60", "")), ""),
        ((("0", "60", "[]"), ("60", "200", "()")), ""),
    ],
)
def test_bands_neither_overlap_nor_leave_weights_out(
    evidence: compare.Evidence, bands: tuple[tuple[str, str, str], ...], words: str
) -> None:
    """At each weight one band holds, in whichever order the rows stand."""
    for order in itertools.permutations(bands):
        if words:
            assert words in said(lambda order=order: with_therapy(evidence, banded(*order)))
        else:
            assert with_therapy(evidence, banded(*order)).loaded


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ((("0", "60", "", "30", "100", "[]"), ("50", "90", "", "100", "200", "(]")), ""),
        ((("0", "60", "", "30", "100", "[]"), ("50", "90", "", "90", "200", "(]")),
         "overlap between 50 and 60 kg"),
        ((("0", "60", "", "30", "100", "[]"), ("0", "60", "", "200", "300", "(]")),
         "no band holds between 100 and 200 IU/mL of IgE"),
        ((("0", "60", "", "30", "100", "[)"), ("0", "60", "", "100", "300", "(]")),
         "no band holds 100 IU/mL of IgE"),
    ],
)  # fmt: skip
def test_bands_of_weight_and_ige(
    evidence: compare.Evidence, bands: tuple[tuple[str, ...], ...], words: str
) -> None:
    """Weights may overlap where IgE does not; no level of IgE is left out between two bands."""
    tables = banded(*bands, columns=BAND + IGE_BAND)
    if words:
        assert words in said(lambda: with_therapy(evidence, tables))
    else:
        assert with_therapy(evidence, tables).loaded


def test_everything_wrong_is_said_at_once(evidence: compare.Evidence) -> None:
    """A number out of bounds in one table, and an id that is nowhere in another."""
    text = said(
        lambda: with_therapy(
            evidence, therapy(regimens={"dose_high": "1e9"}, products={"therapy_id": "nomab"})
        )
    )
    assert "regimens.csv, line 2, column dose_high: found '1e9'" in text
    assert "products.csv, line 2, column therapy_id" in text


# Properties: no number is ever read as another, and only a `DataError` is raised


def few_or_many(few: int, many: int) -> list[Any]:
    """How often a property is tried, and the number of its draws; the many by hand."""
    return [(few, 0), pytest.param(many, 1, marks=pytest.mark.soak)]


AMOUNTS = st.tuples(st.integers(0, 9_999_999), st.integers(0, 999)).map(
    lambda parts: (parts[0], f"{parts[1]:03d}")
)
WRITTEN = st.sampled_from(
    ("{a}.{b}", "{a},{b}", "{c}.{b}", "{c}", "{a}", "${a}", "{a} ", "{d},{b}")
)


def number_of(text: str) -> float | None:
    """The number that a price may be read as; None where it must be refused."""
    text = text.strip()
    plain = text.replace(",", "") if "." in text else text
    ok = plain.replace(".", "", 1).isdigit() and (text == plain or f"{float(plain):,.3f}" == text)
    return float(plain) if ok and float(plain) > 0 else None


@pytest.mark.parametrize(
    ("times", "number"),
    [(60, 0), *(pytest.param(1000, i, marks=pytest.mark.soak) for i in range(1, 101))],
)
def test_no_price_is_read_as_another(evidence: compare.Evidence, times: int, number: int) -> None:
    """Commas, points, dollar signs, quotes, in both files: the number that was meant, or a refusal.

    By hand 100,000 of them, in chunks that can be repeated by their number.
    """

    @often(times, number)
    @given(amount=AMOUNTS, form=WRITTEN, quoted=st.booleans(), cms=st.booleans())
    def check(amount: tuple[int, str], form: str, quoted: bool, cms: bool) -> None:
        a, b = amount
        text = form.format(a=a, b=b, c=f"{a:,}", d=f"{a:,}".replace(",", "."))
        cell = f'"{text}"' if quoted else text
        file = limit(f"J1561,x,500 MG,{cell},20.000,,,,,,") if cms else own(
            f"J1561,500,mg,{cell}", head=HEAD
        )  # fmt: skip
        load = with_asp_file if cms else with_prices
        try:
            after = load(evidence, file)
        except compare.DataError:
            return
        basis = "asp_payment_limit" if cms else "own"
        rows = after.prices[after.prices["source_id"].eq(after.sources["source_id"].iloc[-1])]
        meant = number_of(text.removeprefix("$"))
        assert rows["price_basis"].eq(basis).all()
        assert list(rows["usd_per_billing_unit"]) == [meant]

    check()


EDGES = st.sampled_from((0, 1, 20, 40, 60, 80, 200))
BOUNDS = st.sampled_from(("", "[)", "[]", "(]", "()"))


@pytest.mark.parametrize(("times", "number"), few_or_many(12, 2_000))
def test_no_weight_is_dosed_twice(evidence: compare.Evidence, times: int, number: int) -> None:
    """Bands drawn at random are loaded only where no weight has two; a year costs what one does."""

    @often(times, number)
    @given(bands=st.lists(st.tuples(EDGES, EDGES, BOUNDS), min_size=2, max_size=3))
    def check(bands: list[tuple[int, int, str]]) -> None:
        try:
            after = with_therapy(evidence, banded(*((str(a), str(b), c) for a, b, c in bands)))
        except compare.DataError:
            return
        low, high = min(a for a, _, _ in bands), max(b for _, b, _ in bands)
        for weight in range(low + 1, high):
            patient = compare.Patient(weight_kg=weight, age_years=50)
            table = compare.annual_cost(after, "cidp", patient)
            mine = table[table["therapy_id"].eq("newmab")]
            # 10 mg/kg in vials of 400 mg at 5 dollars per 10 mg, 13 doses a year
            vials = -(-10 * weight // 400)
            assert list(mine["usd_year_one_low"]) == [pytest.approx(13 * vials * 40 * 5)]

    check()


NUMBERS = st.sampled_from(
    ("0", "1e-9", "1e-300", "0.5", "1", "30", "365", "1e9", "1e300", "-1", "nan", "inf", "5e-324")
)
COLUMNS = st.sampled_from(
    ("dose_low", "dose_high", "interval_low", "interval_high", "doses", "first_day", "rate_start",
     "rate_max", "rate_step", "rate_step_minutes", "infusion_minutes", "max_dose",
     "visits_per_dose_low", "visits_per_dose_high", "observation_minutes", "weight_kg_max",
     "cycle_days_low", "cycle_days_high")
)  # fmt: skip


@pytest.mark.parametrize(("times", "number"), few_or_many(15, 3_000))
def test_numbers_of_a_regimen_are_bounded(
    evidence: compare.Evidence, times: int, number: int
) -> None:
    """Tiny, huge, infinite and none: refused, or computed within a moment."""

    @often(times, number)
    @given(cells=st.dictionaries(COLUMNS, NUMBERS, min_size=1, max_size=3))
    def check(cells: dict[str, str]) -> None:
        start = time.process_time()
        try:
            after = with_therapy(evidence, therapy(regimens=cells))
        except compare.DataError:
            return
        finally:
            assert time.process_time() - start < 2
        table = compare.annual_cost(after, "cidp", PATIENT)
        usd = table.filter(like="usd_").to_numpy(dtype=float)
        assert not (usd <= 0).any() or not (usd < 0).any()

    check()


def test_header_of_cms_is_the_one_that_rows_are_held_against() -> None:
    """The helper's rows are as wide as CMS's header, so that a refusal means what it says."""
    assert {len(next(csv.reader([row.replace("\r\n", " ")]))) for row in ASP_ROWS} == {
        len(ASP_HEAD.split(","))
    }
