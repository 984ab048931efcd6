"""The shelf of playbooks: files in a folder, each made whole with what it extends."""

from pathlib import Path

from shared.playbooks.extending import Flat, Sheet, flatten

BASES = "bases"
"""The folder, beside playbooks, of what only others extend: nothing in it is published by itself."""
SHIPPED = Path(__file__).parents[1] / "playbooks"
"""The playbooks that come with Throughline."""


def files_in(folder: Path) -> list[Path]:
    """The files of the playbooks that lie in a folder."""
    return sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))


def whole(file: Path, playbooks: Path) -> Flat:
    """The playbook in this file; what it extends is sought beside it, in the folder of playbooks, then in our own."""
    return whole_text(file.read_text(encoding="utf-8"), str(file), file.parent, playbooks)


def whole_text(text: str, name: str, *folders: Path) -> Flat:
    """The playbook that a text spells, with what it extends from the first of the folders that has it."""
    return flatten(Sheet(name, text), [_sheets(folder) for folder in dict.fromkeys((*folders, SHIPPED))])


def _sheets(folder: Path) -> list[Sheet]:
    """The texts of a folder and of its bases; one that cannot be read is told where it is published, not here."""
    sheets = []
    for file in (*files_in(folder), *files_in(folder / BASES)):
        try:
            sheets.append(Sheet(str(file), file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError):
            continue
    return sheets
