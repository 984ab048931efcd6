"""Outcomes that were seen in imagined engagements, one line each."""

from typing import Any

from shared.events.base import Fact
from tests.support.saying import said

SEEN = {"level": "practice", "evidence": "a report", "seen_on": "2027-01-03", "source": "report"}


def outcome(n: int, engagement_id: str = "e1", **words: Any) -> Fact:
    """The nth outcome of an engagement."""
    told = {"engagement_id": engagement_id, "outcome_id": f"o{n}", "statement": f"the change {n}"}
    return said("outcome_recorded", **{**SEEN, **told, **words})
