"""What the trials showed, and what follows across them."""

from compare.pages.what_works.page import WhatWorksExplorer, digest, opening, view

__all__ = ["WhatWorksExplorer", "digest", "opening", "view"]
