"""Compare IVIG, biologics, cytokine inhibitors and monoclonal antibodies, every number sourced."""

from compare import harms
from compare.cost import annual_cost, cohort_cost
from compare.effects import effects_table
from compare.errors import DataError
from compare.evidence import Evidence, load
from compare.harms import adverse_events
from compare.patient import Patient
from compare.preferences import rank_acceptability, weighted_value
from compare.scenario import Scenario

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "Evidence",
    "Patient",
    "Scenario",
    "adverse_events",
    "annual_cost",
    "cohort_cost",
    "effects_table",
    "harms",
    "load",
    "rank_acceptability",
    "weighted_value",
]
