"""Whatever order facts come in, trackers know in the end which outcomes are beside their request, each told once."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain import fates
from services.evaluation.domain.fates import Answer, Fate
from shared.events.base import Fact, say
from shared.events.evaluation import EvaluationFactRetracted
from shared.events.intake import IntakeFactRetracted
from shared.playbooks.history import History, fold
from tests.support.saying import NOW, said

REQUEST = "-/r1"


def outcome(id: str, engagement: str, place: str | None, revision: int = 0, **more: Any) -> Fact:
    told = {
        "level": "practice",
        "seen_on": "2027-02-01",
        "evidence": "told",
        "source": "report",
        "statement": id,
        **more,
    }
    words: dict[str, Any] = {"engagement_id": engagement, "outcome_id": id, "jurisdiction": place, "revision": revision}
    return said("outcome_recorded", **words, **told)


def answered(engagement: str, revision: int) -> Fact:
    return said("ta_request_answered", engagement_id=engagement, how="engagement", revision=revision)


MOVED = outcome("o1", "e1", "GU", 1)
ALL: tuple[tuple[str, Fact], ...] = (
    (REQUEST, said("ta_request_logged")),
    (REQUEST, said("ta_request_logged", jurisdiction="GU", revision=1)),
    (REQUEST, answered("e1", 0)),
    (REQUEST, answered("e2", 1)),
    (REQUEST, say(IntakeFactRetracted(fact_id=answered("e2", 1).id, reason="wrong"), NOW)),
    ("e1", outcome("o1", "e1", "KY")),
    ("e1", MOVED),
    ("e1", say(EvaluationFactRetracted(engagement_id="e1", fact_id=MOVED.id, reason="wrong"), NOW)),
    ("e1", outcome("o2", "e1", None, team_id="ky")),
    ("e1", said("team_formed")),
    ("e1", said("team_changed", jurisdiction="GU", revision=1, changed_on="2027-02-02")),
    ("e2", outcome("o3", "e2", "KY")),
    ("e2", outcome("o4", "e2", "GU")),
)


def told(facts: Sequence[tuple[str, Fact]]) -> tuple[list[Fate], dict[str, History]]:
    """What a tracker hears while these facts come, one by one."""
    known = {line: History(line) for line in (REQUEST, "e1", "e2")}
    heard: list[Fate] = []
    for line, fact in facts:
        before, after = known[line], fold(known[line], [fact])
        if line == REQUEST:
            heard += fates.of_request(before, after, [fact], known)
        else:
            mine = fates.answer_of(known[REQUEST])
            seen = [one for one in fates.of_outcomes(before, after, [fact]) if mine == Answer(line, one.place)]
            heard += [it for one in seen if (it := fates.to_request(known[REQUEST], one))]
        known[line] = after
    return heard, known


@given(st.permutations(ALL), st.integers(1, len(ALL)))
def test_a_tracker_knows_the_outcomes_that_stand(facts: Sequence[tuple[str, Fact]], some: int) -> None:
    heard, known = told(facts[:some])
    assert len({one.id for one in heard}) == len(heard)
    standing: set[str] = set()
    for one in heard:
        _, word = fates.addressed(one.type, one.body)
        for id in ("o1", "o2", "o3", "o4"):
            if f'"outcome_id":"{id}"' in one.body:
                (standing.add if word == "outcome_recorded" else standing.discard)(id)
    answer = fates.answer_of(known[REQUEST])
    assert standing == (set(fates.seen_by(answer, known)) if answer else set())
