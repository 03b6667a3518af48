"""Habits of spreadsheets and people in own files: the number that was meant, or refused."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import compare
from compare.own import with_asp_file, with_prices, with_therapy
from tests.data.test_robustness import outcome
from tests.mutations import often
from tests.own.test_incoming import ASP_HEAD, ASP_ROWS, THERAPY, asp, course_usd, encoded, refused
from tests.own.test_own_kinds import HEAD, banded, limit, own, said, therapy

ROW = "J1561,500,mg,40"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # Amounts so small that a year would cost more than all money, or nothing.
        (own("J1561,1e-300,mg,40"), "0.0001 or more"),
        (own("J1561,500,mg,1e-300"), "0.0001 or more"),
        # A comma that may mean either: both are named, none is chosen.
        (own('J1561,500,mg,"1,234"'), "write 1.234, or 1234 if thousands are meant"),
        (own('J1561,"1,000",mg,40'), "or 1000 if thousands are meant"),
        # Beside semicolons a point and three digits are thousands in most countries.
        (own("J1561;500;mg;1.234", head=HEAD.replace(",", ";")), "write 1234, or 1.2340"),
        (own("J1561,500,mg,£40"), "no currency sign"),
        (own("J1561,500,mg,40%"), "expected a plain number"),
        # Years of two digits.
        (own(f"{ROW},0026-10-01", head=f"{HEAD},effective_from"), "YYYY-MM-DD"),
        (own(f"{ROW},26-10-01", head=f"{HEAD},effective_from"), "YYYY-MM-DD"),
        (own(f"{ROW},10/1/26", head=f"{HEAD},effective_from"), "YYYY-MM-DD"),
        # Names that nobody sees are shown as they are.
        (own("J1561,,500,mg,40", head=HEAD.replace("code,", "code,,")), "column ''"),
        (own(ROW, head=HEAD.replace("code", "\u200bcode")), "'\\u200bcode'"),
    ],
)  # fmt: skip
def test_habits_in_own_prices(evidence: compare.Evidence, content: bytes, words: str) -> None:
    """Refused at once, with the place, and with what to write."""
    assert words in said(lambda: with_prices(evidence, content))


@pytest.mark.parametrize("title", ["Our prices 2026", "Our prices 2026,,,"])
def test_title_above_the_header_is_one_problem(evidence: compare.Evidence, title: str) -> None:
    """Not one more for each row, of commas that are nobody's mistake."""
    error = refused(lambda: with_prices(evidence, own(HEAD, ROW, ROW, head=title)))
    assert len(error.problems) == 1
    assert "in the first line" in str(error)


@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff", "sep=\t\n"])
def test_tabs_and_doubled_marks_are_read(evidence: compare.Evidence, mark: str) -> None:
    """A sheet copied as text has tabs; a file joined of two has two byte order marks."""
    file = mark.encode() + own(ROW).replace(b",", b"\t")
    assert course_usd(with_prices(evidence, file)) == course_usd(with_prices(evidence, own(ROW)))


def fields(*, dose: str = "500 MG", usd: str = "60.000", share: str = "20.000") -> bytes:
    """CMS's file with one row; the row stands on line 7."""
    return limit(f'J1561,Gamunex-c,"{dose}","{usd}","{share}",,,,,,')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        *((fields(share=share), "Co-insurance Percentage")
          for share in ("20,0", "twenty", "-20", "2O", "<20", "1e1", "17.5.1", "0.2")),
        (limit("J1561,Gamunex-c,500 MG,1,015.500,20.000,,,,,"), "Vaccine AWP%: found '20.000'"),
        (limit("J1561,Gamunex-c,500 MG,1,015.500,,,20.000,,,"), "Blood AWP%: found '20.000'"),
        (asp((*ASP_ROWS[:4], "J156,,,,,,,,,,")), "cut short"),
        (asp((*ASP_ROWS[:4], "J1561,,,,,,,,,,")), "cut short"),
        (limit("J1561,500 MG,60.000,20.000,,,,,,,"), "did cells move"),
        (fields(dose="1,000 MG"), "or 1000 if thousands are meant"),
        (asp().replace(b",", b";"), "not divided by commas"),
        (asp().replace(b",", b"\t"), "not divided by commas"),
    ],
)  # fmt: skip
def test_habits_in_the_file_of_cms(evidence: compare.Evidence, content: bytes, words: str) -> None:
    """Percentages that are none, limits that spilled over, rows cut short, a sheet saved again."""
    assert words in said(lambda: with_asp_file(evidence, content))


