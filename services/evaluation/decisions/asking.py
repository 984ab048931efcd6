"""Forms: when they can be asked for, and what comes of one that is sent off."""

from collections.abc import Mapping, Sequence

from services.evaluation.decisions.rounds import NotOpen
from services.evaluation.domain import AnswerRound
from services.evaluation.domain.asking import Opened
from shared.errors import Malformed
from shared.instruments import Judged
from shared.obligations.reconcile import Row

LARGEST = 256 * 1024
"""The most bytes that are kept of what somebody typed: more than a hundred pages."""


def see_that_it_fits(typed: Mapping[str, Sequence[str]]) -> None:
    """Refuse to keep what nobody types."""
    if sum(len(one.encode(errors="replace")) for told in typed.values() for one in told) > LARGEST:
        raise Malformed(f"All answers together may have {LARGEST:,} bytes at most: say it in fewer words")


def see_that_it_opened(row: Row) -> None:
    """Refuse to ask anybody before a round opens, or in one that never will."""
    if row.fired_at is None or row.state == "withdrawn":
        raise NotOpen("round_id", round_id=row.key, state=row.state)


def answered(opened: Opened, judged: Judged, answer_id: str) -> AnswerRound:
    """What somebody sent off, as an answer in the round; by whom stands nowhere in it."""
    words = {"round_id": opened.invitation.round_id, "answer_id": answer_id, "team_id": opened.told_of}
    return AnswerRound.model_validate({**words, "answers": dict(judged.answers)})
