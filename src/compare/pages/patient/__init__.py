"""One patient, option beside option."""

from compare.pages.patient.page import PatientExplorer
from compare.pages.patient.views import digest, opening, view

__all__ = ["PatientExplorer", "digest", "opening", "view"]
