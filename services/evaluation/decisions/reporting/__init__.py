"""Reports: which parts one is made of, and how its figures are told."""

from services.evaluation.decisions.reporting.choosing import compared, reported
from services.evaluation.decisions.reporting.sheet import sheet

__all__ = ["compared", "reported", "sheet"]
