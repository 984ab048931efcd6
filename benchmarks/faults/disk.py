"""A disk of our own: an ext4 file system in a file. When its power is cut, what was not synced is gone.

Not fsfreeze and a copy: a freeze first writes everything that is dirty, so that it would prove nothing. ext4's own
shutdown (without flushing its log) stops all writing at once; then the processes die, and the disk is mounted again.
"""

import asyncio
import atexit
import fcntl
import os
import shutil
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
LEFT_WHEN_FULL = 64 * 1024


class Disk:
    """A folder on a file system of its own, if that is allowed here; else a plain one, with the reason in `why_not`."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.path = folder / "disk"
        self._image = folder / "disk.image"
        self._size = megabytes
        self.why_not = ""
        self.is_mounted = False
        self.is_kept = False
        """Whether its file stays when all is over: somebody will want to look into it."""
        atexit.register(self._let_go)

    async def start(self) -> None:
        """Make and mount it."""
        self.path.mkdir(parents=True, exist_ok=True)
        if os.geteuid():
            self.why_not = "only root may mount"
            return
        try:
            await _run("truncate", "-s", f"{self._size}M", str(self._image))
            await _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
            await self.mount()
        except (OSError, subprocess.SubprocessError) as error:
            self.why_not = f"no loop mount here: {_reason(error)}"
            self._image.unlink(missing_ok=True)

    async def mount(self) -> None:
        await _run("mount", "-o", "loop,noatime", str(self._image), str(self.path))
        self.is_mounted = True

    async def unmount(self) -> None:
        """Let go of it; a process that was killed may hold it for a moment."""
        for _try in range(100):
            if not self.is_mounted:
                return
            try:
                await _run("umount", str(self.path))
            except subprocess.SubprocessError:
                await asyncio.sleep(0.1)
            else:
                self.is_mounted = False
        with suppress(subprocess.SubprocessError):
            await _run("umount", "--lazy", str(self.path))
        self.is_mounted = False

    def cut_power(self) -> None:
        """From now on nothing reaches the disk; all that was not synced is lost."""
        place = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(place, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(place)

    def fill(self) -> None:
        """Leave next to no room; again for what was freed since."""
        with (self.path / "filling").open("ab") as filling:
            while (room := shutil.disk_usage(self.path).free - LEFT_WHEN_FULL) > 4096:
                try:
                    os.posix_fallocate(filling.fileno(), os.fstat(filling.fileno()).st_size, room)
                except OSError:
                    return

    def empty(self) -> None:
        """Give the room back."""
        (self.path / "filling").unlink(missing_ok=True)

    async def stop(self) -> None:
        await self.unmount()
        if not self.is_kept:
            self._image.unlink(missing_ok=True)
        atexit.unregister(self._let_go)

    def _let_go(self) -> None:
        """The last resort of a harness that was ended in the middle: whoever still writes there writes into nothing."""
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=False, timeout=20)  # noqa: S607
        self._image.unlink(missing_ok=True)


async def _run(*command: str) -> None:
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=60)


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr, "utf-8", "replace").strip().splitlines()[-1] if error.stderr else str(error)
    return str(error)
