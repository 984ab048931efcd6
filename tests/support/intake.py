"""Intake given-when-then: what was said, the command, and what intake answers; no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.intake.domain import Known, Request, known
from shared.events.base import Event, Fact, say
from shared.events.intake import EngagementOpened, TaRequestLogged, TeamFormed
from shared.playbooks.history import History, fold

NOW = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)
"""A Monday morning in the east."""
PEOPLE = {"facilitator": "p-ruiz", "evaluator": "p-chen"}


def opened(**told: Any) -> EngagementOpened:
    """The engagement that most of these stories are about."""
    return EngagementOpened.model_validate(
        {
            "engagement_id": "plc-2026",
            "title": "Out-of-school time in rural counties",
            "playbook": "peer-learning-community",
            "center": "NCASE",
            "topic": "rural out-of-school time",
            "opened_on": "2026-09-01",
            "time_zone": "America/New_York",
            "people": PEOPLE,
        }
        | told
    )


def formed(**told: Any) -> TeamFormed:
    """Kentucky's team."""
    return TeamFormed.model_validate(
        {
            "engagement_id": "plc-2026",
            "team_id": "team-ky",
            "jurisdiction": "KY",
            "lead": "p-adams",
            "members": [{"person_id": "p-adams", "role": "lead_agency"}, {"person_id": "p-bell", "role": "provider"}],
            "formed_on": "2026-09-08",
        }
        | told
    )


def asked(**told: Any) -> TaRequestLogged:
    """Kentucky's request."""
    return TaRequestLogged.model_validate(
        {
            "request_id": "ncase-17",
            "source": "ncase",
            "external_id": "17",
            "jurisdiction": "KY",
            "topic": "rural out-of-school time",
            "need": "How do other states reach rural counties?",
            "logged_on": "2026-08-20",
        }
        | told
    )


def facts(*events: Event) -> list[Fact]:
    """What was said, now."""
    return [say(event, NOW) for event in events]


def given(*events: Event, line: str = "plc-2026", **beside: Any) -> Known:
    """What intake knows of a line once these were said; `beside` is what it looks up elsewhere."""
    return replace(known(fold(History(line), facts(*events))), **beside)


def request_lines(*events: Event) -> Mapping[str, Request]:
    """The requests of these facts, each from a line of its own."""
    lines: dict[str, list[Event]] = {}
    for event in events:
        lines.setdefault(event.line, []).append(event)
    return {id: one for line, some in lines.items() for id, one in given(*some, line=line).requests.items()}


def words(events: Sequence[Event]) -> list[str]:
    """What kinds of facts these are, by the short names of the language."""
    return [event.type.split(".")[2] for event in events]
