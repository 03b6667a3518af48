"""Modules of the browser: what several of them share stands in a file of its own."""

from __future__ import annotations

from pathlib import Path


def module(*names: str) -> str:
    """The files of these names beside this one, joined to one module, shared parts first."""
    here = Path(__file__).parent
    return "\n".join((here / f"{name}.js").read_text(encoding="utf-8") for name in names)
