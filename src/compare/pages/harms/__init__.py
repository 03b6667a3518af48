"""What goes wrong, against what."""

from compare.pages.harms.page import HarmsExplorer
from compare.pages.harms.views import digest, opening, view

__all__ = ["HarmsExplorer", "digest", "opening", "view"]
