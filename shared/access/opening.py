"""To whom each route is open: said beside its decorator, and looked at before anything else is done."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from fastapi import Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from shared.access.caller import NOBODY, Caller, Role
from shared.errors import Refused

F = TypeVar("F", bound=Callable[..., object])
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
OFFICE = ADMINISTRATORS | {Role.SUPERVISOR}
"""Who sees all engagements."""
STAFF = OFFICE | {Role.FACILITATOR, Role.EVALUATOR}
"""The people of the center; of facilitators and evaluators each sees only their own."""
EVALUATORS = ADMINISTRATORS | {Role.EVALUATOR}
"""Who evaluates, and whose systems are told of outcomes."""
TRACKERS = STAFF | {Role.TRACKER}
"""The staff, and the trackers that log requests."""
SUBSCRIBERS = EVALUATORS | {Role.TRACKER}
"""Whose systems are told: evaluators' of outcomes, trackers' of what becomes of their requests."""
IMPORTERS = OFFICE | {Role.TRACKER}
"""Who hands in files of requests: the tracker itself, or whoever looks after all jurisdictions in them."""
ANYBODY: frozenset[Role] = frozenset()
"""Whoever comes, known or not."""
MARK = "__open_to__"


class NotOpened(Exception):
    """Nobody has said to whom {routes} is open. Put @open_to(STAFF), or another of shared/access/opening.py, right
    below the decorator of the route.
    """

    def __init__(self, routes: Iterable[str]) -> None:
        super().__init__(" ".join((self.__doc__ or "").format(routes=", ".join(routes)).split()))


class NotSignedIn(Refused):
    """This is not open to everybody. Sign in at /sign-in, or send a token: Authorization: Bearer ..."""

    status = 401
    title = "Sign in first"


class NotForYou(Refused):
    """This is open to {roles} only."""

    status = 403
    title = "Not open to you"


class ReadsOnly(Refused):
    """This token may only read."""

    status = 403
    title = "Not open to you"


def open_to(roles: frozenset[Role]) -> Callable[[F], F]:
    """Say who may use a route; it goes right below the route's decorator."""

    def mark(route: F) -> F:
        setattr(route, MARK, roles)
        return route

    return mark


def opened_to(route: APIRoute | RouteContext) -> frozenset[Role] | None:
    """Who may use a route; none where nobody said so."""
    found: frozenset[Role] | None = getattr(route.endpoint, MARK, None)
    return found


def every_route(routes: Sequence[BaseRoute]) -> Iterator[RouteContext]:
    """The routes of an app, each with its whole path; those of routers within routers among them."""
    return (one for one in iter_route_contexts(routes) if isinstance(one.original_route, APIRoute))


def see_that_all_are_opened(routes: Sequence[BaseRoute]) -> None:
    """Raise NotOpened where a route does not say to whom it is open."""
    closed = [str(route.path) for route in every_route(routes) if opened_to(route) is None]
    if closed:
        raise NotOpened(closed)


async def let_in(request: Request) -> None:
    """Refuse whoever may not use this route at all."""
    _judge(opened_to(request.scope["route"]), request.state.caller, request.method)


def refuse_unread(routes: Iterable[RouteContext], scope: Scope) -> None:
    """The same before anything of a body is read: whoever may not use a route can't make us read what they send."""
    asked = next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)
    if asked is not None:
        _judge(opened_to(asked), scope["state"]["caller"], scope["method"])


def _judge(roles: frozenset[Role] | None, caller: Caller, method: str) -> None:
    if roles == ANYBODY:
        return
    if caller.reads_only and method != "GET":
        raise ReadsOnly
    if roles and not roles.isdisjoint(caller.roles):
        return
    if caller is NOBODY:
        raise NotSignedIn
    raise NotForYou(roles=", ".join(f"{role}s" for role in sorted(roles or ())) or "nobody")
