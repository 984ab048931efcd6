"""Which letters are meant for whom and when: decided by data alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.followup.decisions import mail
from services.followup.domain.mail import Choice, Claimed, Tried
from shared.obligations.reconcile import Row
from shared.people import Person

AT = time(7, 30)
FAY = Person(person_id="p-f", name="Fay", address="fay@example.org", zone="America/Chicago")
TASK = Row(
    key="e1/ask/ky/1", engagement="e1", rule="ask", kind="task", item="ky", occurrence=1, state="due", n=1,
    due_at=datetime(2027, 1, 4, 14, tzinfo=UTC), planned_at=datetime(2027, 1, 4, 14, tzinfo=UTC), title="Ask KY",
    to="facilitator", team_id="ky", because="f", moment="formed", moment_on=date(2027, 1, 4),
    zone="America/New_York", wait="formed", contact=False,
)  # fmt: skip
MORNING = datetime(2027, 1, 5, 13, 30, tzinfo=UTC)
"""Half past seven on a Tuesday in Chicago."""


def digests(now: datetime, row: Row = TASK, person: Person = FAY, choice: Choice | None = None) -> list[str]:
    choices = {choice.person_id: choice} if choice else {}
    return [one.key for one in mail.digests({"p-f": [row]}, {"p-f": person}, choices, now, AT)]


def letter(tries: int, expires_in: timedelta) -> Claimed:
    return Claimed("l", "digest", "p-f", (), MORNING, MORNING + expires_in, MORNING, tries, "s")


def test_a_digest_comes_at_the_hour_of_its_readers_clock_and_not_before() -> None:
    assert digests(MORNING - timedelta(seconds=1)) == []
    assert digests(MORNING) == ["digest/p-f/2027-01-05"]
    assert digests(MORNING + timedelta(hours=4)) == []


def test_whoever_has_no_zone_is_written_to_in_that_of_their_first_task() -> None:
    nowhere = FAY.model_copy(update={"zone": None})
    assert digests(MORNING - timedelta(hours=1), person=nowhere) == ["digest/p-f/2027-01-05"]


def test_whoever_chose_another_hour_gets_it_then() -> None:
    late = Choice(person_id="p-f", at=time(10))
    assert digests(MORNING, choice=late) == []
    assert digests(MORNING + timedelta(hours=2, minutes=30), choice=late) == ["digest/p-f/2027-01-05"]


def test_no_digest_comes_on_a_federal_holiday_or_a_weekend() -> None:
    martin_luther_king, saturday = MORNING + timedelta(days=13), MORNING + timedelta(days=4)
    assert digests(martin_luther_king) == digests(saturday) == []


def test_what_is_due_later_this_week_alone_is_no_reason_to_write() -> None:
    assert digests(MORNING, replace(TASK, state="scheduled", due_at=MORNING + timedelta(days=2))) == []


def test_nobody_who_left_or_has_no_address_or_stopped_it_gets_a_digest() -> None:
    assert digests(MORNING, person=FAY.model_copy(update={"left": True})) == []
    assert digests(MORNING, person=FAY.model_copy(update={"address": None})) == []
    assert digests(MORNING, choice=Choice(person_id="p-f", stopped=("digest",))) == []


@given(st.integers(0, 1_000_000))
def test_the_next_morning_is_never_past_and_never_more_than_a_day_and_an_hour_away(minutes: int) -> None:
    now = MORNING + timedelta(minutes=minutes)
    morning = mail.next_morning({"p-f": [TASK]}, {"p-f": FAY}, {}, now, AT)
    assert morning is not None
    assert now < morning <= now + timedelta(hours=25)


@given(st.integers(1, 40), st.integers(0, 5000))
def test_pauses_grow_and_no_letter_is_tried_after_it_came_too_late(tries: int, minutes: int) -> None:
    held = letter(tries, timedelta(minutes=minutes))
    state, again = mail.after(held, Tried("later"), MORNING)
    assert (state, again is None) in (("waiting", False), ("given_up", True))
    if again:
        assert again < held.expires_at
        assert again >= MORNING + min(mail.PAUSES)
    assert list(mail.PAUSES) == sorted(mail.PAUSES)


def test_what_was_refused_for_good_is_done_with() -> None:
    assert mail.after(letter(1, timedelta(days=1)), Tried("refused", code=550), MORNING) == ("refused", None)


def test_a_letter_is_the_same_however_often_its_reason_is_found() -> None:
    one, other = (mail.sign_in("p-f", MORNING + timedelta(seconds=seconds)) for seconds in (1, 50))
    assert one.letter_id == other.letter_id != mail.sign_in("p-f", MORNING + timedelta(minutes=1)).letter_id
