"""Where a request meets its service: the desk is what a route needs of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from shared.storage.listing import MOST, Asked
from shared.storage.work import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """A service as its routes see it."""

    store: Store
    patience: float
    """Seconds to wait for a fact that another service has said but this one has not heard yet."""


def _asked(cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Asked:
    return Asked(cursor=cursor, limit=limit)


Which = Annotated[Asked, Depends(_asked)]
"""The page of a list that is asked for."""


def desk(service: str) -> Callable[[Request], Desk]:
    """The desk of the service with this name, in whatever process it runs."""

    def of(request: Request) -> Desk:
        found: Desk = request.app.state.desks[service]
        return found

    return of
