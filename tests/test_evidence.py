"""The data package as a whole: what is in it, and that an edit is seen."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import compare
from compare import validation
from compare.evidence import TABLES, content_hash, data_folder, descriptor

FOLDER = data_folder()
RESOURCES = {resource["name"]: resource for resource in descriptor(FOLDER)["resources"]}

# What the first release promised, by table.
AT_LEAST = {
    "therapies": 35,
    "products": 60,
    "conditions": 19,
    "regimens": 170,
    "prices": 110,
    "presentations": 160,
    "adverse_events": 1500,
    "cautions": 450,
    "outcomes": 350,
    "sources": 150,
}
# Vocabularies and settings that are the project's own have no source.
OWN_WORDS = {"sources", "conditions", "events", "endpoints", "factors", "networks", "network_arms"}

CLASSES = {
    "ivig": {"ivig"},
    "cytokine_inhibitor": {
        "adalimumab",
        "anakinra",
        "anifrolumab",
        "belimumab",
        "canakinumab",
        "certolizumab_pegol",
        "etanercept",
        "golimumab",
        "guselkumab",
        "infliximab",
        "mirikizumab",
        "risankizumab",
        "sarilumab",
        "satralizumab",
        "tocilizumab",
        "ustekinumab",
    },
    "monoclonal_antibody": {
        "alemtuzumab",
        "eculizumab",
        "inebilizumab",
        "natalizumab",
        "nipocalimab",
        "obinutuzumab",
        "ocrelizumab",
        "ofatumumab",
        "ravulizumab",
        "rituximab",
        "rozanolixizumab",
        "ublituximab",
        "vedolizumab",
    },
    "biologic": {
        "zilucoplan",
        "abatacept",
        "efgartigimod",
        "interferon_beta_1a",
        "romiplostim",
        "scig",
    },
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the data package that a test may edit."""
    return Path(shutil.copytree(FOLDER, tmp_path / "data"))


@pytest.mark.parametrize(("table", "rows"), AT_LEAST.items())
def test_tables_hold_what_was_promised(evidence: compare.Evidence, table: str, rows: int) -> None:
    """Each table has at least as many rows as the first release promised."""
    assert len(getattr(evidence, table)) >= rows


@pytest.mark.parametrize("table", sorted(set(TABLES) - OWN_WORDS))
def test_no_row_without_a_source(evidence: compare.Evidence, table: str) -> None:
    """Every row of fact names a source that is in the table of sources."""
    sources = getattr(evidence, table)["source_id"]
    assert sources.notna().all()
    assert sources.isin(evidence.sources["source_id"]).all()


def test_no_source_without_a_row(evidence: compare.Evidence) -> None:
    """Every source listed is one that some row was read in."""
    used: set[str] = set()
    for table in set(TABLES) - {"sources"}:
        frame = getattr(evidence, table)
        for column in ("source_id", "second_source_id"):
            if column in frame:
                used |= set(frame[column].dropna())
    assert set(evidence.sources["source_id"]) - used == set()


def test_each_therapy_belongs_to_one_class(evidence: compare.Evidence) -> None:
    """Every therapy stands in the class that the four rules give it, the first that fits."""
    found = evidence.therapies.groupby("therapy_class")["therapy_id"].agg(set).to_dict()
    assert found == CLASSES


def test_at_most_one_primary_row(evidence: compare.Evidence) -> None:
    """Not more than one row per therapy, condition, event and ascertainment is primary."""
    rows = evidence.adverse_events
    primary = rows[rows["primary"].eq("yes")]
    key = ["therapy_id", "condition_id", "event_id", "ascertainment"]
    doubled = primary.loc[primary.duplicated(key, keep=False), ["row_id", *key]]
    assert doubled.empty, doubled.to_string()


# Their larger groups pool the labeled dose with others.
LABELED_DOSE = {
    "ae_ivig_cidp_headache_08",
    "ae_ivig_itp_coombs_test_positive_04",
    "ae_rituximab_ra_serious_infection_01",
    "ae_tocilizumab_ra_discontinuation_hypersensitivity_03",
    "ae_ustekinumab_crohns_death_01",
}


