"""What all decisions stand on: that the engagement was opened, and what day it is there."""

from datetime import date, datetime

from services.evaluation.domain import Known
from shared.errors import Unknown


def opened(known: Known, engagement_id: str) -> None:
    """Refuse what is about an engagement that was never opened."""
    if not known.opened:
        raise Unknown("engagement", engagement_id, field="engagement_id")


def today(known: Known, now: datetime) -> date:
    """The day that it is where the engagement is."""
    return now.astimezone(known.zone).date()
