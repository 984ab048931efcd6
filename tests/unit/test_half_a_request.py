"""Whoever goes away in the middle of a form has not sent it: half of it would say something else."""

from starlette.types import Message, Receive, Scope, Send

from shared.web.reading import StrictReading


async def reached(*messages: Message) -> bool:
    """Whether a route hears of a request of which these parts came in."""
    heard: list[Scope] = []

    async def route(scope: Scope, _receive: Receive, _send: Send) -> None:
        heard.append(scope)

    waiting = list(messages)

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(_message: Message) -> None:
        """Nobody is there."""

    scope = {"type": "http", "method": "POST", "path": "/app/mail/mine", "query_string": b"", "headers": []}
    await StrictReading(route)(scope, receive, send)
    return bool(heard)


async def test_a_form_that_came_in_half_is_not_looked_at() -> None:
    first: Message = {"type": "http.request", "body": b"wanted=digest&wanted=esc", "more_body": True}
    assert await reached(first, {"type": "http.request", "body": b"alation"})
    assert not await reached(first, {"type": "http.disconnect"})
