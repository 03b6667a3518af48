"""A page that is closed frees its kernel; another site cannot close one."""

import os
import time
from pathlib import Path

import nbformat
from playwright.sync_api import Browser

from tests.browser.conftest import LIVE, TOKEN, voila_server

# What is promised, in seconds.
WITHIN = 60
CELL = """
import os
from pathlib import Path
import compare
from compare.pages.cost import CostExplorer

Path("pid").write_text(str(os.getpid()))
CostExplorer(compare.load())
"""


def runs(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_closed_page_frees_its_kernel(browser: Browser, tmp_path: Path) -> None:
    """Within a minute of closing; a request from another origin before that ends nothing."""
    cells = [nbformat.v4.new_markdown_cell("# Closed"), nbformat.v4.new_code_cell(CELL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(notebook, tmp_path / "closed.ipynb")
    (tmp_path / "log").mkdir()
    server = voila_server(tmp_path, tmp_path / "log")
    address = next(server)
    context = browser.new_context()
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{address}?token={TOKEN}")
    page.goto(f"{address}voila/render/closed.ipynb")
    page.wait_for_function(LIVE, timeout=60_000)
    pid = int((tmp_path / "pid").read_text())
    kernel = sockets[0].split("/api/kernels/")[1].split("/")[0]
    closing = f"{address}voila/api/shutdown/{kernel}"
    answer = context.request.post(closing, headers={"Origin": "https://elsewhere.example"})
    assert answer.status in (403, 404)
    assert runs(pid)
    page.close(run_before_unload=True)
    end = time.monotonic() + WITHIN
    while runs(pid):
        assert time.monotonic() < end, "the kernel still runs"
        time.sleep(0.5)
    context.close()
    server.close()
