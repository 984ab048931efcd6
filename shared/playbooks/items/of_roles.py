"""Items about roles: each that somebody gave up, until somebody holds it again."""

from collections.abc import Iterator

from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values
from shared.playbooks.moments import Moment


def vacancies(ground: Ground) -> Iterator[Item]:
    """Each role of the engagement, or of a team that takes part, that somebody gave up and nobody else held."""
    for vacancy in ground.history.holders.vacancies():
        moments = {"vacated": Moment(vacancy.vacated_on, vacancy.vacated.id)}
        if vacancy.filled_on and vacancy.filled:
            moments["filled"] = Moment(vacancy.filled_on, vacancy.filled.id)
        own: Values = {"vacancy.role": vacancy.role, "vacancy.of_team": vacancy.team_id is not None}
        if (team_id := vacancy.team_id) is None:
            yield Item(vacancy.id, ground.zone, moments, (own, ground.around))
        else:
            values = (own, ground.team_values[team_id], ground.around)
            yield Item(vacancy.id, ground.zones[team_id], moments, values, team_id)
