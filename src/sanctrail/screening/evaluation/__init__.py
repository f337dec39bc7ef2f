"""Evaluation: how many of the listed screening finds, and how many innocents it troubles."""

from sanctrail.screening.evaluation.aliases import Aliases
from sanctrail.screening.evaluation.files import check_folder, write_evidence
from sanctrail.screening.evaluation.labelled import CaseFile
from sanctrail.screening.evaluation.run import BASE_RATE, VARIANTS, Evaluation, Plan, evaluate

__all__ = [
    "BASE_RATE",
    "VARIANTS",
    "Aliases",
    "CaseFile",
    "Evaluation",
    "Plan",
    "check_folder",
    "evaluate",
    "write_evidence",
]
