"""`make review`: which digest lines moved, from what to what, and which rows of data changed."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from ipywidgets.embed import dependency_state
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import compare
from compare.pages import every_explorer
from compare.pages.chart import EMPTY, LiveFigure
from tools import ROOT, data, files, hashes, moved, notebooks, review, still, versions

OLD = (
    "Cost is between $1,000 and $2,500.\n"
    "gamunex_c | cidp | year one 1000.00 to 1200.50 | doses 18\n"
    "privigen | cidp | year one 900.00 to 950.00 | doses 18\n"
)


def test_a_moved_figure_is_named_with_both_values() -> None:
    """The line as it was, as it is, and each figure that differs."""
    new = OLD.replace("1200.50", "1300.50").replace("$2,500", "$2,600")
    assert review.moved(OLD, new) == [
        "  was: Cost is between $1,000 and $2,500.",
        "  now: Cost is between $1,000 and $2,600.",
        "       ($2,500 -> $2,600)",
        "  was: gamunex_c | cidp | year one 1000.00 to 1200.50 | doses 18",
        "  now: gamunex_c | cidp | year one 1000.00 to 1300.50 | doses 18",
        "       (1200.50 -> 1300.50)",
    ]


def test_lines_that_came_and_went_are_named() -> None:
    """A therapy that is gone and a new one are not shown as one line that moved."""
    lines = OLD.splitlines(keepends=True)
    assert review.moved(OLD, "".join(lines[:2])) == [f"  gone: {lines[2].strip()}"]
    assert review.moved("".join(lines[:2]), OLD) == [f"  new:  {lines[2].strip()}"]


def test_another_order_or_other_words_are_told() -> None:
    """The same lines in another order are no figure moved; other words give no figures."""
    assert review.moved(OLD, OLD) == []
    turned = "".join(reversed(OLD.splitlines(keepends=True)))
    assert review.moved(OLD, turned) == ["  the same lines in another order"]
    words = review.moved(OLD, OLD.replace("doses 18", "no price", 1))
    assert words == [
        "  was: gamunex_c | cidp | year one 1000.00 to 1200.50 | doses 18",
        "  now: gamunex_c | cidp | year one 1000.00 to 1200.50 | no price",
    ]


def test_lines_with_the_same_beginning_are_kept_apart() -> None:
    """Two lines of one product and regimen: the second one that moved is found."""
    both = "a | b | 1\na | b | 2\n"
    assert review.moved(both, "a | b | 1\na | b | 3\n") == [
        "  was: a | b | 2", "  now: a | b | 3", "       (2 -> 3)",
    ]  # fmt: skip


def test_figures_in_the_second_cell_are_no_part_of_its_name() -> None:
    """A line that begins with its figures is one line that moved, with the sign of a change."""
    old = "J1561 | 99.5 to 96.0 per gram\nJ1459 | 90.1 to 97.9 per gram\nivig | -3.5 percent\n"
    new = old.replace("96.0", "97.0").replace("-3.5", "-2.5")
    assert review.moved(old, new) == [
        "  was: J1561 | 99.5 to 96.0 per gram",
        "  now: J1561 | 99.5 to 97.0 per gram",
        "       (96.0 -> 97.0)",
        "  was: ivig | -3.5 percent",
        "  now: ivig | -2.5 percent",
        "       (-3.5 -> -2.5)",
    ]


def test_a_moved_price_is_marked_on_both_sides_and_text_stays_text() -> None:
    """The figure that moved, whole, and no other; a cell with a tag in it is no tag."""
    old = "age < 18 | <b>x</b> | year one 138,544.58 to 139414.02 | doses 18\nsame | a & b | 7\n"
    page = moved.before_after("02_cost", old, old.replace("138,544.58", "139,114.58"), "v1")
    cells = "<td>age &lt; 18 | &lt;b&gt;x&lt;/b&gt; | year one {} to 139414.02 | doses 18</td>"
    was = cells.format("<del>138,544.58</del>")
    assert f"<tr>{was}{cells.format('<ins>139,114.58</ins>')}</tr>" in page
    assert '<tr class="same"><td colspan="2">same | a &amp; b | 7</td></tr>' in page
    assert page.count("<del>") == page.count("<ins>") == 2  # the other one is in the legend


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        (
            "10 to 20",
            "20 to 10",
            "<del>10</del> to <del>20</del>",
            "<ins>20</ins> to <ins>10</ins>",
        ),
        ("a | 7", "a | no price", "a | <del>7</del>", "a | <ins>no price</ins>"),
        ("", "a | <7", "", "<ins>a | &lt;7</ins>"),
        ("-3.5 percent", "+3.5 percent", "<del>-3.5</del> percent", "<ins>+3.5</ins> percent"),
        ("x1,5 | 7", "x15 | 7", "x<del>1,5</del> | 7", "x<ins>15</ins> | 7"),
        ("$70 a day", "$7 a day", "<del>$70</del> a day", "<ins>$7</ins> a day"),
    ],
)
def test_marks_are_on_what_differs(old: str, new: str, was: str, now: str) -> None:
    """Figures by their place, with sign and currency; words where words came; a new line whole."""
    assert moved.marked(old, new) == (was, now)


def test_the_list_names_each_page_and_what_moved() -> None:
    """A page that moved leads to both sides, its first lines told; others are as before, or new."""
    many = "".join(f"a{i} | {i}\n" for i in range(7))
    entries = [
        moved.entry("cost", OLD, OLD.replace("950.00", "960.00")),
        moved.entry("harms", OLD, OLD),
        moved.entry("late", None, OLD),
        moved.entry("many", "", many),
        moved.entry("turned", many, "".join(reversed(many.splitlines(keepends=True)))),
    ]
    page = moved.index("v1", entries, {"Rows": ["  prices.csv <J1>"], "Networks": []})
    for said in (
        '<a href="cost_moved.html">1 line moved</a>',
        "<li>privigen | cidp | year one 900.00 to <del>950.00</del> → <ins>960.00</ins> | doses 18",
        '<tr class="same"><td><a href="harms.html">harms</a></td><td>as before</td></tr>',
        '<a href="late.html">late</a></td><td>new</td>',
        "<li><ins>a4 | 4</ins></li><li>and 2 more</li>",
        '<a href="turned_moved.html">the same lines in another order</a>',
        "<h2>Rows</h2><pre>  prices.csv &lt;J1&gt;</pre>",
    ):
        assert said in page
    assert "Networks" not in page


def test_pages_are_set_beside_the_commit_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest stored anew has not moved since; its page still shows what the commit held."""
    monkeypatch.setattr(review, "ROOT", tmp_path)
    monkeypatch.setattr(review, "execute", lambda *_: None)
    repository(tmp_path, "code,usd\n")
    path = tmp_path / "notebooks" / "n.ipynb"
    path.parent.mkdir()
    for figure in (41, 42):
        printed = new_output("stream", name="stdout", text=f"a | b | {figure}\n")
        digest = new_code_cell("", id="d", outputs=[printed], metadata={"tags": ["digest"]})
        nbformat.write(new_notebook(cells=[digest]), path)
        committed(tmp_path)
    said, row = review.review_notebook(path, tmp_path, "HEAD~")
    assert said == []
    assert "<li>a | b | <del>41</del> → <ins>42</ins></li>" in row
    assert "<td>new</td>" in review.review_notebook(path, tmp_path, "HEAD~2")[1]
    monkeypatch.setattr(review, "BUILD", tmp_path / "build")
    with pytest.raises(SystemExit, match="nowhere is no commit here"):
        review.main("nowhere")


