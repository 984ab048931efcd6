"""The real `throughline up`, as the process that a person starts, talks to, and ends in all the ways there are."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from nats.aio.client import Client

from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.accounts.reloading import reload
from shared.bus.connecting import Key
from tests.support.bus import admitted

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
"""Seconds after which a test that waits has waited in vain."""


class Up:
    """One start of `throughline up`, on a folder that outlives it."""

    def __init__(self, folder: Path, days_ahead: float = 0, words: Sequence[str] = (), **settings: str) -> None:
        self.folder = folder
        self.log = folder / "up.log"
        start = ["-m", "services"] if not days_ahead else ["-m", "tests.support.later", str(days_ahead)]
        command = [sys.executable, *start, "up", "--data", str(folder / "data"), "--port", "0", *words]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "THROUGHLINE_PLAYBOOKS": str(folder / "playbooks")}
        self._already = len(self.said())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**environment, **settings}, stdout=log, stderr=subprocess.STDOUT
            )
        self.api, self.bus = "", ""

    def said(self) -> str:
        """All that was printed and logged by all starts on this folder."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def ready(self) -> "Up":
        """Wait until it has told where everything is."""
        self.until(lambda: "Ctrl-C" in self.said()[self._already :] or self.process.poll() is not None)
        told = [line.split() for line in self.said()[self._already :].splitlines()]
        assert self.process.poll() is None, self.said()
        where = {words[0]: words[1] for words in told if len(words) > 1}
        self.api, self.bus = where["HTTP"], where["bus"]
        return self

    def until(self, condition: Callable[[], Any], within: float = PATIENCE) -> Any:
        """Wait until something holds, and give it back."""
        deadline = time.monotonic() + within
        while not (found := condition()):
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)
        return found

    def end(self, by: signal.Signals) -> int:
        """End it, and tell how it ended."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    @asynccontextmanager
    async def on_the_bus(self, who: str, kind: Kind = Kind.SERVICE) -> AsyncIterator[Client]:
        """A connection with the key of a service, or of a tracker that becomes known now if it was not."""
        keyring = Keyring(self.folder / "data" / "nats")
        if not keyring.file(kind, who).exists():
            keyring.admit(kind, who)
            assert reload(keyring.folder)
        client = await admitted(self.bus, Key(who, keyring.file(kind, who)))
        try:
            yield client
        finally:
            await client.close()

    @property
    def keys(self) -> dict[str, str]:
        """Where commands find what an administrator shows at the door."""
        return {"THROUGHLINE_DATA": str(self.folder / "data")}

    @property
    def key(self) -> dict[str, str]:
        """What an administrator shows at the door."""
        return {"Authorization": f"Bearer {(self.folder / 'data' / 'key').read_text().strip()}"}

    def post(self, path: str, **told: Any) -> dict[str, Any]:
        """Command by HTTP what is not refused."""
        answer = httpx.post(self.api + path, json=told, headers=self.key, timeout=PATIENCE)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **asked: Any) -> Any:
        """Ask by HTTP; None where there is no such thing."""
        answer = httpx.get(self.api + path, params=asked, headers=self.key, timeout=PATIENCE)
        assert answer.is_success or answer.status_code == 404, answer.text
        return answer.json() if answer.is_success else None

    def tasks(self, **asked: Any) -> dict[str, str]:
        """The state of each task, by its key."""
        return {task["key"]: task["state"] for task in self.get("/tasks", limit=500, **asked)["items"]}

    def is_anybody_at(self, url: str) -> bool:
        """Whether something still takes connections there."""
        host, port = url.rpartition("/")[2].split(":")
        with socket.socket() as asking:
            return asking.connect_ex((host, int(port))) == 0


@contextmanager
def an_up(folder: Path, days_ahead: float = 0, words: Sequence[str] = (), **settings: str) -> Iterator[Up]:
    """Started, ready, and ended at last."""
    up = Up(folder, days_ahead, words, **settings)
    try:
        yield up.ready()
    finally:
        if up.process.poll() is None:
            up.process.kill()
            up.process.wait()


def a_folder(parent: Path, **playbooks: str) -> Path:
    """Where one Throughline lives, with these playbooks."""
    (parent / "playbooks").mkdir(parents=True)
    for name, text in playbooks.items():
        (parent / "playbooks" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return parent
