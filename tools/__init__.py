"""What `make` calls: data, notebooks, review. Not part of the installed package."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
# The notebooks that the app shows; the other is code to read and copy.
PAGES = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem != "09_in_python"]
BUILD = ROOT / "build"
