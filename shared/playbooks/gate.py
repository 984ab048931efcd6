"""All teams of an engagement at the buy-in gate: what each of them lacks as the facts stand."""

from collections.abc import Mapping
from datetime import datetime

from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items import Items
from shared.playbooks.model import Playbook
from shared.playbooks.risks import Risk, Standing, risks


def at_the_gate(
    playbook: Playbook, history: History, calendar: Calendar, now: datetime
) -> Mapping[str, tuple[Standing, tuple[Risk, ...]]]:
    """Each team that takes part, by its id, with what it lacks on the day that it is there."""
    if history.engagement is None:
        return {}
    standings = Items(playbook, history, calendar).ground.standings
    return {
        id: (standing, risks(playbook, standing, now.astimezone(standing.zone).date()))
        for id, standing in standings.items()
    }
