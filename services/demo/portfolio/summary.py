"""The summary of a portfolio: what its engagements have in common, counted from the facts on the bus. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events.base import Fact
from shared.events.intake import CohortAssigned, EngagementOpened, TeamFormed
from shared.obligations.obliged import Obliged

UNKNOWN = "unknown"
OPEN = ("scheduled", "due", "overdue")
SUMS = ("engagements", "cohorts", "participations", "teams", "open", "expected")


@dataclass(frozen=True, slots=True)
class Row:
    """One engagement of the portfolio."""

    engagement_id: str
    title: str
    center: str
    term: str
    model: str
    assumed: bool
    """Whether its model is only the nearest to what the source calls it."""
    level: str
    after_session: str
    after_close: str
    """Whether there was follow-up after each session, and after the close: yes, no, ongoing, or unknown."""
    cohorts: int
    agencies: int | None
    """How many lead agencies took part, where that is known."""
    teams: int
    open: int
    """How many obligations are scheduled, due or overdue."""
    expected: int


@dataclass(frozen=True)
class Portfolio:
    """All engagements of a store."""

    rows: tuple[Row, ...]

    @property
    def cohorts(self) -> int:
        return sum(row.cohorts for row in self.rows)

    @property
    def participations(self) -> int:
        """Agencies that took part, each counted once for each engagement."""
        return sum(row.agencies or 0 for row in self.rows)

    @property
    def with_a_number(self) -> int:
        """How many engagements give a number of agencies."""
        return sum(row.agencies is not None for row in self.rows)

    def by(self, name: str) -> dict[str, dict[str, int]]:
        """The sums of all engagements that are alike in this, the largest group first."""
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            groups[getattr(row, name)].append(row)
        return {value: _sums(rows) for value, rows in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))}

    def document(self) -> dict[str, Any]:
        """The summary for machines."""
        return {
            **_sums(self.rows),
            "participations_known_for": self.with_a_number,
            "centers": self.by("center"),
            "models": self.by("model"),
            "terms": self.by("term"),
            "levels": self.by("level"),
            "follow_up": {"after_session": self._count("after_session"), "after_close": self._count("after_close")},
            "rows": [{name: getattr(row, name) for name in Row.__slots__} for row in self.rows],
        }

    def _count(self, name: str) -> dict[str, int]:
        return dict(Counter(getattr(row, name) for row in self.rows).most_common())


def summarized(facts: Iterable[Fact], obligations: Iterable[Obliged]) -> Portfolio:
    """The portfolio that these facts tell of, and what is owed in it; engagements in the order in which they came."""
    owed: dict[str, Counter[str]] = defaultdict(Counter)
    for one in obligations:
        owed[one.engagement][one.state] += 1
    opened: dict[str, Fact] = {}
    within: dict[str, Counter[type]] = defaultdict(Counter)
    for fact in facts:
        if isinstance(fact.event, EngagementOpened):
            opened[fact.event.engagement_id] = fact
        within[fact.event.engagement_id][type(fact.event)] += 1
    return Portfolio(tuple(_row(fact, within[id], owed[id]) for id, fact in opened.items()))


def _row(fact: Fact, within: Mapping[type, int], owed: Mapping[str, int]) -> Row:
    event = fact.event
    assert isinstance(event, EngagementOpened)
    told: Mapping[str, Any] = (event.model_extra or {}).get("as_told", {})
    return Row(
        engagement_id=event.engagement_id,
        title=event.title,
        center=event.center,
        term=told.get("term", UNKNOWN),
        model=event.playbook,
        assumed="playbook" in str(fact.extensions.get("assumed", "")),
        level=event.goals[0].level if event.goals else UNKNOWN,
        after_session=told.get("follow_up_after_session", UNKNOWN),
        after_close=told.get("follow_up_after_close", UNKNOWN),
        cohorts=within[CohortAssigned],
        agencies=told.get("lead_agencies"),
        teams=within[TeamFormed],
        open=sum(owed[state] for state in OPEN),
        expected=owed["expected"],
    )


def _sums(rows: Sequence[Row]) -> dict[str, int]:
    portfolio = Portfolio(tuple(rows))
    counted = (len(rows), portfolio.cohorts, portfolio.participations, *_more(rows))
    return dict(zip(SUMS, counted, strict=True))


def _more(rows: Sequence[Row]) -> tuple[int, int, int]:
    return sum(row.teams for row in rows), sum(row.open for row in rows), sum(row.expected for row in rows)
