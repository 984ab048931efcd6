"""The difference between what is owed and what is recorded, and what time alone does to it. Pure: `now` comes in."""

from shared.obligations.reconcile.comparing import Pairs, as_planned, pairs, reconcile
from shared.obligations.reconcile.passing import falls_due, next_at, pass_time
from shared.obligations.reconcile.rows import (
    OPEN,
    Change,
    EndedBy,
    Forbidden,
    Kind,
    Row,
    State,
    apply,
    fresh,
)

__all__ = [
    "OPEN", "Change", "EndedBy", "Forbidden", "Kind", "Pairs", "Row", "State", "apply", "as_planned", "falls_due",
    "fresh", "next_at", "pairs", "pass_time", "reconcile",
]  # fmt: skip
