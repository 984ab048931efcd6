"""From the facts of an engagement to its account: what it was, what it promised, and what was seen of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from services.evaluation.decisions.data.meetings import takes_part
from services.evaluation.decisions.figures import response
from services.evaluation.decisions.report import report
from services.evaluation.domain import Known
from services.evaluation.domain.account import Account, Delegation, Meeting, RoundTold
from services.evaluation.domain.parts import Part
from shared.events.fields import RUNNERS
from shared.playbooks.history import History
from shared.playbooks.holders import Holders
from shared.playbooks.model import Playbook
from shared.playbooks.views import Team


def account(
    history: History, known: Known, part: Part, playbook: Playbook | None, on: date, places: Mapping[str, str]
) -> Account | None:
    """What is told of an engagement as of a day; nothing before it is opened. Nobody in it is named."""
    told = history.engagement
    if told is None:
        return None
    promised, present = report(known, told.id, on), [one for one in history.teams.values() if one.left is None]
    words, closed = told.words, told.closed.event if told.closed else None
    return Account(
        engagement_id=told.id,
        title=words["title"],
        model=playbook.title if playbook else told.playbook.replace("-", " ").capitalize(),
        center=words["center"],
        topic=words["topic"].replace("-", " "),
        opened_on=told.opened_on,
        planned_close=told.planned_close,
        closed_on=closed.closed_on if closed else None,
        closed_because=closed.reason if closed else None,
        seats=dict(_seats(history.holders)),
        teams=tuple(_delegation(team) for team in sorted(history.teams.values(), key=lambda one: one.jurisdiction)),
        roles=_roles(present),
        people=len({one.person_id for team in present for one in team.staff.members}),
        sessions_planned=told.planned_sessions or (playbook.sessions.planned if playbook else None),
        sessions=tuple(_meetings(history)),
        goals=tuple(promised.promised),
        outcomes=tuple(known.seen),
        rounds=tuple(sorted(_rounds(part), key=lambda one: (one.opened_on, one.round_id))),
        proposed=sum(one.state == "proposed" for one in known.proposals.values()),
        places=dict(sorted(places.items())),
    )


def _seats(holders: Holders) -> Iterator[tuple[str, bool]]:
    """The roles by which an engagement is run or was, and whether somebody holds each."""
    for role in RUNNERS:
        seat = holders.seat(role)
        if seat.people or seat.vacant_since:
            yield role, bool(seat.people)


def _delegation(team: Team) -> Delegation:
    left = team.left.event.left_on if team.left else None
    return Delegation(team_id=team.id, jurisdiction=team.jurisdiction, people=team.staff.size, left_on=left)


def _roles(teams: list[Team]) -> dict[str, int]:
    people = {(one.role, one.person_id) for team in teams for one in team.staff.members}
    return dict(sorted(Counter(role for role, _ in people).items(), key=lambda one: (-one[1], one[0])))


def _meetings(history: History) -> Iterator[Meeting]:
    zone = ZoneInfo(history.engagement.time_zone if history.engagement else "UTC")
    for id, session in sorted(history.sessions.items(), key=lambda one: (one[1].number, one[0])):
        if session.held is None or not session.was_held:
            continue
        day = session.held.event.held_at.astimezone(zone).date()
        there = [session.was_there(team.id) for team in history.teams.values()]
        asked = [takes_part(team, day) or session.was_there(team.id) for team in history.teams.values()]
        yield Meeting(
            session_id=id,
            number=session.number,
            topic=session.scheduled.event.topic,
            held_on=day,
            teams_there=sum(there),
            teams=sum(asked),
        )


def _rounds(part: Part) -> Iterator[RoundTold]:
    for one in part.rounds:
        if one.opened_on is not None:
            told = {name: getattr(one, name) for name in ("kind", "title", "opened_on", "is_open", "until", "by_team")}
            yield RoundTold(round_id=one.key, response=response(one), **told)
