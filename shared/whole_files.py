"""Files that are whole at any moment: whoever reads one meanwhile has the old text or the new one."""

import os
from pathlib import Path

from shared.ids import new_id


def write_whole(file: Path, text: str, mode: int) -> None:
    """Write in one piece; with this `mode` from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    laid_beside(file, text, mode).replace(file)


def laid_beside(file: Path, text: str, mode: int) -> Path:
    """The text on the disk, beside the file that it is to become."""
    # By a name of its own: another process may be writing the same.
    beside = file.with_name(f"{file.name}.{new_id()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return beside
