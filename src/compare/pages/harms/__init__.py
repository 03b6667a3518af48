"""What goes wrong, against what."""

from compare.pages.harms.page import HarmsExplorer, digest, opening, view

__all__ = ["HarmsExplorer", "digest", "opening", "view"]
