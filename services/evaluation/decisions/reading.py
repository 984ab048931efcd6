"""Who said what in a round: when single answers may be read, and what of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.evaluation.decisions.suppressing import is_small, kept_back
from services.evaluation.domain import Answer
from services.evaluation.domain.asking import FEWEST
from services.evaluation.domain.reading import OneAnswer
from shared.errors import Refused
from shared.events.fields import RUNNERS
from shared.instruments import Form
from shared.obligations.reconcile import Row


class KeptBack(Refused):
    """Fewer than five people have answered round {round_id}: it could be seen whose an answer is, so none is shown."""


def is_of_people(row: Row, form: Form | None) -> bool:
    """Whether answers of a round are what persons said for themselves, and not to whoever reads them.

    What a team says as one, what an evaluator noted in an interview, and what those say who run the engagement is not.
    """
    if row.ask in RUNNERS:
        return False
    return form is None or (form.instrument.fills == "person" and form.instrument.held_as == "form")


def is_counted_openly(row: Row, form: Form | None) -> bool:
    """Whether counts of the answers in a round may be small: only where teams answer as one.

    Who was interviewed said it in confidence of all but the evaluators, and who runs the engagement is known by name.
    """
    return form is not None and form.instrument.fills == "team" and row.ask not in RUNNERS


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be read of the answers in a round, one by one."""

    of_people: bool
    answers: int
    teams_to_hide: frozenset[str | None]

    @property
    def is_open(self) -> bool:
        """Whether there are so many that nobody can see whose each is."""
        return not self.of_people or self.answers >= FEWEST

    def shown(self, answer: Answer) -> OneAnswer:
        """An answer as it is read: of people without the time, and without a team of which few have answered."""
        words = answer.model_dump()
        if self.of_people:
            words |= {"answered_at": None}
            words |= {"team_id": None} if answer.team_id in self.teams_to_hide else {}
        return OneAnswer(**words)


def reading(row: Row, form: Form | None, by_team: Mapping[str | None, int]) -> Reading:
    """What may be read in a round in which so many have answered for each team.

    Those of which no team was told count as a team of their own that is never told, so that nobody is left over.
    """
    hidden = kept_back(by_team, always=[None])
    return Reading(is_of_people(row, form), sum(by_team.values()), hidden)


def whose(answers: Sequence[OneAnswer], linked: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Who gave which answers of a round, by their ids: those who said that it may be known.

    Nobody where few are left who did not, so that theirs are not the ones that remain.
    """
    agreed = {one.answer_id: linked.get((one.round_id, one.answer_id)) for one in answers}
    left = Counter(one.team_id for one in answers if agreed[one.answer_id] is None)
    told = {one.answer_id: agreed[one.answer_id] for one in answers if not is_small(left[one.team_id])}
    return {id: person for id, person in told.items() if person is not None}
