"""Charts as SVG, drawn by Altair and vl-convert: for a page in the light or in the dark, or for paper."""

import asyncio
import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock, Timer
from typing import Literal

from services.evaluation.channels.printing import see_that_it_is_installed
from services.evaluation.domain.reporting import Bars
from shared.errors import Refused

Shade = Literal["light", "dark", "paper"]
DRAWING = "services.evaluation.channels.printing.drawing"
WIDTH: Mapping[Shade, int] = {"light": 560, "dark": 560, "paper": 380}
STEP, HEIGHT_BESIDE = 30, 60
"""Pixels from one bar to the next, and what the axis takes besides."""
PATIENCE = 30.0
"""Seconds after which a process that has not drawn is taken to hang; the first chart takes some on a busy machine."""


class NotDrawn(Refused):
    """This chart could not be drawn just now. Its numbers stand in the table; try the chart again later."""

    status = 503
    title = "Not drawn"


class Draughtsman:
    """Has charts drawn by a process of its own, one after the other; it is started when there is something to draw."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", DRAWING), patience: float = PATIENCE) -> None:
        self._command, self._patience = list(command), patience
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def draw(self, bars: Bars, shade: Shade) -> str:
        """The SVG of these numbers; where the process had gone or hangs, another one draws."""
        asked = json.dumps([bars.unit, bars.bars, shade, *size(bars, shade)])
        with self._lock:
            for _try in range(2):
                if svg := self._ask(asked):
                    return svg
                self._end()
        raise NotDrawn

    def close(self) -> None:
        """Nothing is drawn any more."""
        with self._lock:
            self._end()

    def _ask(self, asked: str) -> str:
        if self._process is None:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # All who want a chart or a PDF wait for this one, so a process that hangs is ended.
        watch = Timer(self._patience, self._process.kill)
        watch.start()
        try:
            return self._say(self._process, asked)
        finally:
            watch.cancel()

    @staticmethod
    def _say(process: subprocess.Popen[str], asked: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(asked + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return ""
        line = process.stdout.readline()
        return str(json.loads(line)) if line.endswith("\n") else ""

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


_DRAUGHTSMAN = Draughtsman()
atexit.register(_DRAUGHTSMAN.close)


def size(bars: Bars, shade: Shade = "light") -> tuple[int, int]:
    """How wide and high a picture is, so that a page can leave room for it before it is drawn."""
    return WIDTH[shade], HEIGHT_BESIDE + STEP * len(bars.bars)


async def drawn(bars: Bars, shade: Shade) -> str:
    """The picture of these numbers; nobody else waits for it."""
    see_that_it_is_installed()
    return await asyncio.to_thread(draw, bars, shade)


@lru_cache(maxsize=1024)
def draw(bars: Bars, shade: Shade) -> str:
    """The same, for whoever can wait; what was drawn once is not drawn again."""
    return _DRAUGHTSMAN.draw(bars, shade)
