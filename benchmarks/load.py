"""Several visitors at once, by hand: how long a change takes, and the memory of each session.

    python benchmarks/load.py                 12 sessions for two minutes
    python benchmarks/load.py --sessions 4 --seconds 30

Each session is a page of the app in a browser on this same machine, in which a new weight is typed
every few seconds; the time is from Enter to the page's files being of that weight.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from browser import NAMES, ROOT, TOKEN, app

PAGES = ("02_cost", "05_trade_offs", "00_start_here")
THINK_SECONDS = 4.0
LIVE = "document.documentElement?.classList.contains('tc-live')"


def resident_mb(word: str) -> list[float]:
    """Resident memory of each process whose command line holds a word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            status = (folder / "status").read_text(encoding="utf-8")
        except OSError:
            continue
        size = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        if word in command and size:
            found.append(int(size[0].split()[1]) / 1000)
    return found


def change(page: Page, weight_kg: int) -> float:
    """Seconds from Enter until the files that the page offers are of this weight."""
    page.get_by_label("Weight (kg)", exact=True).first.fill(str(weight_kg))
    begin = time.perf_counter()
    page.keyboard.press("Enter")
    saved = page.locator(f'a.tc-download[download*="_{weight_kg}kg_"]').first
    saved.wait_for(state="attached", timeout=60_000)
    return time.perf_counter() - begin


def main() -> None:
    """Open the sessions, move, and print latency and memory."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--seconds", type=int, default=120)
    options = parser.parse_args()
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)))
    dice = random.Random(1)
    with app(ROOT / "notebooks") as address, sync_playwright() as playwright:
        time.sleep(60)  # kernels are made ready
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        sessions, opened = [], []
        for number in range(options.sessions):
            context = started.new_context(viewport={"width": 1280, "height": 900})
            context.request.get(f"{address}?token={TOKEN}")
            page = context.new_page()
            begin = time.perf_counter()
            page.goto(f"{address}voila/render/{PAGES[number % len(PAGES)]}.ipynb", timeout=120_000)
            page.wait_for_function(LIVE, timeout=120_000)
            opened.append(time.perf_counter() - begin)
            sessions.append(page)
        taken = []
        due = [time.monotonic() + dice.uniform(0, THINK_SECONDS) for _ in sessions]
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            next_one = min(range(len(sessions)), key=due.__getitem__)
            time.sleep(max(0.0, due[next_one] - time.monotonic()))
            taken.append(change(sessions[next_one], dice.randint(40, 120)))
            due[next_one] = time.monotonic() + dice.uniform(0.5, 1.5) * THINK_SECONDS
        kernels, server = resident_mb("ipykernel"), resident_mb("serve.py")
        started.close()
    taken.sort()
    print(f"{len(sessions)} sessions, {len(taken)} changes in {options.seconds} s")
    print(f"opened in {statistics.median(opened):.1f} s (median), {max(opened):.1f} s (most)")
    late = taken[int(0.95 * len(taken))]
    print(f"a change: {statistics.median(taken):.2f} s (median), {late:.2f} s (95th of 100)")
    print(f"kernels: {len(kernels)}, {statistics.median(kernels):.0f} MB each (median)")
    print(f"server: {sum(server):.0f} MB")


if __name__ == "__main__":
    main()
