"""What follows from what matters to a reader: values and shares of all weightings, of any table."""

from compare.preferences.decision import rank_order_centroid, stated_ranges, swing_weights
from compare.preferences.draws import confidence_factors, rank, rank_acceptability, sample
from compare.preferences.values import (
    break_even,
    break_evens,
    equivalent_change,
    pareto,
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
