"""Serve the notebooks as pages without code, through Voila.

    python app/serve.py              this machine only, with a random token, opens a browser

The reviewer's digest cells are left out, no page asks another host for anything, a kernel of each
page is made ready before anybody asks for it, and one whose page was closed is stopped at once; one
whose page was lost without a word, after ten minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import re
import secrets
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

import guard
import nbformat
import plotly
from nbconvert.preprocessors import Preprocessor
from tornado.ioloop import IOLoop
from tornado.web import StaticFileHandler
from traitlets import List, Unicode
from traitlets.config import Config
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

APP = Path(__file__).resolve().parent
NOTEBOOKS = APP.parent / "notebooks"
CHART_LIBRARY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
LOCAL = {"localhost", "127.0.0.1", "::1"}
OPEN_TO_OTHERS = """\
This server answers other machines, at {ip}. That means:
- everybody who has the token can open the pages, and each page open takes about 130 MB;
- the connection is plain HTTP: put a proxy with HTTPS before it;
- what a visitor enters (weight, age, history) is sent over that connection to this machine.
"""


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(prog="serve.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--port", type=int, default=8866, help="default 8866")
    parser.add_argument("--token", help="default: a random one, printed at the start")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--preheat",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep one kernel ready for each page: pages open faster, about 130 MB each are taken",
    )
    parser.add_argument(
        "--ip", default="127.0.0.1", help="address to listen on; see --allow-others"
    )
    parser.add_argument(
        "--base-url", default="/", help="path of the pages behind a proxy, such as /compare/"
    )
    parser.add_argument(
        "--allow-others",
        action="store_true",
        help="needed with an --ip other than this machine's own; prints what that means",
    )
    parser.add_argument(
        "--most-pages",
        type=int,
        default=40,
        help="pages open at once, of all visitors; each takes about 130 MB (default 40)",
    )
    parser.add_argument(
        "--most-pages-each",
        type=int,
        default=12,
        help="pages open at once, of one visitor (default 12)",
    )
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help=argparse.SUPPRESS)
    found = parser.parse_args(words)
    if found.ip not in LOCAL and not found.allow_others:
        parser.error(f"--ip {found.ip} lets other machines in; say so with --allow-others")
    return found


def pages(folder: Path) -> list[Path]:
    """The notebooks that are pages. One with cells to copy is code, and is read in JupyterLab."""
    return [path for path in sorted(folder.glob("*.ipynb")) if not to_copy(path)]


def to_copy(path: Path) -> bool:
    """Whether a notebook has a cell tagged `example`."""
    cells = nbformat.read(path, as_version=4).cells
    return any("example" in cell.metadata.get("tags", ()) for cell in cells)


def cards(folder: Path) -> list[dict[str, str]]:
    """Title and question of each page, from its first cell, for the start page."""
    found = []
    for path in pages(folder):
        title, _, rest = nbformat.read(path, as_version=4).cells[0].source.partition("\n")
        question = next((line for line in rest.splitlines() if line.strip()), "")
        found.append({"file": path.name, "title": title.lstrip("# "), "question": question.strip()})
    return found


class Page(Preprocessor):
    """A notebook as a page: without the digest cells, code, and how to run a notebook."""

    enabled = True
    served = List(Unicode(), config=True, help="the pages to which links lead")

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The cells that are shown, and the page's title."""
        nb.metadata["title"] = nb.cells[0].source.splitlines()[0].lstrip("# ")
        nb.cells = [cell for cell in nb.cells if not left_out(cell)]
        nb.metadata["charts"] = any("chart" in cell.metadata.get("tags", ()) for cell in nb.cells)
        lines = nb.cells[0].source.splitlines()
        links = "".join(line for line in lines if line.startswith("*Pages:"))
        # They stand above the page.
        nb.metadata["pages"] = [
            (name, file)
            for name, file in re.findall(r"\[([^]]+)\]\(([^)]+)\)", links)
            if file in self.served
        ]
        told = (line for line in lines if not line.startswith(("*To run:", "*Pages:")))
        nb.cells[0].source = "\n".join(told)
        return nb, resources


def left_out(cell: Any) -> bool:
    """Whether a cell is a digest or the heading above it, or is about code."""
    if "digest" in cell.metadata.get("tags", ()):
        return True
    heads = ("## Reviewer's check", "## In code")
    return bool(cell.cell_type == "markdown" and cell.source.startswith(heads))


