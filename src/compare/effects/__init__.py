"""The effects table: what each therapy does to a patient, one row a therapy and criterion."""

from compare.effects.cells import BASES, COLUMNS
from compare.effects.table import (
    criteria_for,
    default_criteria,
    effects_table,
    network_id_of,
    therapies_of,
    why_none,
)

__all__ = [
    "BASES",
    "COLUMNS",
    "criteria_for",
    "default_criteria",
    "effects_table",
    "network_id_of",
    "therapies_of",
    "why_none",
]
