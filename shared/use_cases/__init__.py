"""What every service does alike: obey a command, hear facts, retract one of its own. Open work, decide, record."""

from shared.use_cases.given import C, Decide, K, Know, Known, Record
from shared.use_cases.hearing import hear
from shared.use_cases.obeying import TakenBack, obey, obey_all
from shared.use_cases.passing import at_once, pass_time, plan_all_that_waits, until_done
from shared.use_cases.retracting import FollowsFromOthers, NotOurs, TakenBackAlready, retract, retract_all
from shared.use_cases.trying import side_by_side

__all__ = [
    "C", "Decide", "FollowsFromOthers", "K", "Know", "Known", "NotOurs", "Record", "TakenBack", "TakenBackAlready",
    "at_once", "hear", "obey", "obey_all", "pass_time", "plan_all_that_waits", "retract", "retract_all", "side_by_side",
    "until_done",
]  # fmt: skip
