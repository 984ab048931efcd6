"""What a letter says, and that nothing which stands in a name or a title can be read as anything else."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.followup.channels.headers import one_line
from services.followup.channels.message import Told
from services.followup.domain.mail import Kind
from shared.people import Person
from tests.support.letters import FAY, PAGE, sent, task


def written(kind: Kind = "handover", told: Told | None = None, person: Person = FAY) -> EmailMessage:
    """A letter as it arrives."""
    wire = sent(kind, told, person)
    assert max(len(line) for line in wire.split(b"\r\n")) < 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+?\?=", wire))
    return message_from_bytes(wire, policy=policy.default)


def text(letter: EmailMessage, kind: str = "plain") -> str:
    body = letter.get_body((kind,))
    assert body
    return str(body.get_content())


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@settings(deadline=None)
@given(WORDS, WORDS)
@example("Doe, Jane Marie Alexandra Wilhelmina of the Department of Early Childhood Programs and Services", "x" * 300)
@example("Jane\r\nBcc: everybody@example.org", "Ask KY\r\n\r\n<html>")
@example("=?utf-8?q?a=0D=0ABcc:_everybody@example.org?=", "=?utf-8?q?a=0D=0ABcc:_x@example.org?=")
@example('everybody@example.org, "Q" <x>', "é" * 300)
@example("\u2028\x85\x0b", "😀" * 100)
def test_whatever_stands_in_a_name_or_a_title_a_letter_goes_to_one_and_has_its_own_headers(
    name: str, title: str
) -> None:
    person = FAY.model_construct(**{**FAY.model_dump(), "name": name})
    letter = written(told=Told([task(title)]), person=person)
    assert [one.addr_spec for one in letter["To"].addresses] == ["fay@example.org"]
    assert letter["Subject"] == one_line(f"Handed over to you: {title}")
    assert sorted(letter.keys()) == sorted(written().keys())
    assert letter["Message-ID"] == f"<{'0' * 36}@a-long-name-of-a-center-for-early-childhood.example.org>"
    assert letter["List-Unsubscribe"] == f"<{PAGE}>"


@pytest.mark.parametrize("name", ["Ségolène Ünïcode", "李小龍", "Doe, Jane (she)"])
def test_names_of_all_the_world_arrive_as_they_are_written(name: str) -> None:
    [to] = written(person=FAY.model_copy(update={"name": name}))["To"].addresses
    assert to.display_name == name


def test_a_long_name_is_cut_where_it_cannot_be_seen() -> None:
    name = "Zoë " + "x" * 100
    # The modern policy of the standard library puts blanks between the pieces of a name; others do as the RFC says.
    told = message_from_bytes(sent(person=FAY.model_copy(update={"name": name})))["To"]
    assert str(make_header(decode_header(told))) == f"{name} <fay@example.org>"


def test_an_address_at_a_place_with_other_letters_is_written_so_that_all_servers_know_it() -> None:
    [to] = written(person=FAY.model_copy(update={"address": "fay@bücher.example"}))["To"].addresses
    assert to.addr_spec == "fay@xn--bcher-kva.example"


def test_a_digest_begins_with_what_is_overdue_and_counts_in_its_subject() -> None:
    tasks = [task("Call WV", -9, overdue=True), task("Meet VT"), task("Invite OH", 3), task("Look ahead", 30)]
    letter = written("digest", Told(tasks))
    assert letter["Subject"] == "1 overdue, 1 due today, 1 later this week"
    for kind in ("plain", "html"):
        said = text(letter, kind)
        assert said.index("Call WV") < said.index("Meet VT") < said.index("Invite OH")
        assert "Look ahead" not in said
        assert "1 overdue, 1 for today and 1 for the days after." in said


def test_a_long_digest_leaves_the_rest_to_the_inbox() -> None:
    said = text(written("digest", Told([task(f"Task {n}.") for n in range(40)])))
    assert "Task 14." in said and "Task 15." not in said
    assert "And 25 more in your inbox." in said


def test_titles_are_no_html() -> None:
    said = text(written(told=Told([task("<img src=x onerror=alert(1)>")])), "html")
    assert "<img" not in said and "&lt;img" in said


def test_a_link_to_sign_in_has_nothing_to_stop_and_its_twin_has_the_same_link() -> None:
    letter = written("sign_in", Told(link="https://line.example/sign-in/link?key=k"))
    assert letter["List-Unsubscribe"] is None
    assert all("https://line.example/sign-in/link?key=k" in text(letter, kind) for kind in ("plain", "html"))
