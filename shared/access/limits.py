"""How much somebody may ask for: so many a minute, some of them at once, and after that as fast as time passes."""

from collections import OrderedDict
from dataclasses import dataclass, field

REMEMBERED = 10_000
"""The most who are counted at once; whoever asked least recently is forgotten first."""


@dataclass
class Limit:
    """Counts by whom; pure but for what it remembers: the seconds come in as an argument."""

    a_minute: int
    """0 counts nobody."""
    _left: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)

    def waits(self, who: str, seconds: float) -> float:
        """Count one more by this one; tells for how many seconds it has to wait, 0.0 where it need not."""
        if not self.a_minute:
            return 0.0
        speed = self.a_minute / 60
        left, before = self._left.pop(who, (float(self.a_minute), seconds))
        left = min(float(self.a_minute), left + max(0.0, seconds - before) * speed)
        may = left >= 1
        self._left[who] = (left - 1 if may else left, seconds)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0.0 if may else (1 - left) / speed
