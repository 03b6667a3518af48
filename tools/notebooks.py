"""`make notebooks` and the notebooks' part of `make check`.

store  rerun every notebook from a clean kernel and store the output of its digest cells only
check  say where a notebook has not the form that CONTRIBUTING describes
"""

from __future__ import annotations

import ast
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tools import NOTEBOOKS, files

DIGEST = "digest"
# A cell for readers to copy may define what they would define.
EXAMPLE = "example"
PAGES = "*Pages: "
MAX_LINES = 15
MAX_BYTES = 100_000
TIMEOUT_SECONDS = 120
ALLOWED_IMPORTS = {"compare", "pandas", "plotly", "ipywidgets", "pathlib", "datetime"}
FORBIDDEN = {
    ast.FunctionDef: "a function definition",
    ast.AsyncFunctionDef: "a function definition",
    ast.ClassDef: "a class",
    ast.Lambda: "a lambda",
    ast.For: "a loop",
    ast.While: "a loop",
}


def paths(folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks, in order."""
    return sorted(folder.glob("*.ipynb"))


def read(path: Path) -> Any:
    """A notebook as a node."""
    return nbformat.read(path, as_version=4)


def is_digest(cell: Any) -> bool:
    """Whether a cell's output is kept and compared."""
    return DIGEST in cell.get("metadata", {}).get("tags", ())


def text_of(cell: Any) -> str:
    """What a cell printed."""
    return "".join(output.get("text", "") for output in cell.get("outputs", ()))


def execute(notebook: Any, folder: Path) -> None:
    """Run a notebook in a clean kernel of this Python.

    Raises nbclient's `CellExecutionError`, and `KeyboardInterrupt` where it was stopped.
    """
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT_SECONDS,
        kernel_name="python3",
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryFile() as complaints:
        try:
            client.execute(stderr=complaints)
        except BaseException:
            # nbclient takes Ctrl-C for itself, ends the kernel, and calls it dead or cancelled.
            if hasattr(client, "_async_cleanup_kernel_future"):
                raise KeyboardInterrupt from None
            complaints.seek(0)
            sys.stderr.write(complaints.read().decode(errors="replace"))
            raise


def stripped(notebook: Any) -> Any:
    """The notebook with outputs and counts on digest cells only, and no widget state."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            if not is_digest(cell):
                cell.outputs, cell.execution_count = [], None
    return notebook


def links(folder: Path = NOTEBOOKS) -> str:
    """The line that leads from notebook to notebook, made from their titles."""
    made = []
    for path in paths(folder):
        title = read(path).cells[0].source.partition("\n")[0].lstrip("# ")
        made.append(f"[{short(path, title)}]({path.name})")
    return PAGES + " · ".join(made) + "*"


def linked(notebook: Any, line: str) -> Any:
    """The notebook with this line at the end of its first cell, in place of an older one."""
    cell = notebook.cells[0]
    kept = [old for old in cell.source.splitlines() if not old.startswith(PAGES)]
    cell.source = "\n".join(kept).rstrip() + f"\n\n{line}"
    return notebook


def short(path: Path, title: str) -> str:
    """The name of a page in a row of links: its title, or for a question that of its file."""
    if not title.endswith("?"):
        return title
    return path.stem.lstrip("0123456789_").replace("_offs", "-offs").replace("_", " ").capitalize()


def problems(path: Path) -> Iterator[str]:
    """Where a notebook has not the form it should have, one sentence each."""
    text = path.read_text(encoding="utf-8")
    if len(text.encode()) > MAX_BYTES:
        yield f"larger than {MAX_BYTES:,} bytes"
    try:
        nbformat.validate(json.loads(text))
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error.message}"
        return
    notebook = nbformat.reads(text, as_version=4)
    if "widgets" in notebook.metadata:
        yield "stores widget state, which reopens as an error message"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    ids = [cell.get("id") for cell in notebook.cells]
    if len(set(ids)) < len(ids):
        yield "two cells share an id"
    if not notebook.cells or not (
        notebook.cells[0].cell_type == "markdown" and notebook.cells[0].source.startswith("# ")
    ):
        yield "the first cell is not Markdown with a heading"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not any(is_digest(cell) for cell in code):
        yield "no cell is tagged digest"
    for cell in code:
        yield from (f"cell {cell.get('id')}: {what}" for what in cell_problems(cell))


def cell_problems(cell: Any) -> Iterator[str]:
    """What is wrong with one code cell."""
    if is_digest(cell):
        if cell.execution_count is None or not text_of(cell):
            yield "a digest without stored output; run `make notebooks`"
        if any(output.output_type != "stream" for output in cell.outputs):
            yield "a digest may only print text"
    elif cell.outputs or cell.execution_count is not None:
        yield "stored output or count; run `make notebooks`"
    if len(cell.source.splitlines()) > MAX_LINES:
        yield f"longer than {MAX_LINES} lines"
    try:
        tree = ast.parse(cell.source)
    except SyntaxError as error:
        yield f"not plain Python ({error.msg})"
        return
    example = EXAMPLE in cell.get("metadata", {}).get("tags", ())
    for node in ast.walk(tree):
        if type(node) in FORBIDDEN and not example:
            yield f"{FORBIDDEN[type(node)]}; it belongs in src/compare"
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            if name.split(".")[0] not in ALLOWED_IMPORTS:
                yield f"imports {name}"


def store() -> int:
    """Rerun every notebook and write it back with its digests."""
    line = links()
    for path in paths():
        notebook = read(path)
        execute(notebook, path.parent)
        notebook = linked(stripped(notebook), line)
        text = nbformat.writes(notebook) + "\n"
        moved = text != path.read_text(encoding="utf-8")
        if moved:
            files.write(path, text)
        print(f"{path.name}: {'stored' if moved else 'unchanged'}")
    return 0


def check() -> int:
    """Print every problem of form."""
    found = [f"{path.name}: {what}" for path in paths() for what in problems(path)]
    line = links()
    found += [
        f"{path.name}: its links to the other notebooks are old; run `make notebooks`"
        for path in paths()
        if line not in read(path).cells[0].source
    ]
    for line in found:
        print(line)
    if not found:
        print(f"notebooks: the form of {len(paths())} is right")
    return 1 if found else 0


if __name__ == "__main__":
    commands = {"store": store, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    try:
        sys.exit(commands[sys.argv[1]]())
    except KeyboardInterrupt:
        sys.exit("notebooks: stopped before the end; those named above are done")
