"""Whether the event loop still turns, told from outside of it: a loop that hangs can answer no question itself."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import FrameType

BEAT = 1.0
"""Seconds between two beats of the loop."""
HANGS_AFTER = 10.0
"""Seconds without a beat after which the loop is told to hang."""
DEPTH = 5


class Pulse:
    """When the loop last turned, and what its thread does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._last = monotonic()
        self._next: asyncio.TimerHandle | None = None

    def beat(self) -> None:
        """Take note that the loop turns, and again in a while; called in the loop."""
        self._last = monotonic()
        self._next = self._loop.call_later(BEAT, self.beat)

    def stop(self) -> None:
        if self._next:
            self._next.cancel()

    def told(self) -> tuple[int, dict[str, object]]:
        """What to answer; asked from another thread."""
        age = monotonic() - self._last
        words: dict[str, object] = {"live": age < HANGS_AFTER, "last_beat": round(age, 1)}
        if age < HANGS_AFTER:
            return 200, words
        return 503, words | {"doing": _places(sys._current_frames().get(self._thread))}


@contextmanager
def answering(host: str, port: int) -> Iterator[int]:
    """Until the end of the block, a thread answers GET /live at this port (0: none) for the loop that runs now."""
    if not port:
        yield 0
        return
    pulse = Pulse(asyncio.get_running_loop())
    pulse.beat()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, words = pulse.told() if self.path == "/live" else (404, {"asked": "GET /live is all there is here"})
            body = json.dumps(words).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody wants to read of each look."""

    server = ThreadingHTTPServer((host, port), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="live", daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        pulse.stop()
        server.shutdown()
        server.server_close()


def _places(frame: FrameType | None) -> list[str]:
    """Where a thread is, innermost first: functions and lines, never what is in them."""
    places: list[str] = []
    while frame is not None and len(places) < DEPTH:
        code = frame.f_code
        places.append(f"{code.co_qualname} ({code.co_filename}:{frame.f_lineno})")
        frame = frame.f_back
    return places
