"""The data package as a whole: what is in it, and that an edit is seen."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

import compare
from compare.data import checks as validation
from compare.data.evidence import TABLES, content_hash, data_folder, descriptor
from compare.trials import arms

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
OWN_WORDS = {
    "sources",
    "conditions",
    "events",
    "endpoints",
    "factors",
    "factor_implies",
    "factor_classes",
    "networks",
    "network_arms",
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


REMARKS = ("notes", "class_note", "method_note", "gloss", "action", "condition_text", "text",
           "population", "restriction", "finding", "stands_reason", "cycle_days_basis",
           "locator")  # fmt: skip


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"sources"}))
def test_no_remark_holds_an_id(evidence: compare.Evidence, table: str) -> None:
    """What a remark would say by an id stands in a column of its own: ids have underscores."""
    frame = getattr(evidence, table)
    for column in set(REMARKS) & set(frame):
        found = frame[column].str.extract(r"\b([a-z0-9]+(?:_[a-z0-9]+)+)\b")[0].dropna()
        assert found.empty, found.to_string()


def test_no_source_without_a_row(evidence: compare.Evidence) -> None:
    """Every source listed is one that some row was read in."""
    used: set[str] = set()
    for table in set(TABLES) - {"sources"}:
        frame = getattr(evidence, table)
        for column in frame.columns[frame.columns.str.endswith("source_id")]:
            used |= set(frame[column].dropna())
    assert set(evidence.sources["source_id"]) - used == set()


def class_of(therapy: pd.Series, routes: set[str]) -> str:
    """The class of a therapy by the four rules, the first that fits."""
    if therapy["molecule_kind"] == "pooled_igg" and routes == {"IV"}:
        return "ivig"
    if therapy["blocks_cytokine"] == "yes":
        return "cytokine_inhibitor"
    whole = therapy["molecule_kind"] == "whole_antibody"
    return "monoclonal_antibody" if whole else "biologic"


def test_each_therapy_belongs_to_one_class(evidence: compare.Evidence) -> None:
    """Every therapy stands in the class that the four rules give it, the first that fits."""
    routes = evidence.regimens.groupby("therapy_id")["route"].agg(set)
    for _, row in evidence.therapies.iterrows():
        given = routes.get(row["therapy_id"], set())
        assert row["therapy_class"] == class_of(row, given), row["therapy_id"]


def test_whole_antibodies_are_those_whose_label_says_so(evidence: compare.Evidence) -> None:
    """`molecule_kind` is a whole antibody exactly where the label's words name the antibody."""
    therapies = evidence.therapies
    named = therapies["molecule"].str.contains("monoclonal antibody")
    assert therapies["molecule_kind"].eq("whole_antibody").equals(named)


def test_at_most_one_primary_row(evidence: compare.Evidence) -> None:
    """Not more than one row per therapy, condition, event and ascertainment is primary."""
    rows = evidence.adverse_events
    primary = rows[rows["primary"].eq("yes")]
    key = ["therapy_id", "condition_id", "event_id", "ascertainment"]
    doubled = primary.loc[primary.duplicated(key, keep=False), ["row_id", *key]]
    assert doubled.empty, doubled.to_string()


# Doses whose groups were larger by a few patients than those of the usual dose.
OTHER_DOSES = (
    ("plaque_psoriasis", "secukinumab 150 mg SC"),
    (
        "plaque_psoriasis",
        "certolizumab pegol 400 mg three times then 200 mg SC every 2 weeks",
    ),
    ("plaque_psoriasis", "ustekinumab 90 mg SC"),
    ("hidradenitis_suppurativa", "secukinumab 300 mg SC every 2 weeks"),
)


def test_the_primary_row_has_the_most_patients(evidence: compare.Evidence) -> None:
    """Among rows alike in design and comparator, pools of doses and unusual doses left out."""
    rows = evidence.adverse_events[evidence.adverse_events["pools_doses"].ne("yes")]
    for condition_id, arm in OTHER_DOSES:
        unusual = rows["condition_id"].eq(condition_id) & rows["arm"].str.startswith(arm, na=False)
        assert unusual.any(), arm
        rows = rows[~unusual]
    rows = rows[rows["measure"].eq("pct_of_subjects") & rows["n_treated"].notna()]
    keys = ["therapy_id", "condition_id", "event_id", "ascertainment", "design", "comparator_kind"]
    most = rows.groupby(keys)["n_treated"].transform("max")
    fewer = rows.loc[rows["primary"].eq("yes") & rows["n_treated"].lt(most), "row_id"]
    assert fewer.empty, fewer.to_string()


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


NUMBERS = [
    (table, name)
    for table, resource in RESOURCES.items()
    for name, field in validation.fields_of(resource).items()
    if field["type"] in ("number", "integer")
]


@pytest.mark.parametrize(("table", "name"), NUMBERS)
def test_every_number_has_bounds(table: str, name: str) -> None:
    """A billion and a billion below zero are refused in each column of numbers."""
    field = validation.fields_of(RESOURCES[table])[name]
    one = {"name": table, "schema": {"fields": [field]}}
    frame = pd.DataFrame({name: [1e9, -1e9]})
    found = validation.check_columns(frame, one)
    assert sorted((problem.line, problem.column) for problem in found) == [(0, name), (1, name)]


def test_each_figure_says_whether_it_counts_patients(evidence: compare.Evidence) -> None:
    """Percents of patients, and figures of two randomized groups, never leave their flag blank."""
    scale = evidence.endpoints.set_index("endpoint_id")["scale"]
    harms, goods = evidence.adverse_events, evidence.outcomes
    shares = goods["unit"].eq("pct") & goods["endpoint_id"].map(scale).eq("proportion")
    for rows, percents in ((harms, harms["measure"].eq("pct_of_subjects")), (goods, shares)):
        pairs = rows["design"].isin(arms.PARALLEL) & rows["comparator_kind"].isin(arms.COMPARED)
        assert rows.loc[percents, "is_count"].notna().all()
        assert rows.loc[pairs, "parallel"].notna().all()


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


def test_no_name_of_a_product_holds_brackets() -> None:
    """It stands within brackets on many pages: `(Adalimumab, unbranded adalimumab-adaz ...)`."""
    assert not compare.load().products["product"].str.contains("[()]").any()
