"""Answers as evaluators read them, one by one."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.entities import Entity


class OneAnswer(Entity):
    """What was answered in a round, as far as it may be read."""

    round_id: str
    answer_id: str
    answered_at: datetime | None = None
    """Of what people said for themselves it is not told: it could be held against who answered when."""
    team_id: str | None = None
    """Told where five of it have answered, or where it answers as one."""
    answers: dict[str, Any]


class Answers(BaseModel):
    """What was answered in a round, and where the rest begins."""

    items: list[OneAnswer]
    next: str | None = None
    """Give this as `cursor` to read on; none at the end."""
    kept_back: int = 0
    """Answers that nobody reads yet: fewer than five people have answered."""
