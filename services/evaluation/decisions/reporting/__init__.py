"""Reports: which parts one is made of, and how its figures are told."""

from services.evaluation.decisions.reporting.account import account
from services.evaluation.decisions.reporting.choosing import compared, reported
from services.evaluation.decisions.reporting.sheet import WHOEVER, sheet

__all__ = ["WHOEVER", "account", "compared", "reported", "sheet"]
