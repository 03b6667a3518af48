"""Compare IVIG, biologics, cytokine inhibitors and monoclonal antibodies, every number sourced."""

from compare import harms
from compare.cautions import check_cautions
from compare.cost import annual_cost, cohort_cost
from compare.effects import effects_table
from compare.errors import DataError
from compare.evidence import Evidence, load, sources_of
from compare.harms import adverse_events
from compare.indications import options
from compare.patient import Patient
from compare.preferences import rank_acceptability, weighted_value
from compare.scenario import Scenario
from compare.trials.indirect import indirect
from compare.trials.network import network_meta_analysis

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "Evidence",
    "Patient",
    "Scenario",
    "adverse_events",
    "annual_cost",
    "check_cautions",
    "cohort_cost",
    "effects_table",
    "harms",
    "indirect",
    "load",
    "network_meta_analysis",
    "options",
    "rank_acceptability",
    "sources_of",
    "weighted_value",
]
