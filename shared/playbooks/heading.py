"""The head of an engagement's pages: what it is, who is in it, where it stands; the same above each of its tabs."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.access.caller import Caller
from shared.playbooks.history import History


class Heading(BaseModel):
    """An engagement in a few words."""

    model_config = ConfigDict(frozen=True)

    engagement_id: str
    title: str
    model: str
    center: str
    topic: str
    jurisdictions: list[str]
    facilitator: str | None
    evaluator: str | None
    supervisor: str | None
    opened_on: date
    planned_close: date | None
    closed_on: date | None
    sessions_held: int
    next_session: datetime | None
    time_zone: str

    def is_of(self, caller: Caller) -> bool:
        """Whether it is theirs to see: they hold a seat in it, or see all."""
        seats = (self.facilitator, self.evaluator, self.supervisor)
        return caller.sees_all or (caller.person_id is not None and caller.person_id in seats)


def ahead(history: History, now: datetime) -> tuple[datetime, ...]:
    """When each of the sessions begins that lie ahead, the next first."""
    sessions = history.sessions.values()
    open_ones = (one for one in sessions if one.held is None and one.cancelled is None)
    return tuple(sorted(one.starts_at for one in open_ones if one.starts_at > now))


def heading(history: History, now: datetime) -> Heading | None:
    """What a history tells of its engagement; nothing before it is opened."""
    told = history.engagement
    if told is None:
        return None
    words = told.words
    return Heading(
        engagement_id=told.id,
        title=words["title"],
        model=told.playbook,
        center=words["center"],
        topic=words["topic"],
        jurisdictions=sorted({team.jurisdiction for team in history.teams.values() if team.left is None}),
        **{role: history.holders.seat(role).person_id for role in ("facilitator", "evaluator", "supervisor")},
        opened_on=told.opened_on,
        planned_close=told.planned_close,
        closed_on=told.closed.event.closed_on if told.closed else None,
        sessions_held=sum(one.was_held for one in history.sessions.values()),
        next_session=next(iter(ahead(history, now)), None),
        time_zone=told.time_zone,
    )
