"""What a reader brings: prices, CMS's next file, a therapy; and what they change."""

from compare.own.before_after import difference, standing, templates
from compare.own.cms_file import with_asp_file
from compare.own.load import load
from compare.own.prices import with_prices
from compare.own.therapy import with_therapy

__all__ = [
    "difference",
    "load",
    "standing",
    "templates",
    "with_asp_file",
    "with_prices",
    "with_therapy",
]
