"""A row with some words changed is the same row otherwise, wherever it came from."""

from dataclasses import replace

import pytest

from shared.obligations.ledger import ROW
from shared.obligations.reconcile import Row
from tests.support.ledgers import owed
from tests.support.stores import NOW

HERE = owed("ky", NOW, contact=True)
READ = ROW.validate_json(ROW.dump_json(HERE))


@pytest.mark.parametrize("row", [HERE, READ], ids=["made", "read"])
def test_what_is_not_changed_stays(row: Row) -> None:
    changed = row.but(state="due", n=1, fired_at=NOW)
    assert changed == replace(row, state="due", n=1, fired_at=NOW)
    assert row == HERE
    assert ROW.validate_json(ROW.dump_json(changed)) == changed


def test_a_word_that_no_row_has_is_refused() -> None:
    with pytest.raises(AssertionError, match="fired_on"):
        HERE.but(fired_on=NOW)
