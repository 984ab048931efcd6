"""What people do with their tasks, in plain words: put off, handed over; and whom nobody contacted."""

from datetime import date

from services.demo.known import Known, written
from services.demo.sentences.saying import Saying, alone
from shared.events import followup as said
from shared.events.base import Event


def tell(event: Event, known: Known, on: date) -> Saying | None:
    """The sentence for what somebody did with a task that is still to be done."""
    if not isinstance(event, said.OfTask):
        return None
    title = known.title(event.task_id)
    match event:
        case said.FollowUpSnoozed():
            note = f' ("{event.note}")' if event.note else ""
            return alone(f"Put off until {written(event.until, on)}: {title}{note}")
        case said.FollowUpHandedOver():
            note = f' ("{event.note}")' if event.note else ""
            return alone(f"Handed over to the {event.to.replace('_', ' ')}: {title}{note}")
        case said.ContactSuppressed():
            if event.left_out:
                return alone(f"Not contacted with the others ({event.reason}): {title}")
            return alone(f"Nobody is contacted, for the {event.rule} forbids it: {title}")
        case said.ReminderSent():
            return alone(f"Reminded by {event.channel}: {title}")
    return None
