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
    how_many,
    of_the_team,
    still_to_draw,
    still_to_invite,
    still_waiting,
    whom,
)
from services.evaluation.domain.sampling import Drawn, Frame, Place, draw, instead, one_of_each
from shared.events.base import Fact
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


def asked(ask: str, form: Form = PERSON, each: str = "engagement") -> list[Asked]:
    after = {"engagement": "opened", "team": "formed"}[each]
    desk = Desk(RULE.format(ask=ask, each=each, after=after))
    desk.hear(said("engagement_opened"), KY, WI)
    return whom(desk.history, desk.row(KEYS[each]), form)


def test_members_are_asked_once_each_also_who_is_in_two_teams() -> None:
    assert asked("members") == [Asked("p-1", "ky"), Asked("p-2", "ky"), Asked("p-3", "ky"), Asked("p-4", "wi")]


def test_a_round_of_one_team_asks_that_team() -> None:
    assert asked("members", each="team") == [Asked("p-1", "ky"), Asked("p-2", "ky"), Asked("p-3", "ky")]


def test_leads_are_asked_and_so_is_whoever_holds_a_role_of_the_engagement() -> None:
    assert asked("leads") == [Asked("p-1", "ky"), Asked("p-4", "wi")]
    assert [one.team_id for one in asked("evaluator")] == [None]


def test_a_form_that_teams_fill_in_goes_to_each_team_once() -> None:
    assert asked("members", TEAM) == [Asked(None, "ky"), Asked(None, "wi")]


def a_desk(*facts: Fact, ask: str = "sample") -> Desk:
    desk = Desk(RULE.format(ask=ask, each="engagement", after="opened"))
    desk.hear(said("engagement_opened"), KY, WI, *facts)
    return desk


def drawn_of(desk: Desk, *before: Invitation, most: int | None = None, erased: tuple[str, ...] = ()) -> list[Drawn]:
    row = desk.row(KEYS["engagement"])
    teams, without, room = still_to_draw(desk.history, row, before, erased, most)
    return list(one_of_each(row.key, teams, room, without))


def an_invitation(one: Drawn, state: State = "invited") -> Invitation:
    return Invitation(
        invitation_id=f"i-{one.person_id}", round_id="r", engagement_id="e1", person_id=one.person_id,
        team_id=one.team_id, state=state,
    )  # fmt: skip


def test_a_sample_is_one_of_each_team_and_the_same_whenever_it_is_drawn() -> None:
    first = drawn_of(a_desk())
    assert sorted(one.team_id for one in first) == ["ky", "wi"] and drawn_of(a_desk()) == first


def test_a_team_is_drawn_once_whoever_joins_it_and_anew_where_the_one_who_was_drawn_is_erased() -> None:
    before = drawn_of(a_desk())
    joined = [member(f"q-{number}") for number in range(5)]
    everybody = [member("p-1", "lead_agency"), member("p-2"), member("p-3"), *joined]
    desk = a_desk(said("team_changed", members=everybody, changed_on="2027-01-08"))
    assert drawn_of(desk, *map(an_invitation, before)) == []
    ky, wi = sorted(before, key=lambda one: one.team_id)
    [other] = drawn_of(desk, an_invitation(ky, "erased"), an_invitation(wi), erased=(ky.person_id,))
    assert other.team_id == "ky" and other != ky


def test_no_more_are_drawn_than_the_quota_of_interviews_leaves() -> None:
    assert [len(drawn_of(a_desk(), most=most)) for most in (0, 1, 2, 9)] == [0, 1, 2, 2]
    [one] = drawn_of(a_desk(), most=1)
    assert drawn_of(a_desk(), an_invitation(one), most=1) == []


def test_when_a_round_opens_it_is_told_how_many_it_asks_and_of_a_sample_how_many_are_drawn() -> None:
    for ask, told in {
        "members": {"invited": 4},
        "leads": {"invited": 2},
        "sample": {"invited": 2, "sampled": 2},
    }.items():
        desk = a_desk(ask=ask)
        assert how_many(desk.history, desk.row(KEYS["engagement"])) == told


