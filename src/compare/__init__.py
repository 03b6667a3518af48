"""Compare IVIG, biologics, cytokine inhibitors and monoclonal antibodies, every number sourced."""

from compare.authority.cautions import check_cautions
from compare.authority.indications import options
from compare.cost import annual_cost, cohort_cost
from compare.data.errors import DataError
from compare.data.evidence import Evidence, sources_of
from compare.data.patient import Patient
from compare.data.scenario import Scenario
from compare.effects.table import effects_table
from compare.own.load import load
from compare.preferences import rank_acceptability, weighted_value
from compare.trials import harms
from compare.trials.harms import adverse_events
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
