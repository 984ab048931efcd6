"""A network of its own for each node, so that one can be cut off from the others while its clients still reach it."""

import atexit
import contextlib
import functools
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

CLIENTS = "198.18"
"""Set apart for measuring networks (RFC 2544): nobody's real addresses."""
PEERS = "198.19.0"
"""The same; these exist in our namespaces only."""
PREFIX = "throughline"
_made = itertools.count(1)


class NetworkFailed(Exception):
    """Could not {what}: {reason}"""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__((self.__doc__ or "").format(what=what, reason=reason))


class Networks:
    """A namespace for each node: one link to this machine, one to a switch that has a namespace of its own."""

    def __init__(self, nodes: Sequence[str]) -> None:
        self._nodes = list(nodes)
        self._run = f"{os.getpid()}-{next(_made)}"
        self._net = 0

    def __enter__(self) -> Self:
        reason = may_isolate()
        if reason:
            raise NetworkFailed("make networks", reason)
        sweep()
        atexit.register(self.close)
        try:
            self._net = _unused_net()
            self._make_switch()
            for node in self._nodes:
                self._make(node)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def for_clients(self, node: str) -> str:
        """The address by which this machine reaches a node."""
        return f"{CLIENTS}.{self._net}.{4 * self._nodes.index(node) + 2}"

    def for_peers(self, node: str) -> str:
        """The address by which the other nodes reach it."""
        return f"{PEERS}.{self._nodes.index(node) + 1}"

    def inside(self, node: str) -> list[str]:
        """What to put before a command so that it runs in the network of this node."""
        return [_program(), "netns", "exec", self._space(node)]

    def cut(self, node: str, clients_too: bool = False) -> None:
        """Take the link to the other nodes down, and the one to its clients if that is wished."""
        _ip("-n", self._space("switch"), "link", "set", self._link("p", node), "down")
        if clients_too:
            _ip("link", "set", self._link("c", node), "down")

    def join(self, node: str) -> None:
        """Bring all links of a node up again."""
        _ip("-n", self._space("switch"), "link", "set", self._link("p", node), "up")
        _ip("link", "set", self._link("c", node), "up")

    def close(self) -> None:
        """Take all away; what runs inside must have ended. Links go with the namespaces that hold an end of them."""
        for node in (*self._nodes, "switch"):
            with contextlib.suppress(NetworkFailed):
                _ip("netns", "delete", self._space(node))
            if node != "switch":
                with contextlib.suppress(NetworkFailed):
                    _ip("link", "delete", self._link("c", node))
        atexit.unregister(self.close)

    def _make_switch(self) -> None:
        # In a namespace of its own: a firewall of this machine for bridged packets (Docker's) does not reach it.
        switch = self._space("switch")
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", switch, "link", "set", "switch", "up")

    def _make(self, node: str) -> None:
        space, switch = self._space(node), self._space("switch")
        peers, clients = self._link("p", node), self._link("c", node)
        _ip("netns", "add", space)
        _ip("-n", space, "link", "set", "lo", "up")
        _ip("-n", switch, "link", "add", peers, "type", "veth", "peer", "name", "peers", "netns", space)
        _ip("-n", switch, "link", "set", peers, "master", "switch", "up")
        _ip("-n", space, "address", "add", f"{self.for_peers(node)}/24", "dev", "peers")
        _ip("-n", space, "link", "set", "peers", "up")
        _ip("link", "add", clients, "type", "veth", "peer", "name", "clients", "netns", space)
        here = f"{CLIENTS}.{self._net}.{4 * self._nodes.index(node) + 1}/30"
        _ip("address", "add", here, "dev", clients)
        _ip("link", "set", clients, "up")
        _ip("-n", space, "address", "add", f"{self.for_clients(node)}/30", "dev", "clients")
        _ip("-n", space, "link", "set", "clients", "up")

    def _space(self, node: str) -> str:
        return f"{PREFIX}-{self._run}-{node}"

    def _link(self, kind: str, node: str) -> str:
        """At most 15 letters, as Linux wants it."""
        return f"{kind}{self._run}-{self._nodes.index(node)}"


@functools.cache
def may_isolate() -> str | None:
    """None where networks can be made and cut; else why not."""
    if sys.platform != "linux":
        return "network namespaces are a thing of Linux"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if not shutil.which("ip"):
        return "there is no command `ip` (iproute2)"
    space = f"{PREFIX}-{os.getpid()}-0-probe"
    try:
        _ip("netns", "add", space)
        _ip("-n", space, "link", "add", "switch", "type", "bridge")
        _ip("-n", space, "link", "add", "one", "type", "veth", "peer", "name", "other")
        _ip("netns", "exec", space, "true")
    except NetworkFailed as failure:
        return str(failure)
    finally:
        with contextlib.suppress(NetworkFailed):
            _ip("netns", "delete", space)
    return None


def sweep() -> None:
    """Take away what a run has left that was killed."""
    for line in _ip("netns", "list").splitlines():
        found = re.match(rf"({PREFIX}-(\d+)-\d+-\w[\w-]*)", line)
        if found and not _is_alive(int(found[2])):
            with contextlib.suppress(NetworkFailed):
                _ip("netns", "delete", found[1])


def _unused_net() -> int:
    """The third number of a net in which this machine has no address yet."""
    taken = {int(net) for net in re.findall(rf"inet {re.escape(CLIENTS)}\.(\d+)\.", _ip("address"))}
    first = os.getpid() % 256
    free = (net % 256 for net in range(first, first + 256) if net % 256 not in taken)
    try:
        return next(free)
    except StopIteration:
        raise NetworkFailed("make networks", f"all nets of {CLIENTS}.0.0/16 are in use here") from None


def _ip(*words: str) -> str:
    done = subprocess.run([_program(), *words], capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise NetworkFailed(f"ip {' '.join(words)}", done.stderr.strip() or f"it ended with {done.returncode}")
    return done.stdout


def _program() -> str:
    return shutil.which("ip") or "ip"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
