"""What the harness itself keeps of a run: what was confirmed to its producers, and what poison they spread."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A fact that somebody was told is recorded."""

    service: str
    id: str
    words: dict[str, Any]
    """All that the fact says, or at least what was asked to be said."""


@dataclass(frozen=True, slots=True)
class Poison:
    """A message that nobody can handle, and the services that have to put it aside."""

    kind: str
    subject: str
    body: bytes
    services: tuple[str, ...]


class Ledger:
    """The producers' own ledger: what is in it was confirmed, whatever has happened since."""

    def __init__(self, path: Path) -> None:
        self.ids: set[str] = set()
        self._file: TextIOWrapper = path.open("a", encoding="utf-8")

    def enter(self, service: str, id: str, words: dict[str, Any]) -> bool:
        """Enter a fact that was confirmed; whether it was new."""
        if id in self.ids:
            return False
        self.ids.add(id)
        self._file.write(json.dumps({"service": service, "id": id, "words": words}) + "\n")
        self._file.flush()
        return True

    def close(self) -> None:
        self._file.close()


class PoisonBook:
    """Every poisonous message that was spread, or may have been."""

    def __init__(self, path: Path) -> None:
        self.all: list[Poison] = []
        self._file: TextIOWrapper = path.open("a", encoding="utf-8")

    def enter(self, poison: Poison) -> None:
        """Enter a message before it is spread."""
        self.all.append(poison)
        told = {"kind": poison.kind, "subject": poison.subject, "body": poison.body.hex(), "services": poison.services}
        self._file.write(json.dumps(told) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def confirmed(path: Path) -> Iterator[Confirmed]:
    """What a ledger of producers holds."""
    for told in _lines(path):
        yield Confirmed(told["service"], told["id"], told["words"])


def poisons(path: Path) -> Sequence[Poison]:
    """What poison a run has spread."""
    return [
        Poison(told["kind"], told["subject"], bytes.fromhex(told["body"]), tuple(told["services"]))
        for told in _lines(path)
    ]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
