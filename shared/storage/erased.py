"""The list of erased people beside the databases: ids alone, so that a backup from before brings nobody back."""

import os
from collections.abc import Iterator
from pathlib import Path

NAME = "erased-people.txt"


def note_erased(data: Path, person_id: str) -> None:
    """Write an id to the list in this folder, once; it is on the disk when this returns."""
    data.mkdir(parents=True, exist_ok=True)
    if person_id in set(erased_in(data / NAME)):
        return
    with (data / NAME).open("a", encoding="utf-8") as file:
        file.write(f"{person_id}\n")
        file.flush()
        os.fsync(file.fileno())


def erased_in(file: Path) -> Iterator[str]:
    """The ids of a list, one a line; nothing where there is no list."""
    if file.is_file():
        yield from (line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
