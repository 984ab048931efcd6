"""Sessions, attendance and homework as rows."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from services.evaluation.domain.data import AttendanceRow, HomeworkRow, SessionRow, Source
from shared.playbooks.views import Session, Team


def sessions(source: Source) -> Iterator[SessionRow]:
    """Every session that was ever scheduled."""
    for id, session in source.history.sessions.items():
        planned, held = session.scheduled.event, session.held.event if session.held else None
        there = held.attendance if held and session.was_held else None
        yield SessionRow(
            engagement_id=source.history.line,
            session_id=id,
            number=planned.number,
            topic=planned.topic,
            mode=planned.mode,
            state="cancelled" if session.cancelled else "held" if session.held else "scheduled",
            starts_at=planned.starts_at,
            planned_minutes=planned.minutes,
            held_at=held.held_at if held else None,
            minutes=held.minutes if held else None,
            cancelled_on=session.cancelled.event.cancelled_on if session.cancelled else None,
            cancelled_because=session.cancelled.event.reason if session.cancelled else None,
            teams_there=sum(bool(people) for people in there.values()) if there is not None else None,
            people_there=len({one for people in there.values() for one in people}) if there is not None else None,
        )


def attendance(source: Source) -> Iterator[AttendanceRow]:
    """Each team at each session that was held."""
    history = source.history
    zone = ZoneInfo(history.engagement.time_zone if history.engagement else "UTC")
    for id, session in history.sessions.items():
        if session.held is None or not session.was_held:
            continue
        day = session.held.event.held_at.astimezone(zone).date()
        for team_id, team in history.teams.items():
            if takes_part(team, day) or session.was_there(team_id):
                yield _there(history.line, id, session, team, day)


def takes_part(team: Team, day: date) -> bool:
    """Whether a team took part in the engagement on a day."""
    return team.formed_on <= day and (team.left is None or team.left.event.left_on > day)


def _there(engagement_id: str, id: str, session: Session, team: Team, day: date) -> AttendanceRow:
    return AttendanceRow(
        engagement_id=engagement_id,
        session_id=id,
        team_id=team.id,
        number=session.number,
        jurisdiction=team.jurisdiction,
        was_there=session.was_there(team.id),
        people_there=len(session.who_came(team.id)),
        people=team.staff_on(day).size,
    )


def homework(source: Source) -> Iterator[HomeworkRow]:
    """What each team was to do; of teams that left, only what they handed in."""
    history = source.history
    for id, work in history.homework.items():
        assigned = work.assigned.event
        for team_id, team in history.teams.items():
            done = work.handed_in.get(team_id)
            if team.left is not None and done is None:
                continue
            on = done.event.handed_in_on if done else None
            yield HomeworkRow(
                engagement_id=history.line,
                homework_id=id,
                team_id=team_id,
                session_id=assigned.session_id,
                text=assigned.text,
                due_on=assigned.due_on,
                handed_in_on=on,
                days_late=(on - assigned.due_on).days if on else None,
            )
