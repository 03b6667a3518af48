"""The notebooks' run as tests, against starting as many kernels that import pandas and plotly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from measure import BUILD, Row, ratio

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def run() -> list[Row]:
    """Wall time of nbval over all notebooks, and its ratio to the kernels alone."""
    count = len(list(NOTEBOOKS.glob("*.ipynb")))
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BUILD / "pycache")}
    os.environ.update(compiled)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["--nbval-current-env", "--nbval-cell-timeout=120", str(NOTEBOOKS)]

    def tested(_: int) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def started(_: int) -> None:
        for _number in range(count):
            manager, client = start_new_kernel(kernel_name="python3")
            client.execute_interactive("import pandas, plotly.graph_objects, ipywidgets")
            client.stop_channels()
            manager.shutdown_kernel(now=False)

    return ratio(
        f"nbval: {count} notebooks", tested, started, 2.0, "as many kernels with pandas, plotly"
    )
