"""Whom a round asks: as teams are made of on the day, nobody who left; of a sample whom anybody can draw again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions import NotOpen
from services.evaluation.decisions.asking import see_that_it_opened
from services.evaluation.domain.asking import (
    Asked,
    Invitation,
    Opened,
    State,
    draw,
    still_to_invite,
    still_waiting,
    whom,
)
from shared.instruments import Form, read
from tests.support.saying import Desk, said

RULE = "  - {{name: mid, each: {each}, evaluation: mid, ask: {ask}, due: {{after: {after}}}}}"
KEYS = {"engagement": "mid/e1/1", "team": "mid/ky/1"}
PERSON, TEAM = (read(Path(f"instruments/{name}.yaml").read_text("utf-8")) for name in ("mid-survey", "goal-form"))


def member(person: str, role: str = "provider") -> dict[str, object]:
    return {"person_id": person, "role": role}


KY = said("team_formed", members=[member("p-1", "lead_agency"), member("p-2"), member("p-3")])
WI = said(
    "team_formed", team_id="wi", jurisdiction="WI", lead="p-4", members=[member("p-4", "lead_agency"), member("p-2")]
)


def asked(ask: str, form: Form = PERSON, each: str = "engagement", replaced: tuple[str, ...] = ()) -> list[Asked]:
    after = {"engagement": "opened", "team": "formed"}[each]
    desk = Desk(RULE.format(ask=ask, each=each, after=after))
    desk.hear(said("engagement_opened"), KY, WI)
    return whom(desk.history, desk.row(KEYS[each]), form, replaced)


def test_members_are_asked_once_each_also_who_is_in_two_teams() -> None:
    assert asked("members") == [Asked("p-1", "ky"), Asked("p-2", "ky"), Asked("p-3", "ky"), Asked("p-4", "wi")]


def test_a_round_of_one_team_asks_that_team() -> None:
    assert asked("members", each="team") == [Asked("p-1", "ky"), Asked("p-2", "ky"), Asked("p-3", "ky")]


def test_leads_are_asked_and_so_is_whoever_holds_a_role_of_the_engagement() -> None:
    assert asked("leads") == [Asked("p-1", "ky"), Asked("p-4", "wi")]
    assert [one.team_id for one in asked("evaluator")] == [None]


def test_a_form_that_teams_fill_in_goes_to_each_team_once() -> None:
    assert asked("members", TEAM) == [Asked(None, "ky"), Asked(None, "wi")]


def test_a_sample_is_one_of_each_team_and_the_next_where_the_first_cannot_be_reached() -> None:
    first = asked("sample")
    assert [one.team_id for one in first] == ["ky", "wi"] and asked("sample") == first
    [ky, _] = first
    assert ky.person_id is not None
    instead = asked("sample", replaced=(ky.person_id,))
    assert [one.team_id for one in instead] == ["ky", "wi"] and instead[0] != ky


def an_invitation(one: Asked, state: State = "invited") -> Invitation:
    return Invitation(
        invitation_id=f"i-{one.person_id}", round_id="r", engagement_id="e1", person_id=one.person_id,
        team_id=one.team_id, state=state,
    )  # fmt: skip


def test_a_team_is_drawn_once_whoever_joins_it_and_anew_where_the_one_who_was_drawn_is_erased() -> None:
    desk = Desk(RULE.format(ask="sample", each="engagement", after="opened"))
    desk.hear(said("engagement_opened"), KY, WI)
    row, before = desk.row(KEYS["engagement"]), asked("sample")
    joined = [member(f"q-{number}") for number in range(5)]
    everybody = [member("p-1", "lead_agency"), member("p-2"), member("p-3"), *joined]
    desk.hear(said("team_changed", members=everybody, changed_on="2027-01-08"))
    assert whom(desk.history, row, PERSON) != before, "another one would be drawn now"
    assert still_to_invite(desk.history, row, PERSON, [an_invitation(one) for one in before]) == []
    [ky, wi] = before
    [instead] = still_to_invite(desk.history, row, PERSON, [an_invitation(ky, "erased"), an_invitation(wi)])
    assert instead.team_id == "ky" and instead != ky


def test_nobody_of_a_team_that_left_is_asked() -> None:
    desk = Desk(RULE.format(ask="members", each="engagement", after="opened"))
    desk.hear(said("engagement_opened"), KY, WI, said("team_left"))
    assert whom(desk.history, desk.row(KEYS["engagement"]), PERSON) == [Asked("p-4", "wi"), Asked("p-2", "wi")]


def test_nobody_is_asked_before_the_round_opens() -> None:
    desk = Desk("  - {name: mid, each: engagement, evaluation: mid, due: {wait: 1 week, after: opened}}")
    desk.hear(said("engagement_opened"))
    with pytest.raises(NotOpen):
        see_that_it_opened(desk.row(KEYS["engagement"]))
    desk.until("2027-03-01")
    see_that_it_opened(desk.row(KEYS["engagement"]))


@pytest.mark.parametrize(("form", "asked", "told"), [(PERSON, 4, None), (PERSON, 5, "ky"), (TEAM, 1, "ky")])
def test_an_answer_tells_the_team_only_where_that_does_not_tell_whose_it_is(
    form: Form, asked: int, told: str | None
) -> None:
    desk = Desk(RULE.format(ask="members", each="engagement", after="opened"))
    desk.hear(said("engagement_opened"), KY)
    invitation = Invitation(invitation_id="i", round_id="r", engagement_id="e1", person_id="p-1", team_id="ky")
    row = desk.row(KEYS["engagement"])
    assert Opened(invitation, row, form, {}, None, "Example", of_the_team=asked).told_of == told


def test_whoever_has_left_gets_no_link_any_more() -> None:
    desk = Desk(RULE.format(ask="members", each="engagement", after="opened"))
    desk.hear(said("engagement_opened"), KY, WI)
    row = desk.row(KEYS["engagement"])
    invited = [
        Invitation(invitation_id=f"i-{one.person_id}", round_id=row.key, engagement_id="e1", person_id=one.person_id)
        for one in whom(desk.history, row, PERSON)
    ]
    desk.hear(said("team_left"))
    assert [one.person_id for one in still_waiting(desk.history, row, PERSON, invited)] == ["p-2", "p-4"]


PEOPLE = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), unique=True, max_size=12)


@given(st.text(max_size=10), PEOPLE, st.randoms())
def test_a_draw_depends_on_the_seed_and_the_people_alone(seed: str, people: list[str], chance: object) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(seed, shuffled) == draw(seed, people)
    assert sorted(draw(seed, people)) == sorted(people)
