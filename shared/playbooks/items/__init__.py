"""The items that rules stand on, as a history has them: each with its zone, its moments and its attributes."""

from shared.playbooks.items.item import Item, Values
from shared.playbooks.items.made import Items

__all__ = ["Item", "Items", "Values"]
