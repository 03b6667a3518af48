"""A reader"s own data, before and after."""

from compare.pages.own_data.page import OwnDataExplorer, digest, example, opening, view

__all__ = ["OwnDataExplorer", "digest", "example", "opening", "view"]
