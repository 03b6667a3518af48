"""What a year costs."""

from compare.pages.cost.page import CostExplorer, digest, opening, view

__all__ = ["CostExplorer", "digest", "opening", "view"]