def configuration(options: argparse.Namespace) -> Any:
    """Settings of the server."""
    folder = options.notebooks.resolve()
    library = chart_library_path()

    def add(page_config: dict[str, Any], **_: Any) -> dict[str, Any]:
        # One of Voila's handlers uses what is returned, the other what was passed.
        page_config |= {"cards": cards(folder), "chartLibrary": library}
        return page_config

    c = Config()
    c.Voila.root_dir = str(folder)
    c.Voila.ip = options.ip
    c.Voila.port = options.port
    c.Voila.base_url = f"/{options.base_url.strip('/')}/".replace("//", "/")
    c.Voila.token = options.token or secrets.token_urlsafe(24)
    c.Voila.port_retries = 0
    c.Guarded.most_pages = options.most_pages
    c.Guarded.most_pages_each = options.most_pages_each
    # A page of another site cannot act as the visitor; on a ward's computer the visit ends with the
    # browser.
    c.IdentityProvider.cookie_options = {"samesite": "Lax", "expires_days": None}
    c.Voila.log_level = "ERROR"
    # Voila would open its own address, without the token.
    c.Voila.open_browser = False
    # Settings of this user's other Voila servers do not belong here.
    c.Voila.config_file_paths = []
    c.VoilaConfiguration.template = "compare"
    c.VoilaConfiguration.theme = "light"
    c.VoilaConfiguration.allow_template_override = "NO"
    c.VoilaConfiguration.allow_theme_override = "NO"
    c.VoilaConfiguration.classic_tree = True
    c.VoilaConfiguration.show_tracebacks = False
    c.VoilaConfiguration.page_config_hook = add
    c.VoilaConfiguration.preheat_kernel = options.preheat
    # None at the start: `App` fills the pools.
    c.VoilaConfiguration.default_pool_size = 0
    c.Page.served = [path.name for path in pages(folder)]
    c.VoilaExporter.preprocessors = [Page]
    c.MappingKernelManager.cull_idle_timeout = 600
    c.MappingKernelManager.cull_interval = 60
    # A page that is still open keeps its kernel: its controls must not go dead unseen.
    c.MappingKernelManager.cull_connected = False
    return c


def chart_library_path() -> str:
    """Where the chart library is served, below the base address: another path for each version."""
    digest = hashlib.sha256(CHART_LIBRARY.read_bytes()).hexdigest()
    return f"voila/charts/{digest[:16]}/{CHART_LIBRARY.name}"


class ChartLibrary(StaticFileHandler):
    """The chart library as a file, which a browser keeps: what stands at its path never changes."""

    def set_extra_headers(self, path: str) -> None:
        """Keep it for a year, without asking again."""
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")


class Closed(VoilaShutdownKernelHandler):
    """A page that is closed says so, and its kernel is stopped."""

    def check_xsrf_cookie(self) -> None:
        """Not asked for: Voila's pages set none. Another site's page is refused by its origin."""


class App(guard.Guarded):
    """Voila that makes its kernels ready one page after the other, once it answers.

    Its own way is all at once, which keeps the first visitor waiting twice as long as without.
    """

    def init_handlers(self) -> list[Any]:
        """Voila's own, after those that stand in for one of them."""
        folder, _, name = chart_library_path().rpartition("/")
        charts = rf"{self.server_url}{folder}/({re.escape(name)})"
        return [
            (rf"{self.server_url}voila/api/shutdown/([\w-]+)", Closed),
            (charts, ChartLibrary, {"path": str(CHART_LIBRARY.parent)}),
            *super().init_handlers(),
        ]

    def listen(self) -> None:
        """Answer requests; runs until stopped."""
        if self.voila_configuration.preheat_kernel:
            IOLoop.current().add_callback(self.make_ready)
        super().listen()

    async def make_ready(self) -> None:
        """Fill the pool of each page with one kernel, which is replaced when it is taken."""
        manager = self.kernel_manager
        for name in [path.name for path in pages(Path(self.root_dir))]:
            manager.kernel_pools_config = manager.kernel_pools_config | {name: {"pool_size": 1}}
            manager.fill_if_needed(delay=0, notebook_name=name)
            started = manager._pools[name][0]
            await asyncio.wait([started])
            if started.exception() is None:
                await asyncio.wait([started.result()["task"]])


def run(settings: Any, app: type[App] = App) -> None:
    """Serve with these settings until stopped."""
    found = os.environ.get("JUPYTER_PATH")
    # The pages' template, and kernels without a debugger.
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(APP), *([found] if found else [])])
    os.environ["COMPARE_SERVED"] = "1"
    app.launch_instance(argv=[], config=settings)


def main(words: list[str] | None = None) -> None:
    """Serve until stopped."""
    options = arguments(words)
    settings = configuration(options)
    if options.ip not in LOCAL:
        print(OPEN_TO_OTHERS.format(ip=options.ip), file=sys.stderr)
    base, token = settings.Voila.base_url, settings.Voila.token
    address = f"http://{options.ip}:{options.port}{base}?token={token}"
    print(f"The pages are at\n  {address}\nControl-C stops the server.", flush=True)
    if not options.no_browser:
        threading.Timer(2, webbrowser.open, [address]).start()
    run(settings)


if __name__ == "__main__":
    main()
