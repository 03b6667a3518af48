"""What follows from what matters."""

from compare.pages.tradeoffs.page import TradeOffExplorer
from compare.pages.tradeoffs.views import digest, opening, view

__all__ = ["TradeOffExplorer", "digest", "opening", "view"]
