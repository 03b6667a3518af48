"""What the trials showed, and what follows across them."""

from compare.pages.what_works.page import WhatWorksExplorer, digest
from compare.pages.what_works.views import opening, view

__all__ = ["WhatWorksExplorer", "digest", "opening", "view"]
