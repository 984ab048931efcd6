"""To adopt another version is to plan anew: what is open then is what would be open had that version always ruled."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.base import Fact
from shared.obligations.reconcile import apply, pass_time, reconcile
from shared.playbooks.choice import choose
from shared.playbooks.history import History, fold
from shared.playbooks.planner import calendar_of, plan
from tests.support.logs import HEADER, RULES, logs_of_an_engagement
from tests.support.saying import playbook, said
from tests.support.services import PLAYBOOK, published
from tests.unit.test_planner_laws import CALENDAR, INSTANTS, LAW, ledger, open_obligations, shuffled_and_doubled

WORDS = [
    ("wait: 2 weeks", "wait: 5 weeks"),
    ("1 month", "3 months"),
    ("facilitator", "supervisor"),
    ("name: ", "name: x"),
]
VERSIONS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True)
"""A next version: some words of the rules otherwise."""


@settings(LAW, max_examples=30)
@given(logs_of_an_engagement(), INSTANTS, VERSIONS, st.data())
def test_adopting_and_then_reconciling_equals_planning_anew_for_all_that_is_open(
    log: list[Fact], now: datetime, changes: list[tuple[str, str]], data: st.DataObject
) -> None:
    rules = RULES
    for was, is_ in changes:
        rules = rules.replace(was, is_)
    adopted = playbook(rules, HEADER)
    history = fold(History("e1"), log)
    wanted = plan(adopted, history, calendar_of(adopted, CALENDAR.places), now)

    def followed(rows: dict) -> dict:
        for change in reconcile(wanted, rows, history.marks, now):
            rows[change.row.key] = apply(rows.get(change.row.key), change)
        for row in list(rows.values()):
            for change in pass_time(row, now):
                rows[change.row.key] = apply(rows[change.row.key], change)
        return rows

    under_way = ledger(data.draw(shuffled_and_doubled(log)), now)
    ended_by_hand = {key for key, row in under_way.items() if row.by_hand}
    after = followed(under_way)
    assert open_obligations(after) == open_obligations(followed({}))
    assert all(after[key].by_hand for key in ended_by_hand), "what was done stays done"
    assert reconcile(wanted, after, history.marks, now) == []


def test_a_change_that_tells_the_version_adopts_it_whenever_it_is_recorded() -> None:
    versions = [published(PLAYBOOK, version=number) for number in (1, 2, 3)]
    change = said("engagement_changed", changed_on="2027-01-11", playbook="example", playbook_version=2)
    history = fold(History("e1"), [said("engagement_opened"), change])
    assert choose(versions, history) == versions[1]
    assert choose(versions[:1], history) == versions[0], "as long as it is not known here, the rule for all others"
