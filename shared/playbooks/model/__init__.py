"""The model of playbooks: the grammar that program staff write in, and how a text of theirs is read."""

from shared.playbooks.model.contacts import Cap, Contacts
from shared.playbooks.model.grammar import DESK, OUTSIDE, TASK, Playbook, Rule, for_editors
from shared.playbooks.model.header import Demand
from shared.playbooks.model.reading import read
from shared.playbooks.model.written import BadPlaybook

__all__ = [
    "DESK", "OUTSIDE", "TASK", "BadPlaybook", "Cap", "Contacts", "Demand", "Playbook", "Rule", "for_editors", "read",
]  # fmt: skip
