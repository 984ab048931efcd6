"""Logging never takes down whoever logs."""

import io
import sys

import pytest
import structlog

from shared import logs


def test_a_line_is_logged_to_the_standard_error_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    try:
        first, second = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "stderr", first)
        logs.set_up("INFO", as_json=True)
        log = structlog.get_logger()
        log.warning("one")
        first.close()
        monkeypatch.setattr(sys, "stderr", second)
        log.warning("two")
        assert '"event": "two"' in second.getvalue()
    finally:
        structlog.configure(**before)
