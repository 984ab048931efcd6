"""How many chose what: counted by question, and of people no number that tells of few."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from services.evaluation.decisions.data import rows
from services.evaluation.domain.data import TABLES, Source, dictionary
from shared.instruments.shelf import form_of
from shared.obligations.reconcile import Row
from shared.tabular.columns import columns_of
from tests.support.saying import Desk, history, said

ROUND = "e1/mid/e1/1"
FORM = """
instrument: mid
version: 1
title: {en: Midway, es: A medio camino}
intro: {en: Why, es: Por qué}
thanks: {en: Thanks, es: Gracias}
fills: FILLS
questions:
  - question: useful
    text: {en: Useful?, es: ¿Útil?}
    type: yes_no
    may_not_apply: true
  - question: ways
    text: {en: How?, es: ¿Cómo?}
    type: any_of
    options:
      - {value: calls, en: By calls, es: Por llamadas}
      - {value: mail, en: By mail, es: Por correo}
  - question: why
    text: {en: Why?, es: ¿Por qué?}
    type: text
"""
INTERVIEW = "person\nheld_as: interview"
RULES = "- {name: mid, each: engagement, evaluation: mid, instrument: mid, due: {wait: 1 day, after: opened}}"


def counted(*answers: Mapping[str, Any], fills: str = "person", ask: str = "") -> dict[tuple[str, str], int | None]:
    return {(row["question"], row["value"]): row["people"] for row in _rows("answer_counts", answers, fills, ask)}


def _rows(table: str, answers: tuple[Mapping[str, Any], ...], fills: str, ask: str = "") -> list[dict[str, Any]]:
    facts = [said("engagement_opened")]
    facts += [
        said("evaluation_answered", round_id=ROUND, answer_id=f"a{n}", answers=dict(one))
        for n, one in enumerate(answers)
    ]
    form = form_of(FORM.replace("FILLS", fills), None)
    source = Source(history(facts), datetime(2027, 3, 1, tzinfo=UTC), {ROUND: a_round(ask)}, (), {ROUND: form})
    return list(rows(table, source, with_gone=False))


def a_round(ask: str = "") -> Row:
    desk = Desk(RULES.replace("instrument: mid", f"instrument: mid, ask: {ask}" if ask else "instrument: mid"))
    desk.hear(said("engagement_opened"))
    return desk.row("mid/e1/1")


def test_each_answer_is_counted_also_the_one_that_nobody_gave() -> None:
    told = counted(*[{"useful": True}] * 7, *[{"useful": False}] * 5, {}, {}, {}, {}, {})
    assert (told["useful", "true"], told["useful", "false"], told["useful", "not_applicable"]) == (7, 5, 0)
    assert (told["useful", "answered"], told["useful", "not answered"]) == (12, 5)


def test_what_few_chose_is_kept_back_with_what_would_give_it_away() -> None:
    told = counted(*[{"useful": True}] * 9, *[{"useful": False}] * 2)
    assert (told["useful", "true"], told["useful", "false"]) == (None, None)
    assert told["useful", "answered"] == 11


def test_of_several_that_may_be_chosen_each_stands_against_all_who_did_not_choose_it() -> None:
    told = counted(*[{"ways": ["calls", "mail"]}] * 6, *[{"ways": ["calls"]}] * 5)
    assert (told["ways", "calls"], told["ways", "mail"]) == (11, 6)
    assert counted(*[{"ways": ["calls"]}] * 9, {"ways": ["mail"]})["ways", "calls"] is None


def test_how_many_wrote_something_is_counted_and_what_they_wrote_is_not() -> None:
    told = counted(*[{"why": "because"}] * 6)
    assert {name: n for name, n in told.items() if name[0] == "why"} == {
        ("why", "answered"): 6,
        ("why", "not answered"): 0,
    }


def test_answers_of_teams_are_counted_as_they_are() -> None:
    assert counted({"useful": True}, {"useful": False}, fills="team")["useful", "true"] == 1


def test_of_few_who_were_interviewed_no_number_tells_what_they_said_and_evaluators_read_each() -> None:
    four = ({"useful": True}, *[{"useful": False}] * 3)
    told = counted(*four, fills=INTERVIEW)
    assert {told["useful", value] for value in ("true", "false", "answered")} == {None}
    assert len(_rows("answers", four, INTERVIEW)) == 4


def test_what_somebody_says_who_runs_the_engagement_is_in_no_count() -> None:
    told = counted({"useful": True}, fills="team", ask="facilitator")
    assert (told["useful", "true"], told["useful", "answered"]) == (None, None)


def test_of_fewer_than_five_people_there_is_no_row_of_single_answers() -> None:
    assert _rows("answers", ({"useful": True},) * 4, "person") == []
    found = _rows("answers", ({"useful": True, "ways": ["calls", "mail"]},) * 5, "person")
    assert len(found) == 15
    assert (found[0]["value"], found[0]["value_en"], found[0]["number"]) == ("true", "Yes", None)
    assert [(row["part"], row["value_en"]) for row in found[1:3]] == [(1, "By calls"), (2, "By mail")]


@pytest.mark.parametrize("of", TABLES, ids=lambda one: one.table)
def test_each_column_says_what_it_means_and_each_key_is_a_column(of: Any) -> None:
    told = columns_of(of)
    assert all(column.description for column in told)
    assert {column.column for column in told if column.is_key} == set(of.key)


def test_the_page_of_the_dictionary_is_as_the_models_tell_it() -> None:
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs" / "dictionary.md"
    assert page.read_text("utf-8") == dictionary.as_document(), "make docs writes it again"
