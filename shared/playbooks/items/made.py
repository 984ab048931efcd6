"""All items of one history, made once somebody asks for those of a scope."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items import of_engagements, of_peers, of_requests, of_roles, of_sessions, of_teams
from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item
from shared.playbooks.model import OUTSIDE, Playbook
from shared.playbooks.moments import Moments

MAKERS: Mapping[str, Callable[[Ground], Iterator[Item]]] = MappingProxyType(
    {
        "engagement": of_engagements.engagements,
        "session": of_sessions.sessions,
        "team": of_teams.teams,
        "attendance": of_sessions.attendance,
        "homework": of_sessions.homework,
        "plan": of_teams.plans,
        "step": of_teams.steps,
        "approval": of_engagements.approvals,
        "goal": of_engagements.goals,
        "vacancy": of_roles.vacancies,
        "request": of_requests.requests,
        "peers": of_peers.peers,
        "demand": of_requests.demands,
    }
)
"""How the items of each scope are made."""


class Items:
    """All items of one history."""

    def __init__(self, playbook: Playbook, history: History, calendar: Calendar) -> None:
        self.ground = Ground(playbook, history, calendar)
        self._made: dict[str, list[Item]] = {}

    @property
    def engagement_moments(self) -> Moments:
        """The moments of the engagement; none before it is opened."""
        return self.ground.engagement_moments

    def of(self, scope: str) -> list[Item]:
        """The items of one scope; of what is inside engagements there is nothing before the engagement is opened."""
        if scope not in self._made:
            known = scope in OUTSIDE or self.ground.history.engagement is not None
            self._made[scope] = list(MAKERS[scope](self.ground)) if known else []
        return self._made[scope]
