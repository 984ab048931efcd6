"""What people say to evaluation, in plain words: answers, outcomes, goals, and rounds that are closed by hand."""

from datetime import date

from services.demo.known import Known
from services.demo.sentences.saying import Saying, alone
from shared.events import evaluation as said
from shared.events.base import Event

VERDICT = {"reached": "reached", "partly": "partly reached", "not_yet": "not yet reached", "missed": "missed"}


def tell(event: Event, known: Known, on: date) -> Saying | None:
    """The sentence for an event of evaluation, if people said it."""
    match event:
        case said.EvaluationAnswered():
            title = known.title(event.round_id)
            title = title[:1].lower() + title[1:]
            where = known.team(event.team_id) if event.team_id else "nobody knows where"
            return Saying(
                "Somebody from ", where, f" answers the {title}.", of_several=("People from ", f" answer the {title}.")
            )
        case said.EvaluationClosed() if not event.from_ledger:
            return alone(f"{known.title(event.round_id)} is closed by hand.")
        case said.OutcomeRecorded():
            where = known.place(event.jurisdiction) if event.jurisdiction else "all teams"
            return alone(f'A change is seen in {where}, at the level of {event.level}: "{event.statement}"')
        case said.OutcomeProposed():
            return alone(f"Perhaps an outcome, for the evaluator to look at: {event.statement}")
        case said.OutcomeDismissed():
            return alone(f"It was no outcome after all: {event.reason}")
        case said.GoalAssessed():
            goal = known.goals.get(event.goal_id)
            words = goal.statement if goal else event.goal_id
            return alone(f'A goal is judged, and it is {VERDICT[event.verdict]}: "{words}"')
    return None
