"""The rows of followup: the ledger of its tasks, that of contacts across engagements, and the log of its mail."""

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


class LetterRow(SQLModel, table=True):
    """A letter that is meant for somebody, known before it is sent; neither its words nor any name or address."""

    __tablename__ = "letter"

    letter_id: str = Field(primary_key=True)
    kind: str
    person_id: str = Field(index=True)
    about: str
    """JSON: the ids of the tasks of which it tells."""
    intended_at: datetime = Field(sa_type=UtcDateTime, index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(index=True)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When it is to be tried, if it waits; while somebody sends it, when they are given up on."""
    tries: int
    why: str
    stop: str = Field(unique=True)
    """The secret in its link, by which such letters are stopped."""


class AttemptRow(SQLModel, table=True):
    """One attempt to send a letter."""

    __tablename__ = "attempt"

    letter_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    code: int | None = None
    why: str


class ChoiceRow(SQLModel, table=True):
    """What a person wants to be written; whoever has not chosen has no row."""

    __tablename__ = "choice"

    person_id: str = Field(primary_key=True)
    document: str


class AskingRow(SQLModel, table=True):
    """A round that is open: it is looked again and again whom it asks, and letters to them are meant."""

    __tablename__ = "asking"

    round_id: str = Field(primary_key=True)
    n: int
    engagement_id: str = Field(index=True)
    kind: str
    """For what it reaches out, as a contact."""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    look_at: datetime = Field(sa_type=UtcDateTime, index=True)


TABLES: tuple[type[SQLModel], ...] = (
    ObligationRow, ContactRow, ConsentRow, CountedRow, FeedRow, LetterRow, AttemptRow, ChoiceRow,
    AskingRow,
)  # fmt: skip
