"""What follows from what matters to a reader: values and shares of all weightings, of any table."""

from compare.preferences.values import (
    break_even,
    break_evens,
    confidence_factors,
    equivalent_change,
    pareto,
    rank,
    rank_acceptability,
    rank_order_centroid,
    sample,
    stated_ranges,
    swing_weights,
    weight_sensitivity,
    weighted_value,
)

__all__ = [
    "break_even",
    "break_evens",
    "confidence_factors",
    "equivalent_change",
    "pareto",
    "rank",
    "rank_acceptability",
    "rank_order_centroid",
    "sample",
    "stated_ranges",
    "swing_weights",
    "weight_sensitivity",
    "weighted_value",
]
