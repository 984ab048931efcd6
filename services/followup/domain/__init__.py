"""What followup knows of tasks, contacts and teams at risk, and what it may be asked to do: one file a noun."""

from services.followup.domain.contacts import Candidate, Contact, Reached, reached
from services.followup.domain.entries import KEPT, Ahead, Entry, entries
from services.followup.domain.feeds import Feed, Issue, MadeFeed, MakeFeed, RevokeFeed
from services.followup.domain.inbox import GROUPS, Waiting, When, heaps, in_a_week, next_working_day
from services.followup.domain.line import LANES, Lane, Placed, line
from services.followup.domain.outreach import Allowance, Outreach
from services.followup.domain.seats import Seated, seats
from services.followup.domain.tasks import DoTask, HandOverTask, Known, OfTask, SkipTask, SnoozeTask
from services.followup.domain.told import Heard, told
from services.followup.domain.under_way import UnderWay
from shared.playbooks.gate import AtTheGate, Reason

__all__ = [
    "GROUPS", "KEPT", "LANES", "Ahead", "Allowance", "AtTheGate", "Candidate", "Contact", "DoTask", "Entry",
    "Feed", "HandOverTask", "Heard", "Issue", "Known", "Lane", "MadeFeed", "MakeFeed", "OfTask", "Outreach", "Placed",
    "Reached", "Reason", "RevokeFeed", "Seated", "SkipTask", "SnoozeTask", "UnderWay", "Waiting", "When",
    "entries", "heaps", "in_a_week", "line", "next_working_day", "reached", "seats", "told",
]  # fmt: skip
