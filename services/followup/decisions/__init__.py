"""What followup decides: what becomes of a task, and whether a team may be contacted."""

from services.followup.decisions.contacts import Judged, is_made_by_hand, judge, judge_each, made_by_hand
from services.followup.decisions.tasks import do, hand_over, skip, snooze, told

__all__ = [
    "Judged",
    "do",
    "hand_over",
    "is_made_by_hand",
    "judge",
    "judge_each",
    "made_by_hand",
    "skip",
    "snooze",
    "told",
]
