"""What a lay article says of IVIG, against our tables and what is published."""

from compare.claims.table import CLAIMS, OF_SOURCE, assess, assess_all
from compare.claims.verdicts import VERDICTS, Assessment

__all__ = [
    "CLAIMS",
    "OF_SOURCE",
    "VERDICTS",
    "Assessment",
    "assess",
    "assess_all",
]
