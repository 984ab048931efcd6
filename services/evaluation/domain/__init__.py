"""What evaluation knows of an engagement, and what it may be asked to do; and what it watches after the window."""

from services.evaluation.domain.known import (
    Answer,
    AnswerRound,
    AskForLinks,
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
    ReplaceAsked,
    Report,
    Stands,
    known,
)
from services.evaluation.domain.showing import AHEAD, Finding, Overview, RoundLine, RoundState, in_turn
from services.evaluation.domain.watching import Proposal, Sign, Watched

__all__ = [
    "AHEAD", "Answer", "AnswerRound", "AskForLinks", "AssessGoal", "CloseRound", "ConfirmOutcome", "DismissOutcome",
    "Finding", "Goal", "Known", "OfRound", "Outcome", "Overview", "Promised", "Proposal", "RecordOutcome",
    "ReplaceAsked", "Report",
    "RoundLine", "RoundState", "Sign", "Stands", "Watched", "in_turn", "known",
]  # fmt: skip
