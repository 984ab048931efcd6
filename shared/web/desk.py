"""Where a request meets its service: the desk is what a route needs of it."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.access.caller import ALL_RIGHTS, Caller
from shared.bus.asking import Words
from shared.bus.looking_on import Asks
from shared.errors import Problem
from shared.events.complaints import malformed
from shared.people import NOBODY, Directory
from shared.storage.listing import MOST, Asked
from shared.storage.work import Store


async def nobody_answers(_service: str, _what: str, _question: Words) -> Words | None:
    """Where there is no other service."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """A service as its routes see it."""

    store: Store
    patience: float
    """Seconds to wait for a fact that another service has said but this one has not heard yet."""
    directory: Directory = NOBODY
    """Who the people are behind the ids."""
    asks: Asks = nobody_answers
    """Puts a question to another service."""
    caller: Caller = ALL_RIGHTS
    """Who is asking; the store shows them what is theirs."""


def known_questions(request: Request) -> None:
    """Refuse a question that the route does not know: a filter with a slip would silently filter nothing."""
    route: APIRoute = request.scope["route"]
    known = set(_questions(route.dependant))
    wrong = [Problem(name, _unknown_question(name, known)) for name in request.query_params if name not in known]
    if wrong:
        raise malformed(wrong)


def _questions(dependant: Dependant) -> Iterator[str]:
    """What a route, and what it depends on, can be asked."""
    yield from (field.alias for field in dependant.query_params)
    for one in dependant.dependencies:
        yield from _questions(one)


def _unknown_question(name: str, known: set[str]) -> str:
    meant = get_close_matches(name, known, 1)
    return "is not asked here" + (f"; did you mean {meant[0]}?" if meant else "")


def _asked(cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=MOST)] = 100) -> Asked:
    return Asked(cursor=cursor, limit=limit)


Which = Annotated[Asked, Depends(_asked)]
"""The page of a list that is asked for."""


def desk(service: str) -> Callable[[Request], Awaitable[Desk]]:
    """The desk of the service with this name, in whatever process it runs, for whoever asks."""

    async def of(request: Request) -> Desk:
        found: Desk = request.app.state.desks[service]
        caller: Caller = request.state.caller
        return replace(found, store=found.store.asked_by(caller), caller=caller)

    return of
