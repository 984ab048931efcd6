"""One server of a cluster, set up as deploy/nats tells administrators to, in a process of ours."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from shared.bus.server import binary, die_with_parent

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nats" / "node.conf"
SECRET = "ForTestsOnly"  # noqa: S105 - of servers that live for minutes, on this machine


class ClusterFailed(Exception):
    """The cluster {what}. {detail}"""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__((self.__doc__ or "").format(what=what, detail=detail))


@dataclass
class Node:
    """One server of the cluster, whether it runs or not."""

    name: str
    client_address: str
    peer_address: str
    monitor_address: str
    folder: Path
    inside: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where services reach it."""
        return f"nats://throughline:{SECRET}@{self.client_address}"

    @property
    def admin_url(self) -> str:
        """Where whoever looks after the cluster reaches it."""
        return f"nats://admin:{SECRET}@{self.client_address}"

    @property
    def log(self) -> Path:
        return self.folder / "nats-server.log"

    @property
    def pid(self) -> int:
        """The process that runs now."""
        if self.process is None or self.process.poll() is not None:
            raise ClusterFailed(f"has no {self.name} that runs", last_words(self.log))
        return self.process.pid

    def start(self, routes: str) -> None:
        """Start the server with the configuration that administrators are given."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "NATS_NAME": self.name,
            "NATS_LISTEN": self.client_address,
            "NATS_PEERS_LISTEN": self.peer_address,
            "NATS_ROUTES": routes,
            "NATS_MONITOR": self.monitor_address,
            "NATS_STORE": str(self.folder),
            "NATS_ROOM": "4GB",
            "NATS_PASSWORD_OF_SERVICES": SECRET,
            "NATS_PEERS_PASSWORD": SECRET,
            "NATS_PASSWORD_OF_ADMIN": SECRET,
        }
        self.process = subprocess.Popen(
            [*self.inside, binary(), "-c", str(CONFIGURATION), "-l", str(self.log)],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # In a session of its own: a Ctrl-C at the terminal is for us, who then stop it.
            start_new_session=True,
            # SIGKILL: a server that is paused hears nothing else.
            preexec_fn=die_with_parent(os.getpid(), signal.SIGKILL) if sys.platform == "linux" else None,  # noqa: PLW1509 - two calls of the system, no lock
        )

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the server."""
        os.kill(self.pid, what)

    def kill(self) -> None:
        """End it at once, paused or not."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def last_words(log: Path) -> str:
    """How a server's log ends."""
    if not log.exists():
        return "It has logged nothing."
    return " | ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
