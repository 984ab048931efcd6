"""The rows of followup: the ledger of its tasks."""

from sqlmodel import SQLModel

from shared.obligations.ledger import ObligationRow

TABLES: tuple[type[SQLModel], ...] = (ObligationRow,)
