"""Items about meetings: each session, each team at each held session, and each homework of each team."""

from collections.abc import Iterator

from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values, local
from shared.playbooks.moments import holding, of_homework, of_session


def sessions(ground: Ground) -> Iterator[Item]:
    """Each session that was ever scheduled."""
    for session in ground.history.sessions.values():
        yield Item(session.id, ground.zone, of_session(session), (ground.session_values(session), ground.around))


def attendance(ground: Ground) -> Iterator[Item]:
    """Each team at each session that was held."""
    for session in ground.held:
        held = {"held": holding(session)}
        for team in ground.teams.values():
            if ground.was_due_at(team, session):
                lead = team.lead_on(held["held"].day(ground.zones[team.id]))
                present: Values = {
                    "attendance.present": session.was_there(team.id),
                    "attendance.lead_present": lead in session.who_came(team.id),
                }
                values = (present, ground.session_values(session), ground.team_values[team.id], ground.around)
                yield Item(f"{team.id}@{session.id}", ground.zones[team.id], held, values, team.id)


def homework(ground: Ground) -> Iterator[Item]:
    """Each homework of each team."""
    for homework in ground.history.homework.values():
        for team in ground.teams.values():
            zone = ground.zones[team.id]
            if team.formed_on <= local(homework.assigned.fact.time, zone):
                item_id = f"{team.id}@{homework.assigned.event.homework_id}"
                values = (ground.team_values[team.id], ground.around)
                yield Item(item_id, zone, of_homework(homework, team.id), values, team.id)
