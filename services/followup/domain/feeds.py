"""Calendar feeds: whose they are, and the secret address of each, of which only a hash is kept."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shared.events.fields import Slug


class MakeFeed(BaseModel):
    """Give a person a calendar feed: what is due of the roles that they hold, and the sessions."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person_id: Slug | None = None
    """Whose it is; else of whoever asks."""


class RevokeFeed(BaseModel):
    """Have a feed answer no more: its address is as if it had never been."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    feed_id: Slug


class Feed(BaseModel):
    """A calendar feed of a person, without its secret."""

    feed_id: str
    person_id: str
    made_at: datetime
    revoked_at: datetime | None = None
    changed_at: datetime | None = None
    """Since when it holds what a calendar found in it last; none as long as no calendar has looked."""


class MadeFeed(Feed):
    """A feed that was just made; its address is shown this once."""

    url: str


@dataclass(frozen=True, slots=True)
class Issue:
    """What a feed holds now, and since when."""

    body: bytes
    digest: str
    changed_at: datetime
