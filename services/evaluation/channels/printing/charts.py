"""Charts as SVG, drawn by Altair and vl-convert: for a page in the light or in the dark, or for paper."""

import asyncio
import atexit
import json
import subprocess
import sys
from functools import lru_cache
from threading import Lock
from typing import Literal

from services.evaluation.channels.printing import see_that_it_is_installed
from services.evaluation.domain.reporting import Bars

Shade = Literal["light", "dark", "paper"]
DRAWING = "services.evaluation.channels.printing.drawing"


class NotDrawn(RuntimeError):
    """The process that draws ended before it had drawn."""


class Draughtsman:
    """Has charts drawn by a process of its own, one after the other; it is started when there is something to draw."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def draw(self, unit: str, bars: tuple[tuple[str, int], ...], shade: Shade) -> str:
        """The SVG of these numbers; where the process had gone, another one draws."""
        asked = json.dumps([unit, bars, shade])
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
            command = [sys.executable, "-m", DRAWING]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(asked + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return ""
        line = self._process.stdout.readline()
        return str(json.loads(line)) if line.endswith("\n") else ""

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


_DRAUGHTSMAN = Draughtsman()
atexit.register(_DRAUGHTSMAN.close)


async def drawn(bars: Bars, shade: Shade) -> str:
    """The picture of these numbers; nobody else waits for it."""
    see_that_it_is_installed()
    return await asyncio.to_thread(draw, bars.unit, bars.bars, shade)


@lru_cache(maxsize=1024)
def draw(unit: str, bars: tuple[tuple[str, int], ...], shade: Shade) -> str:
    """The same, for whoever can wait; what was drawn once is not drawn again."""
    return _DRAUGHTSMAN.draw(unit, bars, shade)
