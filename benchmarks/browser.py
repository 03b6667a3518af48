"""In a browser: from key press to painted, and the first chart, against a bare chart.

All are pages of the same app. The bare ones have a number box and one chart with as many traces as
the page on cost, drawn anew at each change: a FigureWidget, and our own. They compute nothing.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from measure import BUILD, TIMES, Row

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TOKEN = "bench"
COST = """
import compare
from compare.pages.cost import CostExplorer

CostExplorer(compare.load())
"""
BARE = """
import ipywidgets as w
from compare.pages.house import TEMPLATE
from compare.pages.chart import LiveFigure

box = w.BoundedFloatText(value=70, min=1, max=300, description="Weight (kg)")
chart = LiveFigure(True)


def draw(change):
    rows = [f"row {i}" for i in range(10)]
    traces = [
        {"type": "bar", "orientation": "h", "y": rows,
         "x": [box.value * i for i in range(k, k + 10)]}
        for k in range(13)
    ]
    chart.draw(traces, {"template": TEMPLATE, "height": 500})


box.observe(draw, names="value")
draw(None)
w.VBox([box, chart])
"""
PLOTLY = """
import ipywidgets as w
import plotly.graph_objects as go

box = w.BoundedFloatText(value=70, min=1, max=300, description="Weight (kg)")
rows = [f"row {i}" for i in range(10)]
bars = [go.Bar(y=rows, x=list(range(10)), orientation="h") for _ in range(13)]
figure = go.FigureWidget(bars, {"height": 500})


def draw(change):
    with figure.batch_update():
        for k, bar in enumerate(figure.data):
            bar.x = [box.value * i for i in range(k, k + 10)]


box.observe(draw, names="value")
draw(None)
w.VBox([box, figure])
"""
# The time at which the browser has painted the first frame that holds the chart drawn anew: what is
# called before a frame sees what it will hold, and what it puts off is run once it is painted.
WATCH = """() => {
  const plot = [...document.querySelectorAll('.js-plotly-plot')][0];
  let drawn = false;
  plot.once('plotly_afterplot', () => { drawn = true; });
  window.painted = new Promise(resolve => {
    const look = () => drawn
      ? setTimeout(() => resolve(performance.now()), 0)
      : requestAnimationFrame(look);
    requestAnimationFrame(look);
  });
}"""


@contextmanager
def app(folder: Path) -> Iterator[str]:
    """The app with the notebooks of a folder, a kernel of each kept ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "app" / "serve.py"), "--no-browser", "--preheat"]
    command += [f"--port={port}", f"--token={TOKEN}", f"--notebooks={folder}"]
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BUILD / "pycache")}
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env=os.environ | compiled,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}?token={TOKEN}", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def pages() -> list[Row]:
    """Key press to painted, and the first chart, as ratios to bare pages; no rows without one."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only for this part)

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        return [Row("browser: no Chromium on this machine, not measured", 0.0, "ms")]
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        for name, code in (("cost", COST), ("bare", BARE), ("plotly", PLOTLY)):
            cells = [nbformat.v4.new_markdown_cell(f"# {name}"), nbformat.v4.new_code_cell(code)]
            notebook = nbformat.v4.new_notebook(cells=cells)
            notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(notebook, Path(place) / f"{name}.ipynb")
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = started.new_context(viewport={"width": 1280, "height": 2400})
        with app(Path(place)) as address:
            context.request.get(f"{address}?token={TOKEN}")
            update: dict[str, list[float]] = {"cost": [], "bare": [], "plotly": []}
            first: dict[str, list[float]] = {"cost": [], "bare": [], "plotly": []}
            for number in range(TIMES + 1):
                for name, taken in first.items():
                    # A kernel is made ready for the next visit while nobody waits.
                    time.sleep(4)
                    page = context.new_page()
                    begin = time.perf_counter()
                    page.goto(f"{address}voila/render/{name}.ipynb")
                    page.locator(".js-plotly-plot .bars path").first.wait_for(state="attached")
                    if number:
                        taken.append(1000 * (time.perf_counter() - begin))
                    if number == 1:
                        page.wait_for_timeout(3000)
                        update[name] = [press(page, 60 + i) for i in range(2 * TIMES)][2:]
                    page.close()
        started.close()
    key = {name: statistics.median(taken) for name, taken in update.items()}
    chart = {name: statistics.median(taken) for name, taken in first.items()}
    return [
        Row("browser: key press to painted, Cost", key["cost"], "ms"),
        Row("  bare FigureWidget with as many traces", key["plotly"], "ms"),
        Row("  ratio", key["cost"] / key["plotly"], "times", 1.5),
        Row("  bare chart of ours", key["bare"], "ms"),
        Row("browser: first chart, Cost", chart["cost"], "ms"),
        Row("  bare FigureWidget", chart["plotly"], "ms"),
        Row("  ratio", chart["cost"] / chart["plotly"], "times", 1.3),
        Row("  bare chart of ours", chart["bare"], "ms"),
    ]


def press(page: object, value: int) -> float:
    """Milliseconds from Enter in the weight's box to the painted chart."""
    box = page.get_by_label("Weight (kg)", exact=True).first  # type: ignore[attr-defined]
    box.fill(str(value))
    page.evaluate(WATCH)  # type: ignore[attr-defined]
    begin = page.evaluate("() => performance.now()")  # type: ignore[attr-defined]
    page.keyboard.press("Enter")  # type: ignore[attr-defined]
    return float(page.evaluate("() => window.painted") - begin)  # type: ignore[attr-defined]
