"""Our networks beside published ones: our side is computed anew, each difference has its reason."""

from __future__ import annotations

import compare
from tools.published import MADE, apart, ours, page, typed


def test_the_page_holds_what_is_computed(evidence: compare.Evidence) -> None:
    """`docs/networks.md` is current: where data or engine move our estimates, this fails."""
    assert MADE.read_text(encoding="utf-8") == page(evidence)


def test_each_difference_has_its_reason(evidence: compare.Evidence) -> None:
    """Beyond 1.15 either way a reason is given, and nowhere else; every row names its source."""
    rows = typed()
    assert len(rows) >= 20
    for row in rows:
        estimate, low, high = ours(evidence, row)
        assert low < estimate < high
        assert apart(estimate / float(row["published"])) == bool(row["why"]), row
        assert row["address"].startswith("https://")
        assert row["locator"]


def test_intervals_overlap(evidence: compare.Evidence) -> None:
    """No published interval and ours lie apart: that would be an error until it is explained."""
    for row in typed():
        _, low, high = ours(evidence, row)
        assert low < float(row["published_high"])
        assert high > float(row["published_low"])
