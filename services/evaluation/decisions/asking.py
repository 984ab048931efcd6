"""Forms: when they can be asked for, and what comes of one that is sent off."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from services.evaluation.decisions.rounds import NotOpen
from services.evaluation.domain import AnswerRound
from services.evaluation.domain.asking import OPEN, SAMPLE, Invitation, Opened
from services.evaluation.domain.interviews import CODES, NOTES, NoteInterview
from shared.errors import Conflict, Malformed
from shared.instruments import Form, Judged
from shared.obligations.reconcile import Row

LARGEST = 256 * 1024
"""The most bytes that are kept of what somebody typed: more than a hundred pages."""


def see_that_it_fits(typed: Mapping[str, Sequence[str]]) -> None:
    """Refuse to keep what nobody types."""
    if sum(len(one.encode(errors="replace")) for told in typed.values() for one in told) > LARGEST:
        raise Malformed(f"All answers together may have {LARGEST:,} bytes at most: say it in fewer words")


class AskedNoMore(Conflict):
    """They have answered, are not asked any more, or the round {round_id} is over."""


def is_open(row: Row, now: datetime) -> bool:
    """Whether a round is open, and not past its end."""
    return row.state == "due" and (row.closes_at is None or row.closes_at > now)


def see_that_it_still_asks(row: Row, theirs: Collection[Invitation], now: datetime) -> None:
    """Refuse to write to anybody of whom nothing is wanted any more."""
    if not theirs or not is_open(row, now):
        raise AskedNoMore("round_id", round_id=row.key)


def see_that_it_opened(row: Row) -> None:
    """Refuse to ask anybody before a round opens, or in one that never will."""
    if row.fired_at is None or row.state == "withdrawn":
        raise NotOpen("round_id", round_id=row.key, state=row.state)


class TooLateToTakeBack(Conflict):
    """The round is over, and its answers may have been read: ask the people who run it."""


def see_that_it_can_be_taken_back(opened: Opened, now: datetime) -> None:
    """Refuse to take back after the round that it may be known whose an answer is."""
    if opened.is_late(now):
        raise TooLateToTakeBack("round_id")


class NoSample(Conflict):
    """Of the round {round_id} everybody is asked: only in a sample somebody else can be asked instead."""


def see_that_it_is_a_sample(row: Row) -> None:
    """Refuse to ask somebody else where everybody is asked."""
    if row.ask != SAMPLE:
        raise NoSample("round_id", round_id=row.key)


class NoInterview(Conflict):
    """The round {round_id} is answered on a form: its people answer by themselves."""


def see_that_it_is_an_interview(row: Row, form: Form) -> None:
    """Refuse to note as an interview what people answer by themselves; and before anybody can be called."""
    see_that_it_opened(row)
    if form.instrument.held_as != "interview":
        raise NoInterview("round_id", round_id=row.key)


class NotToBeCalled(Conflict):
    """They asked not to be contacted. Draw who is missing: of a sample, somebody else is called instead."""


def see_that_they_may_be_called(invitation: Invitation, declined: Collection[str]) -> None:
    """Refuse to call whoever asked not to be contacted; what they said before stays."""
    if invitation.state in OPEN and invitation.person_id in declined:
        raise NotToBeCalled("person_id")


def interviewed(opened: Opened, judged: Judged, command: NoteInterview, answer_id: str) -> AnswerRound:
    """What was noted of an interview, with notes and codes, as an answer in the round; whose stands nowhere in it."""
    told = answered(opened, judged, answer_id)
    beside = {NOTES: command.notes, CODES: list(command.codes)}
    return told.model_copy(update={"answers": {**told.answers, **{name: it for name, it in beside.items() if it}}})


def answered(opened: Opened, judged: Judged, answer_id: str) -> AnswerRound:
    """What somebody sent off, as an answer in the round; by whom stands nowhere in it."""
    words = {"round_id": opened.invitation.round_id, "answer_id": answer_id, "team_id": opened.told_of}
    return AnswerRound.model_validate({**words, "answers": dict(judged.answers)})
