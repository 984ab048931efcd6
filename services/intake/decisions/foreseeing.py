"""What a playbook will make of an engagement that is not opened yet: the whole schedule, and who does what."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.entities import Entity
from shared.playbooks.calendar import Calendar
from shared.playbooks.imagined import forecast
from shared.playbooks.model import Playbook


class Foreseen(Entity):
    """One thing that will be due."""

    due_at: datetime
    zone: str
    title: str
    to: str
    kind: str
    rule: str
    needs: str | None = None
    """The approval that it waits for."""


def foreseen(
    playbook: Playbook,
    start: date,
    jurisdictions: Sequence[str],
    calendar: Calendar,
    planned: int | None = None,
    closes: date | None = None,
) -> list[Foreseen]:
    """All that will be due if sessions are held as planned, by date."""
    if planned:
        playbook = playbook.model_copy(update={"sessions": playbook.sessions.model_copy(update={"planned": planned})})
    found = [
        Foreseen(
            due_at=it.owed.due_at,
            zone=it.owed.zone,
            title=it.owed.title,
            to=it.owed.to,
            kind=it.owed.kind,
            rule=it.owed.rule,
            needs=it.held_back,
        )
        for it in forecast(playbook, start, jurisdictions, calendar, closes)
    ]
    return sorted(found, key=lambda one: (one.due_at, one.title))
