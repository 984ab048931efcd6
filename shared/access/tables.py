"""The rows of who may come in: ids of people, roles, and hashes of what is shown at the door; no name, no address."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.storage.types import UtcDateTime


class AccountRow(SQLModel, table=True):
    """A person who may sign in."""

    __tablename__ = "account"

    person_id: str = Field(primary_key=True)
    roles: str
    """Separated by commas, as the jurisdictions are."""
    jurisdictions: str
    granted_at: datetime = Field(sa_type=UtcDateTime)


class TokenRow(SQLModel, table=True):
    """What a program shows at the door."""

    __tablename__ = "token"

    token_id: str = Field(primary_key=True)
    """The prefix by which people know it; nobody can come in with it."""
    hash: str = Field(unique=True)
    label: str
    roles: str
    jurisdictions: str
    source: str | None = None
    person_id: str | None = None
    reads_only: bool
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInRow(SQLModel, table=True):
    """Somebody who signed in, and whose browser shows it at the door."""

    __tablename__ = "sign_in"

    hash: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    since: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class LinkRow(SQLModel, table=True):
    """A link by which a person can sign in, once."""

    __tablename__ = "link"

    hash: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInAttemptRow(SQLModel, table=True):
    """An attempt to sign in at the provider that is under way."""

    __tablename__ = "sign_in_attempt"

    hash: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class IdentityRow(SQLModel, table=True):
    """Whom a provider calls by a subject; each provider has one for a person."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "person_id", name="uq_identity_person"),)

    hash: str = Field(primary_key=True)
    """Of issuer and subject."""
    issuer: str
    person_id: str = Field(index=True)
    since: datetime = Field(sa_type=UtcDateTime)


class RevokedRow(SQLModel, table=True):
    """Somebody who was let in no more: what they were given before that leads nowhere, also if they come back."""

    __tablename__ = "revoked"

    person_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


TABLES: tuple[type[SQLModel], ...] = (
    AccountRow,
    TokenRow,
    SignInRow,
    LinkRow,
    SignInAttemptRow,
    IdentityRow,
    RevokedRow,
)
