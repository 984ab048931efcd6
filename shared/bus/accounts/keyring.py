"""The folder in which the accounts of a bus are kept: who is known there, their seeds, and the file for the server."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.bus.accounts.configuration import written
from shared.bus.accounts.members import Kind, Member
from shared.bus.accounts.nkeys import new_seed, public_key
from shared.errors import Conflict, Malformed, Unknown
from shared.events.catalogue import SPEAKERS
from shared.events.fields import is_slug
from shared.whole_files import write_whole

if sys.platform != "win32":
    import fcntl

ACCOUNTS = "accounts.conf"
MEMBERS = "members.json"
PASSING = "passing.json"
"""Who is known for a moment only: whoever changes the accounts meanwhile must not lose them."""
KEYS = "keys"
LOCK = "members.lock"
"""Held by whoever changes who is known: of two who do so at once neither is lost."""


class KnownAlready(Conflict):
    """The {kind} {name} is known already. For a new key: throughline bus rotate {kind} {name}."""


class Keyring:
    """Who is known on one bus. A seed that was handed over may be deleted here: nobody needs it but its owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def accounts(self) -> Path:
        """What the server's configuration includes."""
        return self.folder / ACCOUNTS

    def exists(self) -> bool:
        """Whether this bus has accounts at all."""
        return (self.folder / MEMBERS).exists()

    def members(self) -> list[Member]:
        """Everybody who is known."""
        return _read(self.folder / MEMBERS)

    def file(self, kind: Kind, name: str) -> Path:
        """Where somebody's seed lies, if it still does."""
        return self.folder / KEYS / file_name(kind, name)

    def admit(self, kind: Kind, name: str, must_be_new: bool = False) -> Path:
        """Make somebody known, or give them a new key in place of the one they had; tells where its seed lies.

        Raises KnownAlready for whoever `must_be_new` and is not.
        """
        if not is_slug(name):
            raise Malformed("must be a slug: letters, digits, - and _, at most 64 of them", "name")
        seed = new_seed()
        file = self.file(kind, name)
        with self._changing():
            others = [one for one in self.members() if (one.kind, one.name) != (kind, name)]
            if must_be_new and len(others) < len(self.members()):
                raise KnownAlready("name", kind=kind, name=name)
            write_secret(file, seed)
            self._keep([*others, Member(kind, name, public_key(seed))])
        return file

    def remove(self, kind: Kind, name: str) -> None:
        """Know somebody no more; raises Unknown for whoever is not known."""
        with self._changing():
            others = [one for one in self.members() if (one.kind, one.name) != (kind, name)]
            if len(others) == len(self.members()):
                raise Unknown(kind, name)
            self.file(kind, name).unlink(missing_ok=True)
            self._keep(others)

    def admit_services(self) -> None:
        """See that each service is known and has its seed here."""
        known = {one.name for one in self.members() if one.kind is Kind.SERVICE}
        for service in SPEAKERS:
            if service not in known or not self.file(Kind.SERVICE, service).exists():
                self.admit(Kind.SERVICE, service)

    def write(self, *passing: Member) -> Path:
        """Write the accounts for the server; with whoever is known from now on, but only until this is done again."""
        with self._changing():
            if passing:
                _tell(self.folder / PASSING, passing)
            else:
                (self.folder / PASSING).unlink(missing_ok=True)
            self._write()
        return self.accounts

    def _write(self) -> None:
        known = [*self.members(), *_read(self.folder / PASSING)]
        write_whole(self.accounts, written(known), 0o640)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One at a time, of all processes; where there is no flock, whoever comes last wins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _keep(self, members: Iterable[Member]) -> None:
        _tell(self.folder / MEMBERS, members)
        self._write()


def _read(file: Path) -> list[Member]:
    if not file.exists():
        return []
    told = json.loads(file.read_text(encoding="utf-8"))
    return sorted(Member(Kind(one["kind"]), one["name"], one["key"]) for one in told)


def _tell(file: Path, members: Iterable[Member]) -> None:
    told = [{"kind": one.kind, "name": one.name, "key": one.key} for one in sorted(members)]
    write_whole(file, json.dumps(told, indent=2) + "\n", 0o640)


def file_name(kind: Kind, name: str) -> str:
    """What the file with somebody's seed is called."""
    return f"{kind}-{name}.nk"


def write_secret(file: Path, secret: str) -> None:
    """Only whoever runs this may read it, from its first byte on."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(file, f"{secret}\n", 0o600)
