"""What evaluation knows of an engagement, and what it may be asked to do; and what it watches after the window."""

from services.evaluation.domain.known import (
    Answer,
    AnswerRound,
    AssessGoal,
    CloseRound,
    ConfirmOutcome,
    DismissOutcome,
    Goal,
    Known,
    OfRound,
    Outcome,
    Promised,
    RecordOutcome,
    Report,
    Stands,
    known,
)
from services.evaluation.domain.watching import Proposal, Sign, Watched

__all__ = [
    "Answer", "AnswerRound", "AssessGoal", "CloseRound", "ConfirmOutcome", "DismissOutcome", "Goal", "Known",
    "OfRound", "Outcome", "Promised", "Proposal", "RecordOutcome", "Report", "Sign", "Stands", "Watched", "known",
]  # fmt: skip
