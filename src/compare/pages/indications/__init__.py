"""On whose authority."""

from compare.pages.indications.page import IndicationsExplorer, digest, opening, view

__all__ = ["IndicationsExplorer", "digest", "opening", "view"]
