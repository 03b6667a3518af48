"""In a browser: the answer, the live page, a key press and jumps, against a bare chart.

All are pages of the same app, with a kernel of each kept ready. The bare ones have a number box and
one chart with as many traces as the page on cost, drawn anew at each change: a FigureWidget, and
our own. They compute nothing.
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
from measure import BUILD, Row

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TOKEN = "bench"
ROUNDS = 5
BARE_NAMES = ("bare", "plotly")
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
# From the start of the visit: when the answer, a chart and the live page were first painted, and
# how far things jumped. What is called before a frame sees what it will hold, and what it puts off
# is run once that frame is painted.
VISIT = """(() => {
  window.seen = {shift: 0};
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  const visible = (names) => [...document.querySelectorAll(names)].some((e) =>
    e.checkVisibility({visibilityProperty: true}) && e.textContent.trim());
  const holds = {
    answer: () => visible('.tc-finding'),
    chart: () =>
      document.querySelector('.js-plotly-plot :is(.bars, .points, .hm) :is(path, image)'),
    live: () => document.documentElement?.classList.contains('tc-live') && visible('.tc-finding'),
  };
  const look = () => {
    for (const [name, held] of Object.entries(holds)) {
      if (!(name in seen) && held()) {
        seen[name] = 0;
        setTimeout(() => { seen[name] = performance.now(); });
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
# When the last change was painted before the page came to rest.
WATCH = """() => {
  let last = 0;
  const seen = new MutationObserver(() =>
    requestAnimationFrame(() => setTimeout(() => { last = performance.now(); })));
  const all = {subtree: true, childList: true, characterData: true, attributes: true};
  seen.observe(document.body, all);
  window.painted = new Promise((resolve) => {
    const look = () => last && performance.now() - last > 300
      ? (seen.disconnect(), resolve(last)) : setTimeout(look, 20);
    look();
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
    """Each page of the app, as ratios to the bare FigureWidget; no rows without a browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only for this part)

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        return [Row("browser: no Chromium on this machine, not measured", 0.0, "ms")]
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        ours = [path.stem for path in sorted((ROOT / "notebooks").glob("0[0-8]_*.ipynb"))]
        for name in ours:
            shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", place)
        for name, code in zip(BARE_NAMES, (BARE, PLOTLY), strict=True):
            cells = [nbformat.v4.new_markdown_cell(f"# {name}"), nbformat.v4.new_code_cell(code)]
            notebook = nbformat.v4.new_notebook(cells=cells)
            notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(notebook, Path(place) / f"{name}.ipynb")
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = started.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(VISIT)
        visits: dict[str, list[dict[str, float]]] = {name: [] for name in (*ours, *BARE_NAMES)}
        update: dict[str, list[float]] = {}
        with app(Path(place)) as address:
            context.request.get(f"{address}?token={TOKEN}")
            # A kernel of each page is made ready, and again after each visit, while nobody waits.
            time.sleep(6 * len(visits))
            for number in range(ROUNDS + 1):
                for name, taken in visits.items():
                    page = context.new_page()
                    page.goto(f"{address}voila/render/{name}.ipynb")
                    page.wait_for_function(f"() => ({WHOLE})('{name}')", timeout=120_000)
                    page.wait_for_timeout(1500)
                    if number:
                        taken.append(page.evaluate("() => window.seen"))
                    if number == 1:
                        update[name] = [press(page, 60 + i) for i in range(2 * ROUNDS + 2)][2:]
                    page.close(run_before_unload=True)
                    time.sleep(4)
        started.close()
    return table(ours, visits, update)


# Whether a page is complete: ours alive and with the charts that it has, a bare one with its chart.
WHOLE = """(name) => {
  const charts = [...document.querySelectorAll('.tc-chart')]
    .filter((e) => e.offsetHeight > 40 && !e.closest('.tc-first'));
  const drawn = charts.every((e) => e.querySelector('.main-svg'));
  return ['bare', 'plotly'].includes(name) ? seen.chart : seen.live && drawn;
}"""


def table(
    ours: list[str], visits: dict[str, list[dict[str, float]]], update: dict[str, list[float]]
) -> list[Row]:
    """Medians of the visits of each page, against those of the bare FigureWidget."""

    def median(name: str, what: str) -> float:
        return statistics.median(visit.get(what, visit.get("live", 0.0)) for visit in visits[name])

    chart, key = median("plotly", "chart"), statistics.median(update["plotly"])
    rows = [
        Row("browser: bare FigureWidget, first chart", chart, "ms"),
        Row("  key press to painted", key, "ms"),
        Row("browser: bare chart of ours, first chart", median("bare", "chart"), "ms"),
        Row("  key press to painted", statistics.median(update["bare"]), "ms"),
    ]
    for name in ours:
        answer, pressed = median(name, "answer"), statistics.median(update[name])
        complete = max(median(name, "live"), median(name, "chart"))
        rows += [
            Row(f"browser: {name}, answer painted", answer, "ms"),
            Row("  ratio to the bare first chart", answer / chart, "times", 0.25),
            Row("  live and its first chart drawn", complete, "ms"),
            Row("  ratio to the bare first chart", complete / chart, "times", 1.3),
            Row("  key press to painted", pressed, "ms"),
            Row("  ratio to the bare FigureWidget", pressed / key, "times", 0.8),
            Row("  layout shift", median(name, "shift"), "", 0.05),
        ]
    return rows


def press(page: object, value: int) -> float:
    """Milliseconds from Enter in the weight's box to the painted chart."""
    box = page.get_by_label("Weight (kg)", exact=True).first  # type: ignore[attr-defined]
    box.fill(str(value))
    page.evaluate(WATCH)  # type: ignore[attr-defined]
    begin = page.evaluate("() => performance.now()")  # type: ignore[attr-defined]
    page.keyboard.press("Enter")  # type: ignore[attr-defined]
    return float(page.evaluate("() => window.painted") - begin)  # type: ignore[attr-defined]
