"""Which teams have come to be at risk, as far as somebody can tell who listens and knows the playbooks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import PlaybookPublished
from shared.obligations.ruling import understood
from shared.playbooks.choice import choose
from shared.playbooks.gate import at_the_gate
from shared.playbooks.history import History, fold
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of
from shared.playbooks.risks import Risk
from shared.playbooks.views import Team


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A team, what has come to endanger its plan, and the fact that tells it first."""

    team: Team
    risks: tuple[Risk, ...]
    fact: Fact


@dataclass
class Watch:
    """Remembers what was said of each engagement, and which risks were told before."""

    places: Places
    published: list[Fact] = field(default_factory=list)
    lines: dict[str, History] = field(default_factory=dict)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    """Engagement, team and code of each risk that lasts."""

    def look(self, facts: Sequence[Fact], now: datetime) -> list[AtRisk]:
        """Take these facts in, and tell what has come up with them."""
        for fact in facts:
            if isinstance(fact.event, PlaybookPublished):
                self.published.append(fact)
            elif fact.event.engagement_id != NO_ENGAGEMENT:
                self.lines[fact.line] = fold(self.lines.get(fact.line, History(fact.line)), [fact])
        return [found for line in {fact.line for fact in facts} & self.lines.keys() for found in self._of(line, now)]

    def _of(self, line: str, now: datetime) -> Iterator[AtRisk]:
        history = self.lines[line]
        chosen = choose(self.published, history)
        if chosen is None or not isinstance(chosen.event, PlaybookPublished):
            return
        playbook = understood(chosen.event)
        found = at_the_gate(playbook, history, calendar_of(playbook, self.places), now)
        before = {key for key in self.told if key[0] == line}
        self.told -= before
        for id, (standing, risks) in found.items():
            endangering = [risk for risk in risks if risk.puts_at_risk]
            self.told |= {(line, id, risk.code) for risk in endangering}
            if new := tuple(risk for risk in endangering if (line, id, risk.code) not in before):
                yield AtRisk(standing.team, new, history.facts[new[0].because])
