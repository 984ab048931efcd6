"""All that intake knows of a line: an engagement with everything in it, or one request or playbook outside of any."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from services.intake.domain import approvals, engagements, peers, playbooks, requests, teams
from services.intake.domain.approvals import Application, Approval
from services.intake.domain.engagements import Engagement
from services.intake.domain.peers import Pair, Peers
from services.intake.domain.playbooks import Playbook
from services.intake.domain.requests import Request
from services.intake.domain.teams import Cohort, Team
from shared.entities import gather
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Event, Fact
from shared.playbooks.history import History
from shared.playbooks.places import Places

EVERYWHERE = Places()


@dataclass(frozen=True)
class Known:
    """What intake knows of one line; and, where a decision needs it, of what lies beside."""

    line: str
    zone: ZoneInfo
    """Where its days begin: the engagement's zone; outside engagements, that of the agency."""
    facts: tuple[Fact, ...]
    """What stands: each fact of the line in its highest revision."""
    engagement: Engagement | None
    requests: Mapping[str, Request]
    approvals: Mapping[str, Approval]
    applications: Mapping[str, Application]
    cohorts: Mapping[str, Cohort]
    teams: Mapping[str, Team]
    peers: Mapping[Pair, Peers]
    playbooks: Mapping[str, Playbook]
    engagements: frozenset[str] = frozenset()
    """Those beside it that a command names, as far as there are any."""
    published: tuple[str, ...] = ()
    """The names of all playbooks, where a command names one."""
    newest: Mapping[str, int] = field(default_factory=dict)
    """The newest version of each of them."""
    places: Places = EVERYWHERE

    @cached_property
    def said(self) -> tuple[Event, ...]:
        """The words of what stands."""
        return tuple(fact.event for fact in self.facts)

    @property
    def name(self) -> str:
        """The id of the thing whose line this is."""
        return self.line.removeprefix(f"{NO_ENGAGEMENT}/")


def known(history: History) -> Known:
    """What intake knows, as the facts of a line stand."""
    facts = tuple(sorted(history.effective, key=lambda fact: (fact.time, fact.id)))
    opened = gather(history, said.EngagementOpened, "engagement_id", engagements.evolve)
    asked = gather(history, said.TaRequestLogged, "request_id", requests.evolve)
    engagement = next(iter(opened.values()), None)
    return Known(
        line=history.line,
        zone=ZoneInfo(engagement.time_zone if engagement else "UTC"),
        facts=facts,
        engagement=engagement,
        requests=asked,
        approvals=gather(history, said.ApprovalRequested, "approval_id", approvals.approval),
        applications=gather(history, said.ApplicationReceived, "application_id", approvals.application),
        cohorts=gather(history, said.CohortAssigned, "cohort", teams.cohort),
        teams=_teams(history),
        peers=peers.pairs(facts),
        playbooks=gather(history, said.PlaybookPublished, "version", playbooks.playbook),
    )


def _teams(history: History) -> dict[str, Team]:
    """The teams, each with the people and in the cohort that were told last."""
    formed = gather(history, said.TeamFormed, "team_id", teams.team)
    return {id: teams.staffed(team, history.teams[id]) for id, team in formed.items()}
