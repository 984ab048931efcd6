"""The rows of followup: the ledger of its tasks, and that of contacts across engagements."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from shared.obligations.ledger import ObligationRow
from shared.storage.types import UtcDateTime


class ContactRow(SQLModel, table=True):
    """A team, or a person, was contacted; what does not apply is empty."""

    __tablename__ = "contact"

    task_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True, index=True)
    engagement_id: str = Field(index=True)
    jurisdiction: str | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    document: str


class ConsentRow(SQLModel, table=True):
    """The last word of a team or a person on being contacted; what does not apply is empty."""

    __tablename__ = "consent"

    engagement_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    about: str = Field(primary_key=True)
    document: str


class CountedRow(SQLModel, table=True):
    """Whose contacts are counted: whoever counts them also counts here, so that no two do it at once."""

    __tablename__ = "counted"

    who: str = Field(primary_key=True)
    times: int


class FeedRow(SQLModel, table=True):
    """A calendar feed of a person; of its secret address there is a hash, and nothing that leads back to it."""

    __tablename__ = "feed"

    feed_id: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    hashed: str = Field(unique=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    digest: str | None = None
    """Of what it held when it was last read."""
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when it holds that."""


TABLES: tuple[type[SQLModel], ...] = (ObligationRow, ContactRow, ConsentRow, CountedRow, FeedRow)
