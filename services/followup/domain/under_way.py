"""An engagement among others: what it is, and how much is open in it."""

from datetime import datetime
from typing import Self

from shared.playbooks.heading import Heading


class UnderWay(Heading):
    """One engagement of a list."""

    open: int = 0
    """How many tasks are open."""
    overdue: int = 0
    next_due: datetime | None = None

    @classmethod
    def of(cls, heading: Heading, load: tuple[int, int, datetime] | None) -> Self:
        """An engagement with what is open in it, if anything is."""
        open_, overdue, due = load or (0, 0, None)
        return cls(**heading.model_dump(), open=open_, overdue=overdue, next_due=due)
