"""Who is asked by name in a round, as evaluators see it: how far each has come, and whom no letter reached."""

from services.evaluation.domain.asked import AllAsked, asked_lines
from services.evaluation.domain.asking import as_they_stand, written_to
from services.evaluation.repository import asking
from shared.bus import inviting
from shared.bus.looking_on import Asks
from shared.obligations import ledger
from shared.storage import facts as kept
from shared.storage.work import Store


async def everybody(store: Store, asks: Asks, round_id: str) -> AllAsked:
    """Everybody who is asked in a round; of the letters to them, what the service that writes them tells."""
    async with store.look() as unit:
        row = await ledger.find(unit, round_id, "round")
        history = (await kept.histories(unit, [row.engagement]))[row.engagement]
        invited = as_they_stand(history, row, await asking.invitations(unit, round_id))
        form = await asking.form(unit, round_id)
    is_called = form is not None and form.instrument.held_as == "interview"
    people = sorted({person for one in invited for person in written_to(history, one)})
    letters = {} if is_called or not people else await inviting.letters(asks, round_id, people)
    return AllAsked(row, asked_lines(history, invited, letters or {}), is_called, letters is not None)
