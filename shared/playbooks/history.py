"""The history of one engagement (or request): its facts in any order and repetition, and what they tell together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shared.events.base import NO_ENGAGEMENT, Fact, FactRetracted
from shared.events.intake import TopicInDemand
from shared.playbooks import gathering, views
from shared.playbooks.holders import Holders
from shared.playbooks.said import AllSaid, Said, order

Slot = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class History:
    """All facts of one line, as far as they are known; what they tell is worked out when somebody asks."""

    line: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Every fact by its id, the superseded and the retracted among them."""
    _slots: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The ids of the facts that are revisions of one another."""

    def knows(self, fact: Fact) -> bool:
        """Whether this fact is here already; saying it again changes nothing."""
        return fact.id in self.facts

    def conflict(self, fact: Fact) -> Fact | None:
        """A known fact that says otherwise under the same id, or under the same names and revision."""
        twin = self.facts.get(fact.id)
        if twin is not None:
            return None if twin.same_words(fact) else twin
        others = (self.facts[id] for id in self._slots.get(fact.slot, ()))
        contrary = (it for it in others if it.event.revision == fact.event.revision and not it.same_words(fact))
        return next((other for other in contrary if other.id not in self.retracted), None)

    @cached_property
    def retracted(self) -> frozenset[str]:
        """The ids that a standing retraction names; a retraction that is retracted itself takes nothing back."""
        naming: dict[str, set[str]] = {}
        for fact in self.facts.values():
            if isinstance(fact.event, FactRetracted):
                naming.setdefault(fact.event.fact_id, set()).add(fact.id)
        return _retracted(naming) if naming else frozenset()

    @cached_property
    def effective(self) -> tuple[Fact, ...]:
        """The facts that count, earliest first: of each the highest revision that is not retracted."""
        standing = (fact for ids in self._slots.values() if (fact := self._highest(ids)) is not None)
        return tuple(sorted(standing, key=order))

    @cached_property
    def said(self) -> AllSaid:
        """The facts that count, by their kind."""
        return AllSaid(self.effective)

    @cached_property
    def engagement(self) -> views.Engagement | None:
        """The engagement, once it is opened."""
        return gathering.engagement(self.said)

    @cached_property
    def sessions(self) -> Mapping[str, views.Session]:
        """The sessions that have ever been scheduled, by id."""
        return gathering.sessions(self.said)

    @cached_property
    def teams(self) -> Mapping[str, views.Team]:
        """The teams that were ever formed, by id."""
        return gathering.teams(self.said)

    @cached_property
    def homework(self) -> Mapping[str, views.Homework]:
        """What was assigned, by id."""
        return gathering.homework(self.said)

    @cached_property
    def plans(self) -> Mapping[str, views.Plan]:
        """The action plans, by id; of teams that are not known yet, too."""
        return gathering.plans(self.said)

    @cached_property
    def approvals(self) -> Mapping[str, views.Approval]:
        """The approvals that were asked for, by id."""
        return gathering.approvals(self.said)

    @cached_property
    def peers(self) -> Mapping[tuple[str, str, str], views.Pair]:
        """Who was suggested or introduced to whom, by team, jurisdiction and need."""
        return gathering.peers(self.said)

    @cached_property
    def goals(self) -> Mapping[str, views.DeclaredGoal]:
        """The goals that stand now, by id."""
        return gathering.goals(self.said)

    @cached_property
    def requests(self) -> Mapping[str, views.Request]:
        """The TA requests that stand, by id."""
        return gathering.requests(self.said)

    def past_until(self, fact: Fact) -> datetime | None:
        """When this was told for the first time, if it was told as part of the past: a correction does not wake it."""
        ids = self._slots.get(fact.slot, ())
        first = min((self.facts[id] for id in ids), key=_precedence) if len(ids) > 1 else fact
        return first.recorded if first.is_historic else None

    @cached_property
    def holders(self) -> Holders:
        """Who holds which role."""
        return Holders(self.said, self.teams)

    @cached_property
    def demands(self) -> tuple[Said[TopicInDemand], ...]:
        """Each time that the topic of this line was in demand, or grew."""
        return gathering.demands(self.said)

    @cached_property
    def marks(self) -> Mapping[str, views.Mark]:
        """What people did to obligations by hand, by the obligation's key."""
        return gathering.marks(self.said)

    def revisions(self, fact: Fact) -> Iterator[Fact]:
        """The fact and its other revisions, without those that were retracted."""
        return (self.facts[id] for id in self._slots.get(fact.slot, ()) if id not in self.retracted)

    def _highest(self, ids: tuple[str, ...]) -> Fact | None:
        standing = [self.facts[id] for id in ids if id not in self.retracted]
        if len(standing) < 2:
            return standing[0] if standing else None
        highest = max(fact.event.revision for fact in standing)
        return min((fact for fact in standing if fact.event.revision == highest), key=_precedence)


def fold(history: History, facts: Iterable[Fact]) -> History:
    """The history with these facts too; their order and repetition make no difference.

    Facts of other lines are left out, and so is what a ledger said: that follows from the plan and is no reason for it.
    """
    known: dict[str, Fact] = {}
    for fact in facts:
        twin = known.get(fact.id) or history.facts.get(fact.id)
        if _belongs(fact, history.line) and (twin is None or _precedence(fact) < _precedence(twin)):
            known[fact.id] = fact
    if not known:
        return history
    slots = dict(history._slots)
    for fact in known.values():
        twin = history.facts.get(fact.id)
        if twin is None or twin.slot != fact.slot:
            slots[fact.slot] = (*slots.get(fact.slot, ()), fact.id)
            if twin is not None:
                slots[twin.slot] = tuple(id for id in slots[twin.slot] if id != fact.id)
    return History(history.line, {**history.facts, **known}, slots)


def _belongs(fact: Fact, line: str) -> bool:
    """Whether a fact is of this line; a retraction outside engagements goes with whatever it names."""
    if fact.event.from_ledger:
        return False
    return fact.line == line or (isinstance(fact.event, FactRetracted) and fact.event.engagement_id == NO_ENGAGEMENT)


def _precedence(fact: Fact) -> tuple[object, ...]:
    """Which of two facts in one place stands, whichever came first: the one that was recorded first."""
    return fact.recorded, fact.time, fact.id, repr(fact.event)


def _retracted(naming: Mapping[str, set[str]]) -> frozenset[str]:
    """From who names whom, those that are taken back; in doubt (retractions that name one another) all are."""
    retracted: set[str] = set()
    open_ = {id: set(by) for id, by in naming.items()}
    settled = True
    while settled:
        holding = {id: {one for one in by if one not in open_ and one not in retracted} for id, by in open_.items()}
        gone = {id for id, by in holding.items() if by}
        free = {id for id, by in open_.items() if by <= retracted}
        retracted |= gone
        settled = bool(gone or free)
        open_ = {id: by for id, by in open_.items() if id not in gone and id not in free}
    return frozenset(retracted | open_.keys())
