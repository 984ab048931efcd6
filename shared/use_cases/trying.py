"""Tries: several things are judged before any is recorded, done side by side, or again where a replica was faster."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.errors import NoneOfThem, Refused, Unknown
from shared.storage.database import Raced
from shared.use_cases.given import A, T

PAUSE = 0.05


async def judged(asked: Sequence[A], judge: Callable[[A], Awaitable[T]]) -> list[T]:
    """What each comes to, all judged before any is recorded; one that is refused alone keeps its own refusal."""
    found, refused = [], {}
    for one in asked:
        try:
            found.append(await judge(one))
        except Refused as error:
            if len(asked) == 1:
                raise
            refused[_called(one)] = error
    if refused:
        raise NoneOfThem(len(asked), refused)
    return found


def _called(asked: object) -> str:
    """By what one of several is told apart: the task, the line or the fact that it is about."""
    return str(getattr(asked, "task_id", None) or getattr(asked, "line", asked))


async def patiently(attempt: Callable[[], Awaitable[T]], patience: float) -> T:
    """Try again where another replica was faster; and for a while where something is not known yet."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    while True:
        try:
            return await attempt()
        except Raced:
            await asyncio.sleep(0)
        except Unknown:
            if loop.time() >= deadline:
                raise
            await asyncio.sleep(PAUSE)


async def side_by_side(*works: Awaitable[object]) -> None:
    """Do several works at once, each in transactions of its own; all end before the error of the first is raised."""
    ended = await asyncio.gather(*works, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