def test_what_cms_prints_beside_its_limits_is_read(evidence: compare.Evidence) -> None:
    """No coinsurance for a vaccine, a footnote in words, a percentage beside its own limit."""
    vaccine = "90653,Iiv adjuvant vaccine im,0.5 ML,98.160,0.000,95,98.160,,,,"
    after = with_asp_file(evidence, asp((vaccine, *ASP_ROWS, "Source: CMS,,,,,,,,,,")))
    assert course_usd(after) == course_usd(with_asp_file(evidence, asp()))
    assert ASP_HEAD.count("%") == 2


@pytest.mark.parametrize("first_day", ["364", "1000"])
def test_a_regimen_begins_within_its_first_year(evidence: compare.Evidence, first_day: str) -> None:
    """Else its first year would seem to cost nothing."""
    text = said(lambda: with_therapy(evidence, therapy(regimens={"first_day": first_day})))
    assert "expected a first dose of the regimen by day 363" in text
    assert with_therapy(evidence, therapy(regimens={"first_day": "363"})).loaded
    assert with_therapy(evidence, banded(("0", "80", ""), ("80", "", ""))).loaded


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"billing_unit": "day"}, "billing_unit: found 'day': this product is bought by the vial"),
        ({"billing_unit": "device"}, "give presentation_id in product_codes"),
        ({"code": "J77777"}, "code: found 'J77777': not in product_codes"),
    ],
)
def test_prices_of_an_own_therapy_pay_for_something(
    evidence: compare.Evidence, changes: dict[str, str], words: str
) -> None:
    """A day's price of a vial would be a tenth of its year; a code of nothing would be lost."""
    text = said(lambda: with_therapy(evidence, therapy(prices=changes)))
    assert f"prices.csv, line 2, column {words}" in text or words in text


DAYS = {"interval_low": "", "interval_high": "", "interval_unit": "", "use": "course"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regimens": DAYS | {"days": "0;0;14"}}, "column days: found '0;0;14': expected each day"),
        ({"regimens": DAYS | {"days": "28;14;0"}}, "each day once, in their order"),
        ({"regimens": DAYS | {"days": "0;99999"}}, "up to day 3660"),
        ({"regimens": {"route": "IM"}}, "regimens.csv, line 2, column route: found 'IM'"),
        ({"presentations": {"route": "IV"}}, "presentations.csv, line 2, column route: found 'IV'"),
        ({"product_codes": {"route": "IV"}}, "product_codes.csv, line 2, column route: found 'IV'"),
        ({"presentations": {"strength": "0.0001"}}, "expected a microgram or more"),
        ({"presentations": {"product_id": "gamunex_c"}}, "column product_id: found 'gamunex_c'"),
    ],
)  # fmt: skip
def test_rows_of_an_own_therapy_fit_together(
    evidence: compare.Evidence, changes: dict[str, dict[str, str]], words: str
) -> None:
    """Days that stand twice, routes of no product, a vial of somebody else's product."""
    assert words in said(lambda: with_therapy(evidence, therapy(**changes)))


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        ("2026-10-01,", "2026-10-02,", 3),
        ("2026-10-02,", "2026-10-01,", 2),
        ("2026-10-01,2026-10-31", "2026-10-31,", 3),
        ("2026-10-01,2026-10-31", "2026-11-01,", None),
    ],
)
def test_own_therapy_has_one_price_on_a_day(
    evidence: compare.Evidence, first: str, second: str, line: int | None
) -> None:
    """Whichever way the two are dated; one that ends before the other begins is history."""
    head = "code,code_type,price_basis,effective_from,effective_to,billing_qty,billing_unit,"
    head += "usd_per_billing_unit,source_id,verification"
    rows = (
        f"J7777,HCPCS,asp_payment_limit,{day},10,mg,5,ours,one_reading" for day in (first, second)
    )
    files = {**encoded(THERAPY), "prices.csv": own(*rows, head=head)}
    if line is None:
        assert with_therapy(evidence, files).loaded
    else:
        text = said(lambda: with_therapy(evidence, files))
        assert f"prices.csv, line {line}, column effective_from" in text


