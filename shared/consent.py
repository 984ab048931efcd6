"""Consent: the last words of teams and people on being contacted, and which of them forbids it. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from shared.entities import Entity
from shared.events.base import NO_ENGAGEMENT
from shared.events.intake import ContactConsented, ContactDeclined
from shared.playbooks.history import History
from shared.playbooks.said import Said


class Consent(Entity):
    """The last word of a team or a person on being contacted."""

    engagement_id: str
    """`-` where a person speaks for all engagements."""
    team_id: str | None = None
    person_id: str | None = None
    about: str | None = None
    """The kind of contact; none means all."""
    is_given: bool
    on: date
    recorded: datetime | None = None
    """When it was said: of two words of one day, the later one counts."""
    note: str | None = None

    @property
    def place(self) -> tuple[date, datetime, bool]:
        """Which word is the last: the one for the later day, then the one that was said later; in doubt, the no."""
        return self.on, self.recorded or datetime.min.replace(tzinfo=UTC), not self.is_given

    def is_of(self, engagement_id: str, team_id: str | None, person_id: str | None, kind: str) -> bool:
        """Whether it speaks of contacting them for this."""
        return (
            self.engagement_id in (NO_ENGAGEMENT, engagement_id)
            and self.team_id in (None, team_id)
            and self.person_id in (None, person_id)
            and self.about in (None, kind)
        )


def consents(history: History) -> Mapping[tuple[str | int, ...], Consent]:
    """The last word of each team and person of a line, by whose it is and what it is about."""
    told: list[Said[Any]] = [*history.said.of(ContactConsented), *history.said.of(ContactDeclined)]
    words = [
        Consent(**event.model_dump(), is_given=isinstance(event, ContactConsented), recorded=fact.recorded)
        for fact, event in told
    ]
    last: dict[tuple[str | int, ...], Consent] = {}
    for one in sorted(words, key=lambda one: one.place):
        last[one.engagement_id, one.person_id or "", one.team_id or "", one.about or ""] = one
    return last


def declined(
    engagement_id: str, kind: str, team_id: str | None, person_id: str | None, said: Iterable[Consent]
) -> Consent | None:
    """The word that forbids to contact them for this: of a team's and its person's last words, each has to allow it."""
    of_whom: dict[tuple[str, str | None, str | None], Consent] = {}
    for one in sorted(said, key=lambda one: one.place):
        if one.is_of(engagement_id, team_id, person_id, kind):
            of_whom[one.engagement_id, one.person_id, one.team_id] = one
    return next((one for one in of_whom.values() if not one.is_given), None)
