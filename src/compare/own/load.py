"""The project's tables with what a reader brings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from compare.data import evidence
from compare.data.evidence import Evidence
from compare.own.cms_file import with_asp_file
from compare.own.prices import with_prices
from compare.own.reading import File
from compare.own.therapy import with_therapy


def load(
    folder: str | Path | None = None,
    prices: File | None = None,
    asp_file: File | None = None,
    therapy: str | Path | Mapping[str, bytes] | None = None,
) -> Evidence:
    """Read the data package (None: the project's own), and a reader's own files on top of it.

    `asp_file` is one of CMS's quarterly payment-limit files, `therapy` a folder of tables (or their
    content by file name), `prices` a file of own prices; files are paths or bytes. They are taken
    in this order: own prices may speak of a therapy of one's own, and stand before any limit.
    `loaded` of the evidence says what each has changed.

    Raises `DataError`, which names everything that is wrong with the first file that is, by table,
    line and column; nothing is then loaded.

    >>> import compare
    >>> evidence = compare.load()
    >>> "ivig" in set(evidence.therapies["therapy_id"])
    True
    """
    found = evidence.load(folder)
    if asp_file is not None:
        found = with_asp_file(found, asp_file)
    if therapy is not None:
        found = with_therapy(found, therapy)
    return found if prices is None else with_prices(found, prices)
