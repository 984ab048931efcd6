"""Named points at which a process can be made to kill itself, so that tests of faults hit the worst moments."""

import os
import signal
from collections.abc import Callable

POINTS = {
    "work.before_commit": "all is written, nothing is committed",
    "work.after_commit": "committed, and nobody was told yet",
    "postman.after_claim": "letters were taken out of the outbox, none is on the bus",
    "postman.after_publish": "the bus has the letters, the outbox does not know it",
    "postman.after_mark": "the letters are marked, the mark is committed",
    "delivery.before_ack": "facts are recorded, the bus does not know it",
    "delivery.after_ack": "facts are recorded, and the bus knows it",
    "time.after_claim": "due obligations were claimed, nothing is written yet",
    "mail.after_claim": "letters are meant and held, no attempt to send one has begun",
    "mail.after_begin": "an attempt to send a letter has begun, the mail server has nothing of it",
    "mail.after_send": "the mail server has a letter, the log of mail does not know it",
    "webhook.after_claim": "a try to deliver an event is on record, the webhook has nothing of it",
    "webhook.after_send": "the webhook has an event, the log of deliveries does not know it",
    "reconciler.after_compare": "what the stream lacks is known, nothing is unmarked yet",
    "reconciler.after_unmark": "what the stream lacks is unmarked, nothing is said again yet",
    "migration.before_commit": "the tables were changed, nothing is committed",
    "migration.after_commit": "the tables are changed, the service has not started",
}
"""By name: what has happened there, and what has not."""


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


dies: Callable[[], None] = _kill
"""What happens at a chosen point: SIGKILL, so that nobody can tidy up on the way; a simulation puts its own here."""
_chosen: dict[str, int] = {}


class NoSuchPoint(ValueError):
    """There is no crash point {point}. There are: {points}. Say one like work.after_commit:3."""

    def __init__(self, point: str) -> None:
        super().__init__((self.__doc__ or "").format(point=point, points=", ".join(POINTS)))


def choose(wish: str) -> None:
    """Have this process die at a point, like `work.after_commit:3`: the third time it passes there; empty for never."""
    _chosen.clear()
    if not wish:
        return
    point, _, times = wish.partition(":")
    if point not in POINTS or not (times or "1").isdigit():
        raise NoSuchPoint(wish)
    _chosen[point] = int(times or "1")


def passing(point: str) -> None:
    """Come past a point; nothing happens unless it was chosen."""
    if not _chosen or point not in _chosen:
        return
    _chosen[point] -= 1
    if _chosen[point] <= 0:
        dies()
