"""Engagements: one run of one model on one topic, who runs it, what should change, and what may be done with it."""

from datetime import date
from typing import Literal

from services.intake.domain.asked import Asked, Beside
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import Day, EngagementId, Fact, Line, Slug, Zone
from shared.events.fields import RUNNERS, Ids

CHANGEABLE = tuple(
    name
    for name in said.EngagementChanged.model_fields
    if name not in {"engagement_id", "revision", "changed_on", "playbook_version"}
)
"""What may be told of a change; which version of a playbook is adopted, intake tells itself."""


class Engagement(Entity):
    """One engagement as it stands."""

    engagement_id: str
    title: str
    playbook: str
    playbook_version: int | None = None
    """The version that was adopted, if one was since it was opened; else it keeps the one that was newest then."""
    center: str
    topic: str
    opened_on: date
    time_zone: str
    people: dict[str, str]
    """Who runs it, by role; a role that was given up and not yet filled is missing here."""
    vacant: tuple[str, ...] = ()
    planned_sessions: int | None = None
    planned_close: date | None = None
    goals: tuple[said.Goal, ...] = ()
    answers: tuple[str, ...] = ()
    state: Literal["open", "closed"] = "open"
    revision: int = 0
    closed_on: date | None = None
    reason: str | None = None

    @property
    def facilitator(self) -> str | None:
        return self.people.get("facilitator")


def evolve(known: Engagement | None, fact: Fact) -> Engagement | None:
    """The engagement after one more fact."""
    match fact.event, known:
        case said.EngagementOpened() as event, _:
            return Engagement(**{**event.model_dump(), "people": _runners(event.people)})
        case said.EngagementChanged() as event, Engagement():
            return _changed(known, event)
        case said.EngagementClosed() as event, Engagement():
            return known.but(state="closed", closed_on=event.closed_on, reason=event.reason)
        case said.RoleFilled(team_id=None) as event, Engagement() if event.role in RUNNERS:
            return _filled(known, {event.role: event.person_id})
        case said.RoleVacated(team_id=None) as event, Engagement() if known.people.get(event.role) == event.person_id:
            people = {role: person for role, person in known.people.items() if role != event.role}
            return known.but(people=people, vacant=(*known.vacant, event.role))
    return known


def _changed(known: Engagement, event: said.EngagementChanged) -> Engagement:
    told = {name: value for name in CHANGEABLE if name != "people" and (value := getattr(event, name)) is not None}
    if event.playbook is not None:
        told["playbook_version"] = event.playbook_version
    changed = known.but(**told)
    return _filled(changed, _runners(event.people)) if event.people else changed


def _filled(known: Engagement, people: dict[str, str]) -> Engagement:
    return known.but(
        people={**known.people, **people}, vacant=tuple(role for role in known.vacant if role not in people)
    )


def _runners(people: said.People) -> dict[str, str]:
    return {role: person for role in RUNNERS if (person := getattr(people, role)) is not None}


class OpenEngagement(Asked):
    """Open one run of a model on one topic, and so answer the requests that asked for it."""

    engagement_id: EngagementId
    title: Line
    playbook: Slug
    center: Line
    topic: Line
    opened_on: Day | None = None
    time_zone: Zone
    people: said.People
    planned_sessions: said.Sessions | None = None
    planned_close: Day | None = None
    goals: said.Goals = ()
    answers: Ids = ()

    @property
    def beside(self) -> Beside:
        return Beside(requests=self.answers, playbooks=True)

    @property
    def in_zone(self) -> str | None:
        return self.time_zone


class ChangeEngagement(Asked):
    """Change something about an engagement from a day on; what is not named stays as it was."""

    engagement_id: EngagementId
    changed_on: Day | None = None
    title: Line | None = None
    playbook: Slug | None = None
    center: Line | None = None
    topic: Line | None = None
    opened_on: Day | None = None
    time_zone: Zone | None = None
    people: said.People | None = None
    planned_sessions: said.Sessions | None = None
    planned_close: Day | None = None
    goals: said.Goals | None = None
    answers: Ids | None = None

    @property
    def beside(self) -> Beside:
        return Beside(requests=self.answers or (), playbooks=self.playbook is not None)


class CloseEngagement(Asked):
    """End an engagement; follow-up begins, and the window runs."""

    engagement_id: EngagementId
    closed_on: Day | None = None
    reason: Literal["completed", "stopped"]
