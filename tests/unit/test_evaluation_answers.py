"""Answers belong to their round: a team may answer two rounds under one name."""

from datetime import UTC, datetime

from services.evaluation import domain
from shared.events.base import say
from shared.events.evaluation import EvaluationAnswered
from shared.playbooks.history import History, fold

NOW = datetime(2027, 1, 4, 15, tzinfo=UTC)


def test_a_team_that_answers_two_rounds_under_one_name_has_answered_both() -> None:
    rounds = ("e1/mid/e1/1", "e1/end/e1/1")
    answered = [
        EvaluationAnswered(engagement_id="e1", round_id=round_id, answer_id="ky", answers={"useful": number})
        for number, round_id in enumerate(rounds)
    ]
    known = domain.known(fold(History("e1"), [say(event, NOW) for event in answered]))
    assert {one.round_id: one.answers for one in known.answers.values()} == {
        "e1/mid/e1/1": {"useful": 0},
        "e1/end/e1/1": {"useful": 1},
    }
