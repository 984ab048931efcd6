"""Whether a NATS server can still write: on a full disk it falls silent, and stays so when there is room again."""

import shutil
from pathlib import Path

COMPLAINTS = (b"no space left", b"critical write error", b"limits exceeded")
"""What a server writes into its log, once, when it cannot store what it was sent; in small letters."""
NONE, SOME = 1024**2, 16 * 1024**2
"""Bytes below which a disk is full, whatever the log can still say; and above which it has room again."""


class Room:
    """Looks at the disk of a server and at what it says about it."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder = folder
        self._log = log
        self._read = self._size()
        self.is_full = False

    def look(self) -> bool:
        """Whether the server has to be started anew: it could not write, and there is room now."""
        free = shutil.disk_usage(self._folder).free
        self.is_full = self.is_full or free < NONE or self._complains()
        if not self.is_full or free < SOME:
            return False
        self.is_full = False
        return True

    def _complains(self) -> bool:
        size = self._size()
        if size < self._read:
            # A new file was begun.
            self._read = 0
        with self._log.open("rb") as log:
            log.seek(self._read)
            said = log.read(size - self._read).lower()
        self._read = size
        return any(complaint in said for complaint in COMPLAINTS)

    def _size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0
