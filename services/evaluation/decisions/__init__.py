"""What evaluation answers to a command, and what its ledger's changes are called when said; one file a noun."""

from services.evaluation.decisions.goals import assess_goal
from services.evaluation.decisions.outcomes import record_outcome
from services.evaluation.decisions.report import VERDICT, report
from services.evaluation.decisions.rounds import NotOpen, answer, close, told
from services.evaluation.decisions.watching import confirm, dismiss, may_show, propose

__all__ = [
    "VERDICT", "NotOpen", "answer", "assess_goal", "close", "confirm", "dismiss", "may_show", "propose",
    "record_outcome", "report", "told",
]  # fmt: skip