# One price in every way that people write it: the same dollars, or a refusal

SIGNS = st.sampled_from(
    ("", "$", "€", "£", "USD ", "~", "<", ">", "=", "'", "+", "-", "(", "\u2212")
)
ENDS = st.sampled_from(
    ("", " ", "%", ")", "-", " USD", "*", ".", ",", "\u200b", "\u00a0", "/500", "e0")
)
DIVIDED = st.sampled_from(("", ",", ".", "'", "\u2019", " ", "\u00a0", "\u202f", "_"))
POINT = st.sampled_from((".", ",", "\u066b", "·"))
DIGITS = st.sampled_from(
    ("0123456789", "".join(map(chr, range(0x660, 0x66A))), "".join(map(chr, range(0xFF10, 0xFF1A))))
)
UNITS = st.sampled_from(((1.0, "mg"), (1e-3, "g"), (1e3, "mcg"), (1.0, "MG"), (1.0, " Mg ")))


def habits_hold(
    load: Callable[[bytes], compare.Evidence], times: int, number: int = 0
) -> dict[str, int]:
    """Prices written so often: one that is read is $40.25 per 500 mg, times what was drawn."""
    counts = {"loaded": 0, "refused": 0}

    @often(times, number)
    @given(
        cents=st.integers(1, 99_999_999), sign=SIGNS, end=ENDS, divided=DIVIDED, point=POINT,
        digits=DIGITS, unit=UNITS, delimiter=st.sampled_from(",;\t"),
        line_end=st.sampled_from(("\n", "\r\n", "\r")), mark=st.sampled_from(("", "\ufeff")),
        turned=st.booleans(),
    )  # fmt: skip
    def check(cents: int, sign: str, end: str, divided: str, point: str, digits: str,
              unit: tuple[float, str], delimiter: str, line_end: str, mark: str,
              turned: bool) -> None:  # fmt: skip
        whole = f"{cents // 100:,}".replace(",", divided)
        text = f"{sign}{whole}{point}{cents % 100:02d}{end}"
        text = text.translate(str.maketrans("0123456789", digits))
        row = ["J1561", f"{500 * unit[0]:g}", unit[1], '"' + text + '"']
        head = HEAD.split(",")
        if turned:
            row, head = row[::-1], head[::-1]
        lines = (mark + delimiter.join(head), delimiter.join(row), "")
        begun = time.process_time()
        after = outcome(lambda: load(line_end.join(lines).encode()))
        assert time.process_time() - begun < 1
        if isinstance(after, compare.DataError):
            assert {problem.line for problem in after.problems} == {2}, text
            counts["refused"] += 1
            return
        counts["loaded"] += 1
        found = after.prices[after.prices["price_basis"].eq("own")].iloc[0]
        per_mg = found["usd_per_billing_unit"] / found["billing_qty"]
        per_mg *= {"mg": 1, "g": 1e-3, "mcg": 1e3}[found["billing_unit"]]
        assert per_mg == pytest.approx(cents / 100 / 500, rel=1e-9), text
        assert sign in ("", "+"), text

    check()
    return counts


def test_a_price_is_read_as_it_was_meant(evidence: compare.Evidence) -> None:
    """Signs, thousands, points and digits of every country; both happen, loading and refusal."""
    assert min(habits_hold(lambda file: with_prices(evidence, file), 60).values()) > 0


@pytest.mark.soak
@pytest.mark.parametrize("number", range(1, 11))
def test_soak_a_price_is_read_as_it_was_meant(evidence: compare.Evidence, number: int) -> None:
    """10,000 of them."""
    habits_hold(lambda file: with_prices(evidence, file), 1000, number)