def test_the_primary_row_has_the_most_patients(evidence: compare.Evidence) -> None:
    """Among rows alike in design and comparator, unless its group alone had the labeled dose."""
    rows = evidence.adverse_events
    rows = rows[rows["measure"].eq("pct_of_subjects") & rows["n_treated"].notna()]
    keys = ["therapy_id", "condition_id", "event_id", "ascertainment", "design", "comparator_kind"]
    most = rows.groupby(keys)["n_treated"].transform("max")
    fewer = rows.loc[rows["primary"].eq("yes") & rows["n_treated"].lt(most), "row_id"]
    assert set(fewer) == LABELED_DOSE


def test_a_product_is_home_to_its_therapy(evidence: compare.Evidence) -> None:
    """A reference product's own reference is itself or blank: chains of references do not occur."""
    products = evidence.products.set_index("product_id")["reference_product_id"]
    referred = products[products.notna() & products.ne(products.index)]
    onward = products.reindex(referred.to_numpy())
    assert (onward.isna() | onward.eq(onward.index)).all()


def test_loading_the_package_finds_nothing_changed(evidence: compare.Evidence) -> None:
    """The committed tables are those whose hashes the descriptor records."""
    assert evidence.changed == ()


@pytest.mark.parametrize("table", TABLES)
def test_trusted_and_checked_reading_agree(table: str) -> None:
    """A table read by its hash is the same frame as one that was checked cell by cell."""
    content = (FOLDER / RESOURCES[table]["path"]).read_bytes()
    trusted = validation.read_trusted(content, RESOURCES[table])
    checked, problems = validation.read_checked(content, RESOURCES[table])
    assert problems == []
    pd.testing.assert_frame_equal(trusted, checked.reset_index(drop=True))


def test_keys_of_the_real_tables_hold() -> None:
    """No key stands twice and every id refers to a row, in tables read without their hashes."""
    frames = {
        name: validation.read_checked((FOLDER / r["path"]).read_bytes(), r)[0]
        for name, r in RESOURCES.items()
    }
    assert validation.check_keys(frames, RESOURCES) == []


def test_an_edited_table_is_seen_and_named(copy: Path, evidence: compare.Evidence) -> None:
    """A price edited by hand counts at once, and the load says which table has changed."""
    path = copy / "prices.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = evidence.prices.iloc[0]
    old = f"{row['usd_per_billing_unit']:g}"
    assert f",{old}," in lines[1]
    lines[1] = lines[1].replace(f",{old},", ",1234.5,", 1)
    path.write_text("".join(lines), encoding="utf-8", newline="")
    edited = compare.load(copy)
    assert edited.changed == ("prices",)
    assert "data changed: prices" in repr(edited)
    assert edited.prices["usd_per_billing_unit"].iloc[0] == 1234.5
    rest = [name for name in TABLES if name != "prices"]
    for name in rest:
        pd.testing.assert_frame_equal(getattr(edited, name), getattr(evidence, name))


def test_windows_line_ends_are_read_alike(copy: Path, evidence: compare.Evidence) -> None:
    """A table saved with CRLF by a spreadsheet program gives the same frame."""
    path = copy / "therapies.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    edited = compare.load(copy)
    assert edited.changed == ("therapies",)
    pd.testing.assert_frame_equal(edited.therapies, evidence.therapies)


def test_a_byte_order_mark_is_read_over(copy: Path, evidence: compare.Evidence) -> None:
    """A table saved as "CSV UTF-8" with a byte order mark gives the same frame."""
    path = copy / "therapies.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    pd.testing.assert_frame_equal(compare.load(copy).therapies, evidence.therapies)


def test_content_hash_is_sha256() -> None:
    """The hash is the one that the Data Package standard names: SHA-256 of the bytes."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert content_hash(b"") == f"sha256:{empty}"


def test_label_gives_the_name_or_the_id(evidence: compare.Evidence) -> None:
    """A known id is shown by its name, an unknown one as it is."""
    assert evidence.label("therapies", "infliximab") == "Infliximab"
    assert evidence.label("therapies", "no_such") == "no_such"
