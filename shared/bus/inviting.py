"""What followup asks evaluation, to write to people: whom a round asks, and by which link each gets to its form.

A link is made at the moment at which the letter with it goes out, and kept by nobody on the way. Evaluation asks back
whom the letters reached.
"""

from collections.abc import Mapping, Sequence

import structlog
from pydantic import ValidationError

from shared.bus.looking_on import Asks
from shared.errors import Refused
from shared.invited import MOST, Forms, Letters, OfLetter, OfLetters, OfPerson, OfRound, Round

log = structlog.get_logger()
KEEPER, WHOM, FORMS = "evaluation", "whom", "forms"
"""Who keeps the rounds, and what it is asked for."""
WRITER, LETTERS = "followup", "letters"
"""Who writes to people, and what it is asked for."""


async def whom(asks: Asks, round_id: str) -> Round | None:
    """Whom a round asks who has not answered; none where evaluation does not answer. Raises what it refuses."""
    found: Round | None = None
    after: str | None = ""
    while after is not None:
        answer = await asks(KEEPER, WHOM, OfRound(round_id=round_id, after=after).model_dump(mode="json"))
        if answer is None:
            return None
        told = Round.model_validate(answer)
        before = found.waiting if found else ()
        found, after = told.model_copy(update={"waiting": (*before, *told.waiting)}), told.after
    return found


async def forms(asks: Asks, round_id: str, person_id: str) -> Forms | None:
    """New links to what a person is asked; none where evaluation does not answer. Raises where nothing is any more."""
    answer = await asks(KEEPER, FORMS, OfPerson(round_id=round_id, person_id=person_id).model_dump(mode="json"))
    return None if answer is None else Forms.model_validate(answer)


async def letters(asks: Asks, round_id: str, people: Sequence[str]) -> Mapping[str, OfLetter] | None:
    """What became of the letter to each; none where that is not known here and now."""
    found: dict[str, OfLetter] = {}
    for some in (people[start : start + MOST] for start in range(0, len(people), MOST)):
        try:
            question = OfLetters(round_id=round_id, people=tuple(some))
            answer = await asks(WRITER, LETTERS, question.model_dump(mode="json"))
            if answer is None:
                return None
            found |= {one.person_id: one for one in Letters.model_validate(answer).letters}
        except (Refused, ValidationError) as error:
            log.info("not_told", what=LETTERS, why=type(error).__name__)
            return None
    return found
