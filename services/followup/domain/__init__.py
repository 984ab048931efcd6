"""What followup knows of tasks, contacts and teams at risk, and what it may be asked to do: one file a noun."""

from services.followup.domain.contacts import Candidate, Consent, Contact, Reached, consents, reached
from services.followup.domain.entries import KEPT, Ahead, Entry, entries
from services.followup.domain.feeds import Feed, Issue, MadeFeed, MakeFeed, RevokeFeed
from services.followup.domain.gate import AtTheGate, Reason
from services.followup.domain.inbox import GROUPS, Waiting, When, heaps
from services.followup.domain.tasks import DoTask, HandOverTask, Known, OfTask, SkipTask, SnoozeTask
from services.followup.domain.told import Heard, told
from services.followup.domain.under_way import UnderWay

__all__ = [
    "GROUPS", "KEPT", "Ahead", "AtTheGate", "Candidate", "Consent", "Contact", "DoTask", "Entry", "Feed",
    "HandOverTask", "Heard", "Issue", "Known", "MadeFeed", "MakeFeed", "OfTask", "Reached", "Reason", "RevokeFeed",
    "SkipTask", "SnoozeTask", "UnderWay", "Waiting", "When", "consents", "entries", "heaps", "reached", "told",
]  # fmt: skip
