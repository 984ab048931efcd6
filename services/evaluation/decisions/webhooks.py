"""When a delivery is tried again, when it is given up, and when its webhook is told nothing more."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from services.evaluation.domain.webhooks import Claimed, Ended, Tried

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between one try and the next: 75 hours and a half in all, as Standard Webhooks has it."""
SWAY = 0.1
"""By how much of itself a pause is shorter or longer, so that what failed together does not come back together."""
LONGEST_WAIT = timedelta(hours=24)
"""However long an endpoint asks to be left alone."""
GONE = "It answered 410 Gone: it wants no more events."
DEAD = "It took nothing for 75 hours. What it missed waits, and comes in order once it is enabled."
NOBODYS = "Whoever made it may not see events here any more. Let them in again and enable it, or make another one."
RESTORED = (
    "This database was restored from a backup. Enable it where this is the Throughline that is to go on telling it."
)
OFF = "It was turned off by hand."
WHAT_TO_DO = {
    GONE: (
        "Ask whoever runs the program at this address whether it still wants to be told. If so, turn it on again: "
        "what it missed comes in order. If not, remove it."
    ),
    DEAD: (
        "Ask whoever runs the program at this address whether it is up, and takes what comes there. When it does, turn "
        "this on again, and send a test."
    ),
    NOBODYS: "Make another one in your own name, or ask an administrator to let its maker in again.",
    RESTORED: (
        "Turn it on if this is the Throughline that you work with every day. Leave it off if it is a copy that "
        "somebody tries out."
    ),
    OFF: "Turn it on when the program is to be told again: what was recorded meanwhile comes in order.",
}
"""What somebody can do about a webhook that is disabled, by why it is."""


def pause(key: str, tries: int) -> timedelta:
    """How long is waited after so many tries; the same for the same key, on every machine."""
    drawn = int.from_bytes(sha256(f"{key}/{tries}".encode()).digest()[:4]) / 2**32
    return PAUSES[min(tries, len(PAUSES)) - 1] * (1 - SWAY + 2 * SWAY * drawn)


def after(claimed: Claimed, tried: Tried, took_at: datetime | None, now: datetime) -> Ended:
    """What becomes of a delivery after a try.

    An event that is refused to the end is given up if its endpoint took others meanwhile; if it took none, the endpoint
    is dead: then nothing is given up, and all waits until somebody enables it.
    """
    if tried.outcome == "delivered":
        return Ended("delivered", None, claimed.tries)
    if not claimed.n:
        return Ended("given_up", None, claimed.tries)
    if tried.outcome == "gone":
        return Ended("waiting", now, 0, GONE)
    if claimed.tries <= len(PAUSES):
        wait = min(tried.wait or timedelta(), LONGEST_WAIT)
        return Ended("waiting", now + max(pause(claimed.key, claimed.tries), wait), claimed.tries)
    if took_at is not None and took_at >= claimed.first_at:
        return Ended("given_up", None, claimed.tries)
    return Ended("waiting", now, 0, DEAD)


def asked_to_wait(header: str, now: datetime) -> timedelta | None:
    """What Retry-After says: seconds, or a date; nothing where it says neither."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return max((when if when.tzinfo else when.replace(tzinfo=UTC)) - now, timedelta())
