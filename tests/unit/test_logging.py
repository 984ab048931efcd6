"""Logging never takes down whoever logs."""

import io
import sys

import pytest
import structlog

from shared import logs


def test_what_broke_is_told_by_its_kind_and_place_and_what_it_came_from_and_never_by_its_words() -> None:
    name, address = "Maria Quillfeather", "maria@example.gov"

    def breaks() -> None:
        try:
            int(address)
        except ValueError as error:
            raise ExceptionGroup(name, [KeyError(name)]) from error

    with pytest.raises(ExceptionGroup) as raised:
        breaks()
    told = logs.where(raised.value)
    assert name in str(raised.value) and name not in told and address not in told
    assert all(kind in told for kind in ("in breaks", "builtins.ValueError", "builtins.KeyError", "ExceptionGroup"))


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
