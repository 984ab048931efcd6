"""Whom nobody calls: who asked not to be contacted, for anything or for interviews."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from shared.events.intake import ContactConsented, ContactDeclined
from shared.playbooks.history import History
from shared.playbooks.said import Said

Word = Said[ContactDeclined] | Said[ContactConsented]
INTERVIEW = "interview"
ASKED_NOT_TO_BE = "Asked not to be contacted."
"""Why somebody else is called instead of whoever said so after they were drawn."""


def words(histories: Iterable[History]) -> list[Word]:
    """What was said about being contacted, the last word last."""
    told: list[Word] = []
    for history in histories:
        told += [*history.said.of(ContactDeclined), *history.said.of(ContactConsented)]
    return sorted(told, key=_place)


def declines(said: Sequence[Word], person_id: str, team_id: str | None) -> bool:
    """Whether they are not to be called: of a person's and their team's last words, each has to allow it."""
    last: dict[tuple[str, str | None, str | None], bool] = {}
    for one in said:
        event = one.event
        is_theirs = event.person_id in (None, person_id) and event.team_id in (None, team_id)
        if is_theirs and event.about in (None, INTERVIEW):
            last[event.engagement_id, event.person_id, event.team_id] = isinstance(event, ContactDeclined)
    return any(last.values())


def _place(one: Word) -> tuple[date, datetime, bool]:
    """Which word is the last: the one for the later day, then the one that was said later; in doubt, the no."""
    return one.event.on, one.fact.recorded, isinstance(one.event, ContactDeclined)
