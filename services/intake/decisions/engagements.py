"""Engagements: opened, changed, closed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from services.intake.decisions import requests
from services.intake.decisions.grounds import dated, engagement, said_before, today
from services.intake.domain import ChangeEngagement, CloseEngagement, FormTeam, Known, OpenEngagement
from services.intake.domain.engagements import CHANGEABLE
from shared.errors import Malformed, Refused
from shared.events import intake as said
from shared.events.base import Event
from shared.playbooks.model import DESK


class NoSuchPlaybook(Refused):
    """There is no playbook {playbook}. {known}"""

    status = 404
    title = "Not known here"


def open_(command: OpenEngagement, known: Known, now: datetime) -> list[Event]:
    """A center opened an engagement, which answers the requests that asked for it."""
    event = dated(said.EngagementOpened, "opened_on", command, known, now)
    if event in known.said:
        return [event]
    _published(command.playbook, known)
    in_order(event.opened_on, command.planned_close)
    return [event, *requests.answers(command.answers, event, event.opened_on, known)]


def open_with(teams: Sequence[FormTeam]) -> Callable[[OpenEngagement, Known, datetime], list[Event]]:
    """Open an engagement, and form its first teams at once."""

    def decide(command: OpenEngagement, known: Known, now: datetime) -> list[Event]:
        formed = [dated(said.TeamFormed, "formed_on", team, known, now) for team in teams]
        return [*open_(command, known, now), *formed]

    return decide


def change(command: ChangeEngagement, known: Known, now: datetime) -> list[Event]:
    """Something is different from a day on; whatever was changed that day is told as one fact.

    To name the playbook, be it the same one, is to adopt its newest version.
    """
    engagement_ = engagement(known, command.engagement_id)
    told = {name: value for name in CHANGEABLE if (value := getattr(command, name)) is not None}
    if not told:
        raise Malformed(f"nothing is changed; name at least one of {', '.join(CHANGEABLE)}")
    changed_on = command.changed_on or today(known, now)
    if command.playbook is not None:
        _published(command.playbook, known)
    if command.opened_on or command.planned_close:
        in_order(command.opened_on or engagement_.opened_on, command.planned_close or engagement_.planned_close)
    event = _merged(command, known, changed_on)
    return [event, *requests.answers(command.answers or (), event, changed_on, known)]


def close(command: CloseEngagement, known: Known, now: datetime) -> list[Event]:
    """The engagement ended."""
    engagement_ = engagement(known, command.engagement_id)
    event = dated(said.EngagementClosed, "closed_on", command, known, now)
    if event.closed_on < engagement_.opened_on:
        raise Malformed(f"is before the engagement was opened ({engagement_.opened_on})", "closed_on")
    return [event]


def _merged(command: ChangeEngagement, known: Known, changed_on: date) -> said.EngagementChanged:
    """The change together with what was changed that day before, as its next revision; a correction stands alone."""
    adopted = known.newest.get(command.playbook) if command.playbook else None
    event = command.as_event(said.EngagementChanged, changed_on=changed_on, playbook_version=adopted)
    before = said_before(said.EngagementChanged, command, known, changed_on=changed_on)
    if before is None or command.revision:
        return event
    names = (*CHANGEABLE, "playbook_version")
    told = {name: value for name in names if (value := getattr(event, name)) is not None}
    union = before.model_copy(update=told)
    return union if union == before else union.model_copy(update={"revision": before.revision + 1})


def _published(playbook: str, known: Known) -> None:
    names = [name for name in known.published if name != DESK]
    if playbook in names:
        return
    known_ones = f"Published are: {', '.join(names)}." if names else "None is published yet."
    raise NoSuchPlaybook("playbook", playbook=playbook, known=known_ones)


def in_order(opened_on: date, planned_close: date | None) -> None:
    """Refuse an engagement that would close before it is opened."""
    if planned_close and planned_close < opened_on:
        raise Malformed(f"is before the engagement is opened ({opened_on})", "planned_close")
