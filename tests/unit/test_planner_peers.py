"""Peers as items of rules: suggested, introduced, and asked what came of it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.events.fields import KEY
from shared.playbooks.items.of_peers import slug
from tests.support.saying import said, schedule

OPENED, TEAM = said("engagement_opened"), said("team_formed")
SUGGESTED = said("peers_suggested", at="2027-01-05T09:00:00-05:00")
CONNECTED = said("peers_connected", connected_on="2027-01-12")
INTRODUCE = "- {name: r, each: peers, task: T, to: f, due: {wait: 1 day, after: suggested}, done_by: connected}"
ASK = "- {name: r, each: peers, when: {to_jurisdiction: WI}, task: T, to: f, due: {wait: 30 days, after: connected}}"
KEY_OF = "r/ky@WI/finding-and-keeping-staff/1"


def test_peers_who_were_suggested_are_to_be_introduced() -> None:
    assert schedule(INTRODUCE, [OPENED, TEAM, SUGGESTED]) == {KEY_OF: "2027-01-06 09:00, scheduled"}
    assert schedule(INTRODUCE, [OPENED, TEAM, SUGGESTED, CONNECTED]) == {KEY_OF: "2027-01-06 09:00, done"}


def test_what_came_of_an_introduction_is_asked_after_thirty_days_whoever_suggested_it() -> None:
    assert schedule(ASK, [OPENED, TEAM, CONNECTED]) == {KEY_OF: "2027-02-11 09:00, scheduled"}


def test_peers_of_a_team_that_left_or_is_not_known_are_no_items() -> None:
    assert schedule(ASK, [OPENED, CONNECTED]) == {}
    assert schedule(ASK, [OPENED, TEAM, CONNECTED, said("team_left")]) == {}


def test_one_state_may_help_with_several_needs() -> None:
    other = said("peers_connected", need="data", connected_on="2027-01-19")
    assert set(schedule(ASK, [OPENED, TEAM, CONNECTED, other])) == {KEY_OF, "r/ky@WI/data/1"}


NEEDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), min_size=1, max_size=60)


@given(NEEDS, NEEDS)
def test_every_need_has_a_part_of_an_id_and_no_two_have_the_same(one: str, other: str) -> None:
    assert re.fullmatch(KEY, slug(one)) and "/" not in slug(one)
    assert (slug(one) == slug(other)) == (one == other)
