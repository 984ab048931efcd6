"""An engagement as its pages show it: the head, all that intake knows of it, and the clocks of its approvals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.intake.domain.known import Known
from services.intake.domain.teams import Team
from services.intake.domain.waiting import Clocked
from shared.errors import Unknown
from shared.playbooks.heading import Heading


@dataclass(frozen=True)
class Overview:
    """What the pages of an engagement stand on."""

    about: Heading
    known: Known
    clocks: tuple[Clocked, ...]
    """Its approvals: those that wait first, the longest overdue of them before the others."""
    without_team: tuple[str, ...]
    """Jurisdictions that asked for it and have no team yet."""
    today: date
    """The day that it is where the engagement is."""

    @property
    def teams(self) -> Mapping[str, Team]:
        """Its teams, those that left among them."""
        return self.known.teams

    @property
    def in_order(self) -> list[Team]:
        """The teams that take part by jurisdiction, then those that left."""
        return sorted(self.teams.values(), key=lambda one: (one.state == "left", one.jurisdiction, one.formed_on))

    def team(self, team_id: str) -> Team:
        """One team of it."""
        if team_id not in self.teams:
            raise Unknown("team", team_id, self.about.engagement_id)
        return self.teams[team_id]

    def of(self, team: Team) -> tuple[Clocked, ...]:
        """The approvals that are about the team's jurisdiction, by name or by its region."""
        place = self.known.places.get(team.jurisdiction)
        region = place.region if place else None
        return tuple(
            one
            for one in self.clocks
            if one.jurisdiction == team.jurisdiction or (one.jurisdiction is None and one.region in (None, region))
        )
