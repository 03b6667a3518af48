"""Whether it is true what an article says of IVIG."""

from compare.pages.claims.page import ClaimsExplorer, digest, view

__all__ = ["ClaimsExplorer", "digest", "view"]
