"""How prices moved, and who pays."""

from compare.pages.history.page import HistoryExplorer, digest, opening, view

__all__ = ["HistoryExplorer", "digest", "opening", "view"]
