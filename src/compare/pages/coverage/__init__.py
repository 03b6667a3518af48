"""What the tables hold, how sure and how old."""

from compare.pages.coverage.page import StartExplorer, digest, view

__all__ = ["StartExplorer", "digest", "view"]
