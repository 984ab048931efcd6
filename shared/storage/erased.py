"""The list of erased people beside the databases: ids alone, so that a backup from before brings nobody back."""

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from shared.storage.backup import MANIFEST, reading
from shared.storage.folder import open_folder

LIST = "erased-people.txt"


def note_erased(data: Path, person_id: str) -> None:
    """Write an id to the list in this folder, once; it is on the disk when this returns."""
    open_folder(data)
    if person_id in set(erased_in(data / LIST)):
        return
    with (data / LIST).open("a", encoding="utf-8") as file:
        file.write(f"{person_id}\n")
        file.flush()
        os.fsync(file.fileno())


def erased_in(file: Path) -> Iterator[str]:
    """The ids of a list, one a line; nothing where there is no list."""
    if file.is_file():
        yield from (line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def erased_in_backups(folder: Path) -> dict[str, datetime]:
    """Who was erased, and when, by this backup and by all that lie beside it, the newer ones among them."""
    erased: dict[str, datetime] = {}
    for manifest in sorted(folder.absolute().parent.glob(f"*/{MANIFEST}")):
        erased |= _of_backup(manifest.parent / "intake.db")
    return erased


def _of_backup(file: Path) -> dict[str, datetime]:
    """What one backup tells; one that cannot be read, or is older than the directory, tells of nobody."""
    try:
        with closing(reading(file)) as connection:
            rows = connection.execute("SELECT person_id, erased_at FROM erased_person").fetchall()
    except sqlite3.Error:
        return {}
    return {person_id: datetime.fromisoformat(erased_at).replace(tzinfo=UTC) for person_id, erased_at in rows}


def words_of(file: Path, erased: Collection[str]) -> list[str]:
    """The names and addresses by which a backup still knows people who were erased since."""
    try:
        with closing(reading(file)) as connection:
            rows = connection.execute("SELECT person_id, name, address FROM person").fetchall()
    except sqlite3.Error:
        return []
    return [word for person_id, *words in rows if person_id in erased for word in words if word]
