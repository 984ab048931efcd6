"""What followup knows of tasks, contacts and teams at risk, and what it may be asked to do: one file a noun."""

from services.followup.domain.contacts import Candidate, Consent, Contact, Reached, consents, reached
from services.followup.domain.gate import AtTheGate, Reason
from services.followup.domain.inbox import GROUPS, Waiting, When, heaps
from services.followup.domain.tasks import DoTask, HandOverTask, Known, OfTask, SkipTask, SnoozeTask
from services.followup.domain.told import Heard, told
from services.followup.domain.under_way import UnderWay

__all__ = [
    "GROUPS", "AtTheGate", "Candidate", "Consent", "Contact", "DoTask", "HandOverTask", "Heard", "Known", "OfTask",
    "Reached", "Reason", "SkipTask", "SnoozeTask", "UnderWay", "Waiting", "When", "consents", "heaps", "reached",
    "told",
]  # fmt: skip
