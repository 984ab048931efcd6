"""Facts in plain words of the field: one sentence for each that people or trackers said."""

from datetime import date

from services.demo.known import Known
from services.demo.sentences import evaluation, followup, intake, sessions
from services.demo.sentences.saying import Saying, alone
from shared.events.base import Fact, FactRetracted
from shared.events.catalogue import short


def tell(fact: Fact, known: Known, on: date) -> Saying:
    """What was said, told on the day `on`; `known` is what the listener knew before."""
    if isinstance(fact.event, FactRetracted):
        taken_back = known.sentences.get(fact.event.fact_id, "something nobody here has heard of")
        return alone(f'Taken back, as if never said: "{taken_back}" The reason: {fact.event.reason}')
    for words in (intake.tell, sessions.tell, evaluation.tell, followup.tell):
        if (saying := words(fact.event, known, on)) is not None:
            return saying
    return alone(f"{short(fact.event.type).replace('_', ' ').capitalize()}.")