def test_changed_rows_are_named_by_key_line_and_cell() -> None:
    """Changed with both values, removed and added, by the table's own key."""
    old = b"code,day,usd\nJ1,2026,40\nJ2,2026,50\nJ3,2026,60\n"
    new = b"code,day,usd\nJ1,2026,40\nJ2,2026,55\nJ4,2026,70\n"
    assert list(review.changed_rows(old, new, ["code", "day"])) == [
        ("changed", "line 3, J2, 2026: usd '50' -> '55'"),
        ("removed", "J3, 2026"),
        ("added", "line 4, J4, 2026"),
    ]


def test_a_new_column_is_a_change_of_every_row() -> None:
    """Cells that the old table had not are shown as coming from nothing."""
    rows = list(review.changed_rows(b"code\nJ1\n", b"code,usd\nJ1,40\n", ["code"]))
    assert rows == [("changed", "line 2, J1: usd None -> '40'")]


def committed(folder: Path) -> None:
    """All in the folder is committed to its repository, which is made where there is none."""
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "--initial-branch=main"], ["add", "."],
                      ["commit", "--message=x", "--no-gpg-sign"]):  # fmt: skip
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, *commits: str) -> None:
    """A repository with one table, committed once for each content."""
    for content in commits:
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "prices.csv").write_text(content, encoding="utf-8")
        committed(folder)


