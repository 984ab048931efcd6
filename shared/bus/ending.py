"""Ending what runs beside: a cancellation may get lost, and whoever waited for its effect would wait for ever."""

import asyncio
from typing import Any

AGAIN = 0.5
"""Seconds after which a task that has not ended is cancelled once more."""


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended.

    Once is not enough: a database driver that is interrupted answers with an error of its own, which a loop that
    survives every error takes for one more bad minute; and wait_for of Python 3.11 forgets what comes with its result.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=AGAIN)
    if not task.cancelled():
        task.result()
