"""Pages that are reached by a secret link: how often, where nobody has an account by which to count them."""

import time
from dataclasses import dataclass, field

from fastapi import Request

from shared.access.door import TooMany
from shared.access.limits import Limit
from shared.access.secrets import hashed


@dataclass(frozen=True)
class ByLink:
    """As fast as one person types, and as fast as a room full of people does who share an address."""

    one_link: Limit = field(default_factory=lambda: Limit(120))
    one_machine: Limit = field(default_factory=lambda: Limit(1200))

    async def not_too_often(self, request: Request, secret: str) -> None:
        """Refuse who asks faster than people do."""
        now, machine = time.monotonic(), request.client.host if request.client else ""
        if wait := self.one_machine.waits(machine, now) or self.one_link.waits(hashed(secret), now):
            raise TooMany(wait)
