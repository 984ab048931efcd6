"""Telling a running server on this machine to read anew who may come in."""

import os
import signal
from contextlib import suppress
from pathlib import Path

PID = "nats-server.pid"


def reload(folder: Path) -> bool:
    """Have the server of this folder read its accounts again; False where none of this machine's runs on them."""
    pid = _pid(folder / PID)
    if pid is None or not hasattr(signal, "SIGHUP"):
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGHUP)
        return True
    return False


def _pid(file: Path) -> int | None:
    """The process in a server's file, if it is a server: its number may be somebody else's by now."""
    with suppress(OSError, ValueError):
        pid = int(file.read_text(encoding="ascii"))
        told = Path(f"/proc/{pid}/cmdline")
        if not Path("/proc/self/cmdline").exists() or b"nats-server" in told.read_bytes():
            return pid
    return None
