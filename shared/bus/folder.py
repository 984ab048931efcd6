"""The folder of an embedded bus: one owner at a time, the server's configuration, and the address it had last."""

import os
import shutil
import socket
import sys
import time
from pathlib import Path
from typing import IO

from shared.bus.accounts.configuration import SERVICES, lines
from shared.bus.accounts.keyring import ACCOUNTS
from shared.whole_files import write_whole

if sys.platform != "win32":
    import fcntl

LARGEST_STORE = 64 * 1024**3
LARGEST_MESSAGE = 1024 * 1024


class FolderTaken(Exception):
    """The bus folder {folder} is in use by process {owner}. Stop it, or choose another folder (THROUGHLINE_DATA)."""

    def __init__(self, folder: Path, owner: str) -> None:
        super().__init__((self.__doc__ or "").format(folder=folder, owner=owner or "(unknown)"))


class Folder:
    """Where an embedded server keeps its streams, configuration, log and address."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.log = self.path / "nats-server.log"
        self._address = self.path / "address"
        self._lock: IO[str] | None = None

    def take(self, patience: float = 5.0) -> int:
        """Become the owner; the returned descriptor is for the child, whose life then holds the folder as well.

        A server may live a moment longer than its owner: such an orphan is waited for, `patience` seconds at most.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / "owner").open("a+", encoding="ascii")
        deadline = time.monotonic() + patience
        while not _locked(lock):
            lock.seek(0)
            owner = lock.read().strip()
            if _is_alive(owner) or time.monotonic() > deadline:
                lock.close()
                raise FolderTaken(self.path, owner)
            time.sleep(0.05)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock
        return lock.fileno()

    def release(self) -> None:
        """Let somebody else own the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def choose_port(self) -> int:
        """The port of last time, so that trackers need not be told a new one; any free one when it is taken."""
        remembered = self._address.read_text(encoding="ascii").strip() if self._address.exists() else ""
        port = remembered.rpartition(":")[2]
        return free_port(int(port) if port.isdigit() else 0) or free_port()

    def write(self, name: str, port: int, with_accounts: bool = False) -> Path:
        """The server's configuration, and the address for whoever looks for this bus."""
        store = self.path / "jetstream"
        _keep_what_was_there(store / "jetstream", with_accounts)
        config = {
            "server_name": name,
            "listen": f"127.0.0.1:{port}",
            "max_payload": LARGEST_MESSAGE,
            "pid_file": str(self.path / "nats-server.pid"),
            "log_file": str(self.log),
            "logfile_size_limit": 10 * 1024**2,
            "logfile_max_num": 3,
            "jetstream": {
                "store_dir": str(store),
                # With anything less, acknowledged messages were lost when the power went.
                "sync_interval": "always",
                "max_file_store": _room_for(store),
                "max_memory_store": 64 * 1024**2,
            },
        }
        path = self.path / "nats-server.conf"
        write_whole(path, lines(config, f'include "{ACCOUNTS}"' if with_accounts else ""), 0o640)
        self._address.write_text(f"nats://127.0.0.1:{port}\n", encoding="ascii")
        return path


def _keep_what_was_there(accounts: Path, with_accounts: bool) -> None:
    """A server keeps what it stores by account. Who is given accounts, or is without again, keeps its streams."""
    without, within = accounts / "$G", accounts / SERVICES
    was, becomes = (without, within) if with_accounts else (within, without)
    if was.exists() and not becomes.exists():
        was.rename(becomes)


def _locked(lock: IO[str]) -> bool:
    if sys.platform == "win32":
        # It has no flock; there a second server fails on the files of the first.
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def free_port(wanted: int = 0) -> int:
    """A port on 127.0.0.1 that is free now: the one that is `wanted`, or 0 if it is taken; any if none is wanted."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def _room_for(store: Path) -> int:
    """A limit below the size of the disk: at the limit the server says so, on a full disk it only falls silent."""
    store.mkdir(parents=True, exist_ok=True)
    kept = sum(file.stat().st_size for file in store.rglob("*") if file.is_file())
    return min(LARGEST_STORE, kept + shutil.disk_usage(store).free * 8 // 10)
