"""How a service hears facts: the whole ear in each process, or each process its share of the lanes."""

from shared.bus.broker import Broker
from shared.bus.delivery import PutAside, Take
from shared.bus.dividing import Division, Turn
from shared.bus.ears import Ear
from shared.bus.lanes import divided
from shared.bus.listening import listen
from shared.settings import Settings
from shared.storage.database import Database
from shared.storage.lots import StoredLots


def hear_facts(
    broker: Broker, ear: Ear, database: Database, told: Settings, take: Take, put_aside: PutAside
) -> Division | None:
    """From the broker's start to its stop; what tells which lanes are heard here, if there are any."""
    if told.lanes == 1:
        listen(broker, ear, take, put_aside, told.batch, told.ack_wait)
        return None
    turns = [Turn(lane) for lane in divided(ear, told.lanes)]
    for turn in turns:
        listen(broker, turn.ear, take, put_aside, told.batch, told.ack_wait, turn)
    # Before the bus gives away what a silent process has in hand, its lanes are somebody else's.
    silent_for = told.ack_wait / 2
    return Division(turns, StoredLots(database, told.lanes, silent_for), broker, silent_for, told.ack_wait)
