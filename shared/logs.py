"""How this process logs: lines for people, or one JSON object a line for a collector; never people's data."""

import logging
import sys

import structlog


def set_up(level: str, as_json: bool) -> None:
    """Log what is at least as grave as `level`, to standard error."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "apscheduler", "aiosqlite", "httpx", "nats", "faststream"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
            structlog.processors.JSONRenderer()
            if as_json
            # The default shows the variables of every frame: slow, and with people's data in them.
            else structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Asked for at each line: a standard error that was exchanged and closed took whoever logged down with it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
