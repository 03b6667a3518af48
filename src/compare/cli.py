"""The command `therapy-comparison`: pages, notebooks and version without a checkout.

therapy-comparison app [options]    the pages without code, on this machine (`app --help`)
therapy-comparison lab [folder]     the notebooks in JupyterLab, copied to the folder first
therapy-comparison site [folder]    the pages as files to read offline, without Python
therapy-comparison --version        versions of the library and of the data
"""

from __future__ import annotations

import argparse
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import compare

PACKAGE = Path(__file__).resolve().parent
FIRST = "00_start_here.ipynb"


def part(name: str) -> Path:
    """The folder `app` or `notebooks`: in an installed package, else in the checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parents[1] / name


def main(words: Sequence[str] | None = None) -> None:
    """Run one command; ends the process with a sentence where that is not possible."""
    words = sys.argv[1:] if words is None else list(words)
    # Options of the pages are the server's own to explain.
    if words[:1] in (["app"], ["hub"]):
        serve(*words)
        return
    parser = argparse.ArgumentParser(prog="therapy-comparison", description=compare.__doc__)
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(metavar="command", required=True)
    commands.add_parser("app", help="the pages without code, on this machine")
    commands.add_parser("hub", help="the same for one reader, started by JupyterHub")
    lab = commands.add_parser("lab", help="the notebooks in JupyterLab")
    lab.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("therapy-comparison"),
        help="where the notebooks are copied; what is there already is kept",
    )
    lab.add_argument("--no-browser", action="store_true", help="do not open a browser")
    site = commands.add_parser("site", help="the pages as files to read offline, without Python")
    site.add_argument(
        "site", type=Path, metavar="folder", help="where the files are written; open index.html"
    )
    found = parser.parse_args(words)
    if "site" in found:
        write_site(found.site)
        return
    try:
        copied = copy_notebooks(found.folder)
    except OSError as err:
        sys.exit(f"The notebooks cannot be copied to {found.folder}: {err.strerror}.")
    browser = ["--no-browser"] if found.no_browser else []
    command = [sys.executable, "-m", "jupyterlab", *browser, str(copied / FIRST)]
    # No box that asks about news; F9 and a button that show the page.
    paths = [str(part("app") / "lab"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    env = os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    sys.exit(subprocess.call(command, env=env))


def write_site(folder: Path) -> None:
    """Write the pages as files, which takes minutes; says how large they are, zipped too."""
    from compare.site.write import size, write  # noqa: PLC0415  (pages only where they are used)

    try:
        write(compare.load(), folder)
    except OSError as err:
        sys.exit(f"The pages cannot be written to {folder}: {err.strerror}.")
    print(f"{folder / 'index.html'}: {size(folder)}")


def version() -> str:
    """Versions of the library and of the data, and the data's date."""
    data = compare.load()
    return f"therapy-comparison {compare.__version__}, data {data.version} of {data.data_date}"


def serve(command: str, *words: str) -> None:
    """The pages without code, with the options of the server; runs until stopped."""
    app = part("app")
    if command == "hub":
        # Anew, without the library that this command has imported: 35 MB for each reader.
        os.execv(sys.executable, [sys.executable, str(app / "hub.py"), *words])
    sys.path.insert(0, str(app))
    sys.argv = [f"therapy-comparison {command}", *words]
    runpy.run_path(str(app / "serve.py"), run_name="__main__")


def copy_notebooks(folder: Path) -> Path:
    """Copy the notebooks that are not in the folder yet; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(part("notebooks").glob("*.ipynb")):
        if not (folder / path.name).exists():
            shutil.copyfile(path, folder / path.name)
    return folder
