"""The example portfolio as it is written down: opportunities and participants in CSV, and the facts that they tell.

What the files leave open is filled in, and each fact says of itself what was `assumed`. What our language has no word
for stays in the opening of the engagement as it was told.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.errors import Malformed
from shared.events.base import Event, Fact, say
from shared.events.intake import CohortAssigned, EngagementOpened, TeamFormed

UNKNOWN = "?"
SAID_ANYWAY = ("title", "center")
NUMBERS = ("cohorts", "lead_agencies")
OPENED = date(2018, 1, 8)
ZONE = "America/New_York"
MODELS: Mapping[str, str] = {
    "PLG": "peer-learning-group",
    "PLC": "peer-learning-community",
    "CoP": "community-of-practice",
}
NEAREST: Mapping[str, str] = {
    "PLF": "community-of-learners",
    "quarterly calls and online community": "community-of-practice",
    "Open Space Session": "community-of-learners",
}
"""Of terms that name none of our models, the one that comes nearest; always assumed."""
NAMED: Mapping[str, str] = {
    "NCECQA: Access and Quality for Infants and Toddlers": (
        "Conversations on Access and Quality for Infants and Toddlers"
    ),
    "NCASE: Strengthening, Supporting, and Sustaining Out of School Time Workforce": (
        "Strengthening, Supporting, and Sustaining the Out-of-School Time Workforce"
    ),
    "NCECDTL: Early Childhood Workforce Registries and Training Career Pathway": (
        "Early Childhood Workforce Registries & Effective Approaches to Training within a Career Pathway"
    ),
}
"""What participants.csv calls the opportunities, and what opportunities.csv does."""
ROLES: Mapping[str, str] = {
    r"lead agency": "lead_agency",
    r"head start": "head_start",
    r"universit|college|\bCUNY\b": "higher_education",
    r"licensing": "licensing",
    r"\bhealth\b|pediatrics": "health",
    r"network|association|affiliate": "network",
}
"""Roles that the name of an organisation tells; of all others it is `other`."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One row of opportunities.csv, and who is known to have taken part: organisations by cohort and jurisdiction."""

    row: Mapping[str, str]
    participants: Mapping[tuple[str, str], Sequence[str]]

    @property
    def title(self) -> str:
        return self.row["title"]

    @property
    def engagement_id(self) -> str:
        """The words of its title, as far as they go into an id."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower())[:60].strip("-")

    @property
    def cohorts(self) -> int:
        return int(self.row["cohorts"])

    @property
    def agencies(self) -> int | None:
        """How many lead agencies took part, where the file gives a number."""
        return None if self.row["lead_agencies"] == UNKNOWN else int(self.row["lead_agencies"])


def opportunities_in(folder: Path) -> list[Opportunity]:
    """The opportunities of a folder, in the order of the file; a participant of none of them is refused."""
    rows = _rows(folder / "opportunities.csv")
    participants: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(folder / "participants.csv"):
        named, _, cohort = row["opportunity"].partition(" Cohort ")
        participants[NAMED.get(named, named)][cohort or "1", row["jurisdiction"]].append(row["organisation"])
    if stray := participants.keys() - {row["title"] for row in rows}:
        raise Malformed(f"no such opportunity: {', '.join(sorted(stray))}", "participants.csv")
    return [Opportunity(row, participants.get(row["title"], {})) for row in rows]


def facts_of(opportunity: Opportunity) -> Iterator[Fact]:
    """All that the files tell of one opportunity: it was opened, in cohorts, with the teams that are known."""
    id, row = opportunity.engagement_id, opportunity.row
    center = re.sub(r"[^a-z0-9]+", "-", row["center"].lower()).strip("-")
    model = MODELS.get(row["term"]) or NEAREST[row["term"]]
    level = row["outcome"]
    goal = {"goal_id": "outcome", "level": level, "statement": f"Its outcome is to be at the level of {level}."}
    words = {
        "engagement_id": id,
        "title": opportunity.title,
        "playbook": model,
        "center": row["center"],
        "topic": opportunity.title,
        "opened_on": OPENED,
        "time_zone": ZONE,
        "people": {"facilitator": f"p-{center}-facilitator", "evaluator": f"p-{center}-evaluator"},
        "goals": [] if level == UNKNOWN else [goal],
        "as_told": _as_told(opportunity),
    }
    assumed = ["opened_on", "time_zone", "people", "topic", *(["playbook"] if row["term"] in NEAREST else [])]
    yield _said(EngagementOpened.model_validate(words), assumed)
    yield from _cohorts(opportunity)
    yield from _teams(opportunity)


def _as_told(opportunity: Opportunity) -> dict[str, str | int]:
    """The row as the file has it, numbers as numbers; what is unknown there is left out."""
    told = {name: value for name, value in opportunity.row.items() if value != UNKNOWN and name not in SAID_ANYWAY}
    return {name: int(value) if name in NUMBERS else value for name, value in told.items()}


def _cohorts(opportunity: Opportunity) -> Iterator[Fact]:
    for number in range(1, opportunity.cohorts + 1):
        cohort = str(number)
        codes = sorted({code for of, code in opportunity.participants if of == cohort})
        why = "as the source tells" + ("" if codes else "; which jurisdictions learned in it, it does not")
        words = {"engagement_id": opportunity.engagement_id, "cohort": cohort, "jurisdictions": codes, "why": why}
        yield _said(CohortAssigned.model_validate(words), [])


def _teams(opportunity: Opportunity) -> Iterator[Fact]:
    # Whoever sat for Kentucky in one engagement need not be who sat for it in another: an id is of one of them.
    whose = opportunity.engagement_id[:50].strip("-")
    for (cohort, code), organisations in opportunity.participants.items():
        members = [
            {"person_id": f"p-{whose}-{code.lower()}-{number}", "role": _role(name), "organisation": name}
            for number, name in enumerate(organisations, 1)
        ]
        leads = [member["person_id"] for member in members if member["role"] == "lead_agency"]
        words = {
            "engagement_id": opportunity.engagement_id,
            "team_id": f"team-{code.lower()}",
            "jurisdiction": code,
            "lead": (leads or [members[0]["person_id"]])[0],
            "members": members,
            "cohort": cohort,
            "formed_on": OPENED,
        }
        yield _said(TeamFormed.model_validate(words), ["formed_on", "lead", "persons", "roles"])


def _role(organisation: str) -> str:
    found = (role for pattern, role in ROLES.items() if re.search(pattern, organisation, re.IGNORECASE))
    return next(found, "other")


def _said(event: Event, assumed: Sequence[str]) -> Fact:
    now = datetime.combine(OPENED, datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC)
    fact = say(event, now, ZoneInfo(ZONE))
    return replace(fact, extensions={"assumed": ", ".join(assumed)} if assumed else {})


def _rows(file: Path) -> list[dict[str, str]]:
    # Cells stay text until somebody knows what they mean.
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