PACKAGE = {"resources": [{"path": "prices.csv", "schema": {"primaryKey": ["code"]}}]}


def test_rows_since_the_last_tag_or_else_the_commit_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a tag: since the tag. Without one: since the commit before. Of one commit: nothing."""
    monkeypatch.setattr(review, "ROOT", tmp_path)
    assert review.last_version() is None
    repository(tmp_path, "code,usd\nJ1,40\n")
    assert review.last_version() is None
    repository(tmp_path, "code,usd\nJ1,41\n", "code,usd\nJ1,42\n")
    assert review.last_version() == "HEAD~"
    said = review.data_since("HEAD~", PACKAGE, tmp_path / "data")
    assert said == ["  prices.csv changed: line 2, J1: usd '41' -> '42'"]
    subprocess.run(["git", "tag", "v0.1.0", "HEAD~2"], cwd=tmp_path, check=True)
    assert review.last_version() == "v0.1.0"
    said = review.data_since("v0.1.0", PACKAGE, tmp_path / "data")
    assert said == ["  prices.csv changed: line 2, J1: usd '40' -> '42'"]


DESCRIBED = {
    "version": "1.2.3",
    "resources": [
        {
            "name": "prices",
            "path": "prices.csv",
            "schema": {
                "primaryKey": ["code"],
                "fields": [
                    {"name": "code", "type": "string", "constraints": {"pattern": "J[0-9]"}},
                    {"name": "usd", "type": "number"},
                    {"name": "notes", "type": "string", "description": "words"},
                ],
            },
        }
    ],
}
ROWS = "code,usd,notes\nJ1,40,as printed\nJ2,50,\n"


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ("as printed", "as printed there", ("patch", "1.2.4")),
        ("J2,50", "J2,51", ("minor", "1.3.0")),
        ("J2,50,\n", "J2,50,\nJ3,60,\n", ("minor", "1.3.0")),
        ("J2,50,\n", "", ("major", "2.0.0")),
        ("J2,50", "J4,50", ("major", "2.0.0")),
        ("J2", "J2", None),
    ],
)
def test_version_of_the_data_keeps_pace(
    old: str, new: str, asked: tuple[str, str] | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Words ask for a patch, values and new rows for a minor, what is gone for a major step."""
    monkeypatch.setattr(review, "ROOT", tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    (data / "datapackage.json").write_text(json.dumps(DESCRIBED), encoding="utf-8")
    repository(tmp_path, ROWS)
    assert versions.problem(data) is None
    subprocess.run(["git", "tag", "v1"], cwd=tmp_path, check=True)
    (data / "prices.csv").write_text(ROWS.replace(old, new), encoding="utf-8")
    said = versions.problem(data)
    if asked is None:
        assert said is None
        return
    step, version = asked
    assert said is not None
    assert f"since v1 a {step} change was made" in said
    assert said.endswith(f"asks for {version} or higher")
    after = DESCRIBED | {"version": version}
    (data / "datapackage.json").write_text(json.dumps(after), encoding="utf-8")
    assert versions.problem(data) is None


def test_a_renamed_column_is_a_major_step() -> None:
    """A name that is gone breaks readers, whatever came in its place; before 1.0.0 it is minor."""
    (before,) = DESCRIBED["resources"]  # type: ignore[misc]
    fields = [*before["schema"]["fields"][:2], {"name": "remarks", "type": "string"}]
    after = before | {"schema": before["schema"] | {"fields": fields}}
    new = ROWS.replace("notes", "remarks").encode()
    assert list(versions.steps(ROWS.encode(), new, before, after)) == [
        ("major", "column notes is gone"),
        ("minor", "column remarks is new"),
    ]
    assert versions.least("0.4.2", "major") == "0.5.0"
    assert versions.least("1.4.2", "major") == "2.0.0"


def test_many_rows_are_counted_and_new_tables_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past 25 rows of a kind the rest is a number; a table that was not there is new."""
    monkeypatch.setattr(review, "ROOT", tmp_path)
    repository(tmp_path, "code,usd\n")
    rows = "".join(f"J{i},1\n" for i in range(30))
    (tmp_path / "data" / "prices.csv").write_text("code,usd\n" + rows, encoding="utf-8")
    (tmp_path / "data" / "new.csv").write_text("code\n", encoding="utf-8")
    both = [*PACKAGE["resources"], {"path": "new.csv", "schema": {"primaryKey": ["code"]}}]
    both.append({"path": "lost.csv", "schema": {"primaryKey": ["code"]}})
    said = review.data_since("HEAD", {"resources": both}, tmp_path / "data")
    assert said[0] == "  prices.csv added: line 2, J0"
    assert said[25:] == [
        "  prices.csv added: and 5 more rows", "  new.csv: new table", "  lost.csv: new table",
    ]  # fmt: skip


def test_a_notebook_is_rerun_and_compared(tmp_path: Path) -> None:
    """A kernel runs the notebook; the digest that moved is named, and the page is written."""
    digest = new_code_cell(
        "print('a | b |', 6 * 7)", execution_count=1,
        outputs=[new_output("stream", name="stdout", text="a | b | 41\n")],
    )  # fmt: skip
    digest.metadata["tags"] = ["digest"]
    notebook = new_notebook(cells=[new_markdown_cell("# Why?"), digest])
    path = tmp_path / "n.ipynb"
    nbformat.write(notebook, path)
    said, row = review.review_notebook(path, tmp_path)
    assert said == ["  was: a | b | 41", "  now: a | b | 42", "       (41 -> 42)"]
    assert "a | b | <del>41</del> → <ins>42</ins>" in row
    both = (tmp_path / "n_moved.html").read_text(encoding="utf-8")
    assert "<td>a | b | <del>41</del></td><td>a | b | <ins>42</ins></td>" in both
    assert "a | b | 42" in (tmp_path / "n.html").read_text(encoding="utf-8")


def test_pages_to_read_hold_every_chart(evidence: compare.Evidence) -> None:
    """Each chart that a page opens with is drawn on its still page: four on all."""
    drawn = 0
    for explorer in every_explorer():
        opened = explorer(evidence)
        state = dependency_state(opened.page, drop_defaults=False)
        shown = {still.VIEW: {"model_id": opened.page.model_id}}
        cell = new_code_cell(outputs=[new_output("display_data", shown)])
        notebook = new_notebook(cells=[cell], metadata={"widgets": {still.STATE: {"state": state}}})
        figures = [panel for panel in opened.panels.values() if isinstance(panel, LiveFigure)]
        filled = sum(figure.drawing.value != EMPTY for figure in figures)
        assert still.page(notebook, "page").count('class="plotly-graph-div"') == filled
        drawn += filled
    assert drawn == 4


def test_a_review_that_is_stopped_ends_in_one_line(tmp_path: Path) -> None:
    """Ctrl-C while a kernel works: its name and what was left untouched, no traceback."""
    digest = new_code_cell("import time; time.sleep(60)", metadata={"tags": ["digest"]})
    nbformat.write(new_notebook(cells=[digest]), tmp_path / "n.ipynb")
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    text = (tmp_path / "tools" / "review.py").read_text(encoding="utf-8")
    text = text.replace("in paths():", f"in [Path({str(tmp_path / 'n.ipynb')!r})]:")
    text = text.replace("package = json", "print('begins', flush=True)\n    package = json")
    (tmp_path / "tools" / "review.py").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    running = subprocess.Popen(
        [sys.executable, "-m", "tools.review"], cwd=tmp_path, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "begins\n"
    time.sleep(3)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert said == "review: stopped before the end; nothing outside of build/ was written\n"
    assert running.returncode == 1


def full(_: int) -> None:
    """Of a disk without room."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_write_cut_short_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or Ctrl-C before the rename: the old text, whole, and nothing beside it."""
    path = tmp_path / "new folder" / "a.json"
    files.write(path, "old\n")
    assert path.read_bytes() == b"old\n"

    def stopped(_: int) -> None:
        raise KeyboardInterrupt

    for fails, raised in ((full, SystemExit), (stopped, KeyboardInterrupt)):
        monkeypatch.setattr(os, "fsync", fails)
        with pytest.raises(raised):
            files.write(path, "new and longer\n")
        assert path.read_bytes() == b"old\n"
        assert list(path.parent.iterdir()) == [path]
    monkeypatch.undo()
    files.write(path, "new\n")
    assert path.read_bytes() == b"new\n"


@pytest.mark.parametrize("command", ["data", "notebooks", "hashes", "review"])
def test_what_cannot_be_written_is_one_plain_sentence(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without room: each of the four commands ends with the file's name and the cause."""

    def pip(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, stdout='{"install": []}')

    notebook = tmp_path / "n.ipynb"
    notebook.write_text(
        json.dumps(new_notebook(cells=[new_markdown_cell("# Title")])), encoding="utf-8"
    )
    before = notebook.read_bytes()
    folder = shutil.copytree(ROOT / "data", tmp_path / "data")
    described = (folder / "datapackage.json").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(notebooks, "paths", lambda *_: [notebook])
    monkeypatch.setattr(notebooks, "execute", lambda *_: None)
    monkeypatch.setattr(hashes.subprocess, "run", pip)
    for module in (hashes, review):
        monkeypatch.setattr(module, "BUILD", tmp_path / "build")
    run = {
        "data": lambda: data.main("write", folder),
        "notebooks": notebooks.store,
        "hashes": hashes.main,
        "review": review.main,
    }
    sentence = r"\S+ was not written \(No space left on device\): can its folder be written to\?"
    with pytest.raises(SystemExit) as ended:
        run[command]()
    assert re.fullmatch(sentence, str(ended.value.code))
    assert notebook.read_bytes() == before
    assert (folder / "datapackage.json").read_bytes() == described


def test_a_notebook_that_does_not_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line of the error, without the colors of a terminal."""

    def fails(*_: object) -> None:
        raise CellExecutionError("\x1b[31mValueError\x1b[39m: no", "ValueError", "no")

    monkeypatch.setattr(review, "execute", fails)
    path = tmp_path / "n.ipynb"
    nbformat.write(new_notebook(), path)
    said, row = review.review_notebook(path, tmp_path)
    assert said == ["  it does not run: ValueError: no"]
    assert row == "<tr><td>n</td><td>it does not run: ValueError: no</td></tr>"


@pytest.mark.soak
def test_one_changed_price_fails_the_review(tmp_path: Path) -> None:
    """One price of Gamunex-C: notebook, digest line, old and new figure, and the row are named."""
    for name in ("data", "notebooks", "src", "tools"):
        ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    committed(tmp_path)

    def run(module: str, *arguments: str) -> tuple[int, str]:
        path = os.pathsep.join([str(tmp_path / "src"), str(tmp_path), os.environ["PYTHONPATH"]])
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    code, said = run("tools.notebooks", "store")
    assert code == 0, said
    code, said = run("tools.review")
    assert code == 0, said
    count = len(list((tmp_path / "notebooks").glob("*.ipynb")))
    assert said.count("every digest line as stored") == count
    prices = tmp_path / "data" / "prices.csv"
    lines = prices.read_text(encoding="utf-8").splitlines(keepends=True)
    place = max(i for i, line in enumerate(lines) if line.startswith("J1561,"))
    cells = lines[place].split(",")
    assert cells[7] == "48.022"
    lines[place] = ",".join([*cells[:7], "48.222", *cells[8:]])
    prices.write_text("".join(lines), encoding="utf-8", newline="")
    code, said = run("tools.review")
    assert code == 1
    assert "prices.csv: not as datapackage.json records it" in said
    assert f"prices.csv changed: line {place + 1}, J1561" in said
    assert "usd_per_billing_unit '48.022' -> '48.222'" in said
    chapter = said.split("notebooks/02_cost.ipynb:")[1].split("notebooks/")[0]
    assert "was: gamunex_c | " in chapter
    assert "now: gamunex_c | " in chapter
    # At 75 kg 150 g, then 17 times 75 g: 300 + 17 x 150 = 2,850 units of 500 mg, 0.20 dollars each.
    assert "138544.58 -> 139114.58" in chapter
    both = (tmp_path / "build" / "review" / "02_cost_moved.html").read_text(encoding="utf-8")
    assert "<del>138544.58</del>" in both
    assert "<ins>139114.58</ins>" in both