def test_nobody_who_was_erased_before_is_asked() -> None:
    desk = a_desk(ask="members")
    row = desk.row(KEYS["engagement"])
    assert [one.person_id for one in still_to_invite(desk.history, row, PERSON, [], {"p-2"})] == ["p-1", "p-3", "p-4"]


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


def test_of_a_sample_no_answer_tells_the_team_however_many_were_asked_in_it_one_after_another() -> None:
    desk = a_desk()
    one = an_invitation(Drawn("p-1", "ky"))
    row = desk.row(KEYS["engagement"])
    assert Opened(one, row, PERSON, {}, None, "Example", of_the_team=9).told_of is None
    assert Opened(one, row, TEAM, {}, None, "Example", of_the_team=1).told_of == "ky"


def test_whoever_was_replaced_or_erased_hides_nobody_any_more() -> None:
    states: list[State] = ["replaced", "invited", "erased", "answered", "begun"]
    ky = [an_invitation(Drawn(f"p-{n}", "ky"), state) for n, state in enumerate(states)]
    assert of_the_team([*ky, an_invitation(Drawn("p-9", "wi"))], "ky") == 3


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


IDS = st.text("abcdef0123456789", min_size=1, max_size=4)
TEAMS = st.dictionaries(IDS, st.tuples(st.sampled_from(["KY", "WI"]), st.lists(IDS, max_size=4)), max_size=6)


def a_frame(teams: dict[str, tuple[str, list[str]]]) -> Frame:
    """Each person in one team only, as a frame is made."""
    found: dict[str, str] = {}
    for team, (_, people) in teams.items():
        for person in people:
            found.setdefault(person, team)
    whose = {team: tuple(one for one, of in found.items() if of == team) for team in teams}
    return tuple(Place(team, jurisdiction, whose[team]) for team, (jurisdiction, _) in teams.items())


@given(IDS, TEAMS, st.integers(0, 7), st.data())
def test_the_same_seed_and_frame_draw_the_same_people_one_of_each_team_within_the_quota(
    seed: str, teams: dict[str, tuple[str, list[str]]], most: int, data: st.DataObject
) -> None:
    frame = a_frame(teams)
    found = one_of_each(seed, frame, most)
    assert one_of_each(seed, tuple(data.draw(st.permutations(frame))), most) == found
    assert len(found) <= most
    assert len({one.team_id for one in found}) == len({one.person_id for one in found}) == len(found)


@given(IDS, TEAMS, st.integers(0, 7), st.data())
def test_who_comes_instead_is_of_the_same_jurisdiction_and_was_not_drawn_before(
    seed: str, teams: dict[str, tuple[str, list[str]]], most: int, data: st.DataObject
) -> None:
    frame = a_frame(teams)
    place = {one.team_id: one.jurisdiction for one in frame}
    stay = list(one_of_each(seed, frame, most))
    ever = {one.person_id for one in stay}
    for _ in range(data.draw(st.integers(0, 9))):
        if not stay:
            break
        gone = stay.pop(data.draw(st.integers(0, len(stay) - 1)))
        new = instead(seed, frame, gone.team_id, ever)
        if new is None:
            assert not any(set(one.people) - ever for one in frame if one.jurisdiction == place[gone.team_id])
            continue
        assert new.person_id not in ever and place[new.team_id] == place[gone.team_id]
        ever.add(new.person_id)
        stay.append(new)
        assert len(stay) <= most


PEOPLE = st.lists(st.text("abcdef0123456789", min_size=1, max_size=6), unique=True, max_size=12)


@given(st.text(max_size=10), PEOPLE, st.randoms())
def test_a_draw_depends_on_the_seed_and_the_people_alone(seed: str, people: list[str], chance: object) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(seed, shuffled) == draw(seed, people)
    assert sorted(draw(seed, people)) == sorted(people)
