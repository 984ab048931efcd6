"""Peers proposed: needs held against offers, a stage further, alike; the best pairs first, and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from services.intake.decisions.matching import kind, peers, words
from services.intake.domain import Application, Known, ProposedPeers
from shared.events.base import Event
from shared.events.intake import PeersConnected, PeersSuggested, TeamLeft
from tests.support.intake import formed, given, opened

PAIR: dict[str, Any] = {"engagement_id": "plc-2026", "from_team": "team-ky"}


def application(jurisdiction: str, stage: str = "sustaining", **told: Any) -> Application:
    on = told.pop("received_on", date(2026, 9, 2))
    words_ = {"engagement_id": "plc-2026", "application_id": f"a-{jurisdiction}", "received_on": on, **told}
    return Application.model_validate({"jurisdiction": jurisdiction, "stage": stage, **words_})


NEEDS = ("finding and keeping staff",)
SEEKER = application("KY", "exploring", needs=NEEDS)


def known(*events: Event) -> Known:
    return given(opened(), formed(), *events)


def found(helpers: Sequence[Application], *events: Event, seeker: Application = SEEKER) -> tuple[ProposedPeers, ...]:
    return peers(known(*events), [seeker, *helpers])


def offering(jurisdiction: str, offer: str, stage: str = "sustaining", **told: Any) -> Application:
    return application(jurisdiction, stage, offers=(offer,), **told)


def test_who_offers_just_what_is_needed_is_the_best_peer_and_says_why() -> None:
    [pair] = found([offering("TN", "Finding, and keeping, staff")])
    assert (pair.from_team, pair.to_jurisdiction, pair.need) == ("team-ky", "TN", NEEDS[0])
    assert (pair.score, pair.parts) == (5.0, {"need": 3.0, "stage": 1.0, "likeness": 1.0})
    assert pair.reasons == (
        'What it offers ("Finding, and keeping, staff") is just that.',
        "It is sustaining, 3 stages further.",
        "Both are of region 4.",
        "Both are states.",
    )
    assert not pair.takes_part


def test_an_offer_that_shares_words_is_worth_as_much_as_it_covers() -> None:
    [pair] = found([offering("TN", "data on staff")])
    assert pair.parts["need"] == 1.0
    assert pair.reasons[0] == 'What it offers ("data on staff") shares with it: staff.'


def test_jurisdictions_that_take_no_part_can_help_too_and_those_from_another_engagement() -> None:
    [pair] = found([offering("OR", "keeping staff", engagement_id="col-2025")])
    assert (pair.to_jurisdiction, pair.takes_part) == ("OR", False)
    [own] = found([offering("TN", "keeping staff")], formed(team_id="team-tn", jurisdiction="TN"))
    assert own.takes_part


def test_only_who_is_as_far_or_further_can_help() -> None:
    seeker = application("KY", "implementing", needs=NEEDS)
    helpers = [offering("TN", "keeping staff", "exploring"), offering("OR", "keeping staff", "implementing")]
    [pair] = found(helpers, seeker=seeker)
    assert (pair.to_jurisdiction, pair.parts["stage"]) == ("OR", 0.0)
    assert "It is implementing, at the same stage." in pair.reasons


def test_the_latest_application_tells_what_a_jurisdiction_offers_now() -> None:
    old = offering("TN", "keeping staff", application_id="old", received_on=date(2020, 1, 1))
    assert found([offering("TN", "data"), old]) == ()


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (PeersSuggested(**PAIR, to_jurisdiction="TN", need=NEEDS[0], score=1.0), {("TN", "data")}),
        (PeersConnected(**PAIR, to_jurisdiction="TN", need="other", connected_on=date(2026, 9, 9)), set()),
    ],
)
def test_what_was_suggested_is_not_suggested_again_and_who_was_introduced_knows_the_other(
    said: Event, left: set[tuple[str, str]]
) -> None:
    seeker = application("KY", "exploring", needs=(*NEEDS, "data"))
    pairs = found([application("TN", offers=("keeping staff", "data"))], said, seeker=seeker)
    assert {(pair.to_jurisdiction, pair.need) for pair in pairs} == left


def test_a_team_that_left_is_matched_with_nobody() -> None:
    left = TeamLeft(engagement_id="plc-2026", team_id="team-ky", left_on=date(2026, 9, 10), reason="No time")
    assert found([offering("TN", "keeping staff")], left) == ()


def test_words_are_compared_without_plural_case_and_filling_words() -> None:
    assert words("Credentials for the school-age Staff") == words("a credential: school age staff")
    assert words("workforce registries") == words("Workforce Registry")
    assert words("what to do with it") == frozenset({"do"})


def test_states_territories_and_tribes_are_kinds() -> None:
    assert [kind(code) for code in ("KY", "DC", "GU", "tribe-yurok")] == ["state", "state", "territory", "Tribe"]


PLACES = ("KY", "TN", "OR", "GU", "VI", "tribe-yurok")
TOPIC = st.sampled_from(["keeping staff", "data on staff", "data", "family child care"])
TOPICS = st.lists(TOPIC, max_size=3, unique=True)
APPLICATIONS = st.lists(
    st.builds(
        application,
        st.sampled_from(PLACES),
        st.sampled_from(["exploring", "installing", "implementing", "sustaining"]),
        needs=TOPICS,
        offers=TOPICS,
    ),
    max_size=6,
    unique_by=lambda one: one.jurisdiction,
)


def everything(applications: Sequence[Application]) -> tuple[ProposedPeers, ...]:
    teams = [formed(team_id=f"t-{place}", jurisdiction=place) for place in PLACES[:4]]
    return peers(given(opened(), *teams), applications)


@drawn(APPLICATIONS, st.data())
def test_the_order_of_applications_does_not_matter_and_nobody_is_matched_with_itself(
    applications: list[Application], data: st.DataObject
) -> None:
    pairs = everything(applications)
    assert everything(data.draw(st.permutations(applications))) == pairs
    assert all(pair.from_team != f"t-{pair.to_jurisdiction}" for pair in pairs)
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)
    assert all(round(sum(pair.parts.values()), 2) == pair.score for pair in pairs)


@drawn(APPLICATIONS)
def test_without_a_jurisdiction_that_is_not_in_the_best_pair_the_best_pair_is_the_same(
    applications: list[Application],
) -> None:
    best = everything(applications)[:1]
    for one in applications:
        if best and one.jurisdiction not in (best[0].to_jurisdiction, best[0].from_team.removeprefix("t-")):
            assert everything([other for other in applications if other is not one])[:1] == best
