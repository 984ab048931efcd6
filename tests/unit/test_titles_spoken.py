"""Titles say what they speak of as people do: no word that only programs know stands in them."""

import pytest

from shared.playbooks.model.title import read_title
from shared.playbooks.scopes import SCOPES
from shared.playbooks.words import Value


@pytest.mark.parametrize(
    ("scope", "text", "value", "title"),
    [
        ("team", "Its team ({size})", 1, "Its team (1 person)"),
        ("team", "Its team ({team.size})", 2, "Its team (2 people)"),
        ("approval", "The approval ({about})", "invite", "The approval (to invite a state)"),
        ("approval", "The approval ({approval.about})", "speaker", "The approval (of a speaker)"),
        ("goal", 'Judge "{statement}"', "One registry", 'Judge "One registry"'),
        ("goal", 'Judge "{goal.statement}"', "One registry " * 20, f'Judge "{("One registry " * 9).strip()}…"'),
        ("session", "Session {number}", 1, "Session 1"),
        ("approval", "Ask region {region}", None, "Ask region ?"),
    ],
)
def test_a_title_says_values_as_people_do(scope: str, text: str, value: Value, title: str) -> None:
    assert read_title(SCOPES[scope], text).of(lambda _: value) == title


def test_whatever_an_approval_can_be_about_is_said_in_words() -> None:
    about = SCOPES["approval"].attributes["about"]
    assert all(about.say(one) for one in about.choices)
