"""How a service hears facts: the whole ear in each process, or each process its share of the lanes."""

from collections.abc import Awaitable, Callable, Sequence
from zlib import crc32

from shared.bus.broker import Broker
from shared.bus.delivery import PutAside, Take
from shared.bus.dividing import Division, Turn
from shared.bus.ears import Ear
from shared.bus.lanes import divided
from shared.bus.listening import listen
from shared.events.base import Fact
from shared.settings import Settings
from shared.storage.database import Database
from shared.storage.lots import StoredLots
from shared.storage.work import Store
from shared.use_cases import side_by_side

MANY = 100
"""Facts from which on a batch is divided: below, a second transaction costs more than it brings."""


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


async def hear_side_by_side(
    hear: Callable[[Store, Sequence[Fact]], Awaitable[None]], store: Store, facts: Sequence[Fact]
) -> None:
    """Hear a batch; on PostgreSQL a large one in two halves, so that one is worked out while the other is written.

    All of a line is in one half, in order. To each other they are what two replicas are. Where one half cannot be
    heard, its error is raised although the other may be on record: to hear it once more changes nothing.
    """
    if store.database.is_sqlite or len(facts) < MANY:
        await hear(store, facts)
        return
    halves: tuple[list[Fact], list[Fact]] = ([], [])
    # By another hash than lanes: else all of a lane would be in one half.
    for fact in facts:
        halves[crc32(fact.line.encode()) % 2].append(fact)
    await side_by_side(*(hear(store, half) for half in halves if half))
