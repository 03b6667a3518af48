"""The form of the notebooks: what is stored in them, and what they may do."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.conftest import ROOT
from tools import PAGES, notebooks

PATHS = notebooks.paths()
JOURNEYS = ROOT / "tests" / "browser" / "test_journeys.py"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_has_the_form(path: Path) -> None:
    """Outputs and counts on digest cells only, no widget state, kernel python3, short cells."""
    assert list(notebooks.problems(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_has_a_browser_journey(path: Path) -> None:
    """Somebody sets a control of each page in a real browser."""
    opened = {
        call.args[0].value
        for call in ast.walk(ast.parse(JOURNEYS.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "open_page"
        and isinstance(call.args[0], ast.Constant)
    }
    assert path.stem in opened


def good() -> nbformat.NotebookNode:
    """A small notebook of the right form."""
    digest = new_code_cell(
        "print(1)", execution_count=1, outputs=[new_output("stream", name="stdout", text="1\n")]
    )
    digest.metadata["tags"] = ["digest"]
    notebook = new_notebook(cells=[new_markdown_cell("# Why?"), new_code_cell("x = 1"), digest])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return notebook


def problems_of(notebook: nbformat.NotebookNode, tmp_path: Path) -> list[str]:
    """What the check says of a notebook."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return list(notebooks.problems(path))


def test_good_notebook_passes(tmp_path: Path) -> None:
    """The check says nothing of a notebook of the right form."""
    assert problems_of(good(), tmp_path) == []


def test_stored_output_is_found(tmp_path: Path) -> None:
    """An output or a count on a cell that is not a digest."""
    notebook = good()
    notebook.cells[1].execution_count = 3
    assert problems_of(notebook, tmp_path) == [
        f"cell {notebook.cells[1].id}: stored output or count; run `make notebooks`"
    ]


def test_digest_without_output_is_found(tmp_path: Path) -> None:
    """A digest that nobody stored would be compared with nothing."""
    notebook = good()
    notebook.cells[2].outputs, notebook.cells[2].execution_count = [], None
    assert "without stored output" in problems_of(notebook, tmp_path)[0]


def test_widget_state_is_found(tmp_path: Path) -> None:
    """Widget state makes a notebook of five megabytes that opens as an error."""
    notebook = good()
    notebook.metadata["widgets"] = {}
    assert problems_of(notebook, tmp_path) == [
        "stores widget state, which reopens as an error message"
    ]


def test_foreign_kernel_is_found(tmp_path: Path) -> None:
    """A notebook saved in somebody's own environment does not open elsewhere."""
    notebook = good()
    notebook.metadata["kernelspec"]["name"] = "my-env"
    assert problems_of(notebook, tmp_path) == ["the kernel is not python3"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f():\n    pass", "a function definition"),
        ("for row in rows:\n    print(row)", "a loop"),
        ("import os", "imports os"),
        ("from urllib.request import urlopen", "imports urllib.request"),
        ("\n".join(["x = 1"] * 16), "longer than 15 lines"),
        ("%pip install x", "not plain Python"),
    ],
)
def test_code_that_belongs_elsewhere_is_found(source: str, said: str, tmp_path: Path) -> None:
    """Notebooks hold prose, one-call cells and results; code is in the library."""
    notebook = good()
    notebook.cells[1].source = source
    found = problems_of(notebook, tmp_path)
    assert any(said in line for line in found), found


def test_each_notebook_leads_to_all_others() -> None:
    """The line of links names every notebook by its title, and replaces an older one."""
    line = notebooks.links()
    assert line.count("](") == len(PATHS)
    assert "[Your patient](00_start_here.ipynb)" in line
    assert all(line in notebooks.read(path).cells[0].source for path in PATHS)
    notebook = good()
    notebooks.linked(notebook, "*Pages: [Old](old.ipynb)*")
    source = notebooks.linked(notebook, line).cells[0].source
    assert source == f"# Why?\n\n{line}"
