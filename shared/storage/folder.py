"""The data folder: names, addresses and answers lie in it, so nobody but its owner looks into it."""

import os
from pathlib import Path

from shared.access.secrets import FILE

OTHERS = 0o007


def open_folder(data: Path) -> None:
    """See that the folder is there, for its owner alone.

    One in which nothing of ours lies yet may be used by others too, and one that its owner opened to a group stays so.
    """
    if not data.exists():
        data.mkdir(mode=0o700, parents=True)
        return
    told = data.stat()
    if told.st_mode & OTHERS and (data / FILE).exists() and told.st_uid == os.geteuid():
        data.chmod(0o700)
