"""What holds for every test: how an earlier one in the same process let Throughline log is forgotten."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_if_nobody_had_set_them_up() -> None:
    structlog.reset_defaults()
