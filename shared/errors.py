"""What can be refused, and what each refusal means to whoever hears it: the one place that maps errors to outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Outcome(StrEnum):
    """What happens to a message that could not be handled."""

    ASIDE = "aside"
    """It will never work as it stands: put it aside with its reason."""
    AGAIN = "again"
    """The world was not ready: deliver it again later."""


def _sentence(kind: type[Exception]) -> str:
    """What a refusal says: its docstring, in one line however it is broken there."""
    return " ".join((kind.__doc__ or "").split())


class Refused(Exception):
    """{reason}"""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "Not possible as things stand"
    outcome: ClassVar[Outcome] = Outcome.ASIDE
    retry_after: int | None = None
    """Seconds after which it is possible, where time alone makes it so."""

    def __init__(self, field: str | None = None, **details: Any) -> None:
        self.field = field
        self.details = details
        super().__init__(_sentence(type(self)).format(**details))


class Unknown(Refused):
    """There is no {kind} {id}{where}. Check the address or the id."""

    status = 404
    title = "Not known here"

    def __init__(self, kind: str, id: str, engagement: str | None = None, field: str | None = None) -> None:
        where = f" in engagement {engagement}" if engagement else ""
        super().__init__(field, kind=kind, id=id, where=where)


class Conflict(Refused):
    """{reason}"""

    status = 409
    title = "In conflict with what was said before"


class SaidOtherwise(Conflict):
    """This was said before, with other {fields}. To correct it, say it again with revision {next_revision}."""

    def __init__(self, fields: str, next_revision: int) -> None:
        super().__init__("revision", fields=fields, next_revision=next_revision)


class Malformed(Refused):
    """{reason}"""

    status = 422
    title = "Not understood"

    def __init__(self, reason: str, field: str | None = None, problems: "tuple[Problem, ...]" = ()) -> None:
        self.problems = problems or (Problem(field or "", reason),)
        super().__init__(field, reason=reason)


class NoneOfThem(Conflict):
    """Of {count} things that were asked for together none was recorded, because not all of them are possible."""

    def __init__(self, count: int, refused: Mapping[str, Refused]) -> None:
        self.refused = refused
        """What was not possible, by what it was about, and why."""
        super().__init__(count=count)


class NotNow(Exception):
    """{reason} Nothing was recorded; try again."""

    # No refusal: a refusal is final, and whoever catches one puts the message aside.
    status: ClassVar[int] = 503
    title: ClassVar[str] = "Not now"
    retry_after: int | None = 5
    """Seconds after which whoever met a world that is not ready may try again."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(_sentence(type(self)).format(reason=reason))


class Unsure(NotNow):
    """{reason} It may or may not have been recorded; send the same again, it is recognised."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what was sent: where, and why."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


def outcome(error: BaseException) -> Outcome:
    """What happens to the message that met this error: a refusal is final, anything else may pass."""
    return error.outcome if isinstance(error, Refused) else Outcome.AGAIN


def problems(error: BaseException) -> tuple[Problem, ...]:
    """All that was wrong, one problem a field; of an error of ours or of the network, its own words."""
    if isinstance(error, Malformed):
        return error.problems
    if isinstance(error, NoneOfThem):
        return tuple(Problem(name, str(one)) for name, one in error.refused.items())
    if isinstance(error, Refused):
        return (Problem(error.field or "", str(error)),)
    if isinstance(error, NotNow):
        return (Problem("", error.reason),)
    return (Problem("", f"{type(error).__name__}: {error}"),)


def of_file(error: OSError) -> str:
    """Why a file or folder cannot be used, for the person who named it."""
    return f"{error.filename}: cannot be read: {error.strerror}" if error.filename else str(error)
