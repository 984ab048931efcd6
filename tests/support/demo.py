"""The demo's story of an imagined engagement, told turn by turn: what people said, and what the ledgers said of it."""

from datetime import datetime
from itertools import groupby
from typing import Any

from services.demo.days import told
from services.demo.known import Known
from services.demo.story import Story, Told, Turn
from shared.events import evaluation, followup
from shared.events.base import Event, Fact, say
from shared.playbooks.places import Places
from tests.support.saying import EASTERN, ENGAGEMENT, said

BECAUSE = "6c1f60a4-0f1b-5a53-9a43-0d3a8e0f6f11"


def at(day: str, hour: int = 9) -> datetime:
    """That hour of that day in Washington."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=EASTERN)


def task(kind: type[followup.Planned], key: str, title: str, due: str, n: int = 0, **more: Any) -> Fact:
    """What followup says of a task that is owed by the facilitator."""
    words: dict[str, Any] = {"to": "facilitator", "because": BECAUSE, "title": title, "due_at": at(due), "n": n, **more}
    rule = key.split("/", maxsplit=1)[0]
    return _said(kind(engagement_id=ENGAGEMENT, task_id=f"{ENGAGEMENT}/{key}", rule=rule, **words))


def done(key: str, on: str, **more: Any) -> Fact:
    """Somebody did a task, or (with `because`) a fact did."""
    words: dict[str, Any] = {"task_id": f"{ENGAGEMENT}/{key}", "on": on, **more}
    return _said(followup.FollowUpDone(engagement_id=ENGAGEMENT, **words))


def escalated(key: str, on: str) -> Fact:
    """Nobody did a task, and the supervisor is told."""
    words: dict[str, Any] = {"task_id": f"{ENGAGEMENT}/{key}", "n": 2, "on": on, "to": "supervisor"}
    return _said(followup.FollowUpEscalated(engagement_id=ENGAGEMENT, **words))


def a_round(kind: type[Event], **more: Any) -> Fact:
    """What evaluation says of the mid round."""
    key = f"{ENGAGEMENT}/mid/{ENGAGEMENT}/1"
    words: dict[str, Any] = {"round_id": key, "rule": "mid", "kind": "mid", "instrument": "mid-survey", **more}
    return _said(kind(engagement_id=ENGAGEMENT, **words))


def an_answer(team: str, number: int) -> Fact:
    """Somebody of a team answers the mid round."""
    key = f"{ENGAGEMENT}/mid/{ENGAGEMENT}/1"
    answered = evaluation.EvaluationAnswered(
        engagement_id=ENGAGEMENT, round_id=key, answer_id=f"a{number}", team_id=team, answers={}
    )
    return _said(answered)


class Listener:
    """Somebody who is told a story."""

    def __init__(self, *overdue: str) -> None:
        self.story = Story(Known(Places(), overdue={f"{ENGAGEMENT}/{key}" for key in overdue}))
        for code in ("KY", "VI", "FL"):
            fact = said("team_formed", team_id=code.lower(), jurisdiction=code, formed_on="2027-01-04")
            self.story.known.learn(fact, at("2027-01-04").date())

    def hears(self, day: str, *facts: Fact, hour: int = 9) -> Told:
        """One turn."""
        return self.story.hear(Turn(at(day, hour), facts))

    @property
    def sentences(self) -> list[str]:
        """Each fact as a sentence of its own."""
        return [entry.sentence for entry in self.story.entries]

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.story.entries]

    @property
    def lines(self) -> list[str]:
        """The lines as they are printed, without their dates."""
        days = groupby(self.story.told, key=lambda turn: turn.date)
        return [_shown(line.depth, line.text) for on, day in days for line in told(list(day), on)]


def _shown(depth: int, text: str) -> str:
    return f"-> {text}" if depth else text


def _said(event: Event) -> Fact:
    return say(event, at("2027-01-04"))
