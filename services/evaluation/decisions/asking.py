"""Forms: when they can be asked for, and what comes of one that is sent off."""

from services.evaluation.decisions.rounds import NotOpen
from services.evaluation.domain import AnswerRound
from services.evaluation.domain.asking import Opened
from shared.instruments import Judged
from shared.obligations.reconcile import Row


def see_that_it_opened(row: Row) -> None:
    """Refuse to ask anybody before a round opens, or in one that never will."""
    if row.fired_at is None or row.state == "withdrawn":
        raise NotOpen("round_id", round_id=row.key, state=row.state)


def answered(opened: Opened, judged: Judged, answer_id: str) -> AnswerRound:
    """What somebody sent off, as an answer in the round; by whom stands nowhere in it."""
    words = {"round_id": opened.invitation.round_id, "answer_id": answer_id, "team_id": opened.told_of}
    return AnswerRound.model_validate({**words, "answers": dict(judged.answers)})
