"""`python -m tests.support.later DAYS ...`: the command `throughline`, on a clock that is so many days ahead."""

import sys
from datetime import datetime, timedelta

from services import running
from services.__main__ import app
from shared.clock import Clock, WorldClock
from shared.settings import Settings


class Ahead:
    """The world's clock, put forward."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        return WorldClock().now() + self._ahead


def put_forward(days: float) -> None:
    """Have all services built with such a clock."""
    build = running.build

    def with_our_clock(settings: Settings, _clock: Clock, *more: object) -> object:
        return build(settings, Ahead(days), *more)  # type: ignore[arg-type]

    running.build = with_our_clock  # type: ignore[assignment]


if __name__ == "__main__":
    put_forward(float(sys.argv.pop(1)))
    app()
