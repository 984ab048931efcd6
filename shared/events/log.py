"""A log: facts in the wire format, one a line; and how one says up to when it is read."""

from datetime import UTC, date, datetime, time, timedelta

from shared.errors import Malformed
from shared.events import wire
from shared.events.base import Fact


def read_log(text: bytes, name: str) -> tuple[list[Fact], list[str]]:
    """The facts of a log, and what was wrong with its other lines; empty lines mean nothing."""
    facts, refused = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            facts.append(wire.decode(line))
        except Malformed as error:
            refused += [f"{name}:{number} {problem}" for problem in error.problems]
    return facts, refused


def end_of(until: str) -> datetime:
    """The end of a day (in UTC), or the instant itself."""
    try:
        return datetime.combine(date.fromisoformat(until), time.min, UTC) + timedelta(days=1, microseconds=-1)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(until)
    except ValueError:
        raise Malformed("must be a day like 2018-10-31, or an instant like 2018-10-31T12:00:00Z", "--until") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
