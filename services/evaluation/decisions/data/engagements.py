"""Engagements, teams, roles and requests as rows."""

from collections.abc import Iterator

from services.evaluation.domain.data import EngagementRow, RequestRow, RoleChangeRow, Source, TeamRow
from shared.events.intake import RoleFilled, RoleVacated
from shared.playbooks.views import Team


def engagements(source: Source) -> Iterator[EngagementRow]:
    """The engagement of this line, if it is one."""
    history = source.history
    told = history.engagement
    if told is None:
        return
    closed = told.closed.event if told.closed else None
    yield EngagementRow(
        engagement_id=told.id,
        title=told.words["title"],
        model=told.playbook,
        center=told.words["center"],
        topic=told.words["topic"],
        opened_on=told.opened_on,
        planned_close=told.planned_close,
        closed_on=closed.closed_on if closed else None,
        closed_because=closed.reason if closed else None,
        time_zone=told.time_zone,
        **{role: history.holders.seat(role).person_id for role in ("facilitator", "evaluator", "supervisor")},
        teams=len(history.teams),
        teams_left=sum(team.left is not None for team in history.teams.values()),
        planned_sessions=told.planned_sessions,
        sessions_held=sum(session.was_held for session in history.sessions.values()),
        goals=len(history.goals),
    )


def teams(source: Source) -> Iterator[TeamRow]:
    """Every team that was ever formed."""
    for id, team in source.history.teams.items():
        yield _team(source.history.line, id, team)


def _team(engagement_id: str, id: str, team: Team) -> TeamRow:
    staff = team.staff
    return TeamRow(
        engagement_id=engagement_id,
        team_id=id,
        jurisdiction=team.jurisdiction,
        cohort=team.cohort,
        formed_on=team.formed_on,
        left_on=team.left.event.left_on if team.left else None,
        left_because=team.left.event.reason if team.left else None,
        lead=staff.lead if staff.has_lead else None,
        people=staff.size,
        has_lead_agency="lead_agency" in staff.roles,
        vacant_roles="; ".join(staff.vacant) or None,
        signed_off_on=team.signed_off.event.signed_on if team.signed_off else None,
    )


def role_changes(source: Source) -> Iterator[RoleChangeRow]:
    """Each time that somebody took on or gave up a role."""
    history = source.history
    empty = {one.vacated.id: one for one in history.holders.vacancies()}
    said = history.said
    for fact, event in (*said.of(RoleVacated), *said.of(RoleFilled)):
        vacancy = empty.get(fact.id)
        filled_on = vacancy.filled_on if vacancy else None
        yield RoleChangeRow(
            engagement_id=history.line,
            team_id=event.team_id,
            role=event.role,
            person_id=event.person_id,
            on=event.on,
            change="vacated" if isinstance(event, RoleVacated) else "filled",
            filled_on=filled_on,
            days_empty=(filled_on - event.on).days if filled_on else None,
        )


def requests(source: Source) -> Iterator[RequestRow]:
    """What was asked for and not withdrawn."""
    for id, request in source.history.requests.items():
        asked, answered = request.logged.event, request.answered.event if request.answered else None
        yield RequestRow(
            request_id=id,
            source=asked.source,
            external_id=asked.external_id,
            jurisdiction=asked.jurisdiction,
            topic=asked.topic,
            need=asked.need,
            logged_on=asked.logged_on,
            follows=asked.follows,
            answered_on=answered.answered_on if answered else None,
            answered_how=answered.how if answered else None,
            days_to_answer=(answered.answered_on - asked.logged_on).days if answered else None,
        )
