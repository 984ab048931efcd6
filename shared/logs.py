"""How this process logs: lines for people, or one JSON object a line for a collector; never people's data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

Exc = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(level: str, as_json: bool) -> None:
    """Log what is at least as grave as `level`, to standard error."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Lines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[lines])
    for chatty in ("alembic", "apscheduler", "aiosqlite", "httpx", "nats", "faststream"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Asked for at each line: a standard error that was exchanged and closed took whoever logged down with it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Lines(logging.Formatter):
    """What libraries log."""

    def formatException(self, ei: Exc) -> str:  # noqa: N802 - logging looks for this name
        return where(ei[1]) if ei[1] else ""


def _without_words(_logger: object, _method: str, told: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What broke, told by its kind and its place."""
    error = told.pop("exc_info", None)
    if error and not isinstance(error, BaseException):
        error = (error if isinstance(error, tuple) else sys.exc_info())[1]
    if error:
        told["exception"] = where(error)
    return told


def where(error: BaseException) -> str:
    """Of which kind an error is, where it was raised, and from what it came: never its words, which may be somebody's.

    A database tells in its errors what it could not keep, and a model what it could not read.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [where(one) for one in (*filter(None, [cause]), *getattr(error, "exceptions", ()))]
    place = "".join(["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)])
    return "\nwhich led to\n".join([*before, f"{place}{type(error).__module__}.{type(error).__qualname__}"])
