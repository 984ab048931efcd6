"""How long regional offices take: what the answers tell, and when those that are still open may come."""

from datetime import date
from typing import Literal

from services.intake.domain.approvals import Approval
from shared.entities import Entity

Basis = Literal["region_and_about", "region", "about", "all"]


class Pace(Entity):
    """How long it took until a group of approvals was answered, in days."""

    region: int | None = None
    """Of which region; of all where there is none."""
    about: str | None = None
    """About what; about anything where there is none."""
    answered: int
    granted: int
    open: int
    median: int | None = None
    """Half of the answers had come by then."""
    ninetieth: int | None = None
    """Nine of ten answers had come by then."""


class Waiting(Approval):
    """An approval that nobody has answered, and the day by which experience expects it."""

    days_open: int
    expected_on: date | None = None
    """None while too few were ever answered."""
    basis: Basis | None = None
    """Whose answers that rests on: the same region about the same, the region, the same about, or all."""
    answered: int = 0
    """How many answers those are."""


class Clocked(Waiting):
    """An approval with its clock: how long it has waited or took, and whether its answer is overdue."""

    overdue_by: int = 0
    """Days since its answer was expected."""


class ApprovalClock(Entity):
    """How long regions take to answer, and when the open approvals may be answered."""

    paces: tuple[Pace, ...]
    """Of all; of each about; of each region; of each region about each."""
    waiting: tuple[Waiting, ...]
    """Those that are open, by the day on which their answer is expected."""
