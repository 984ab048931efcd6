"""A change that was seen, as it is told to those whose request led to it."""

from datetime import date

from pydantic import BaseModel


class Seen(BaseModel):
    """A change that was seen; who saw it, and by what, is for the center."""

    outcome_id: str
    level: str
    statement: str
    seen_on: date
