"""The two sides of most benchmarks: the product, and the ceiling on tables and streams of the same make."""

from dataclasses import dataclass

from nats.js.api import AckPolicy, ConsumerConfig

from benchmarks.ceiling import CONSUMER
from benchmarks.ground import CLOCK, Ground, Place, Program
from benchmarks.requests import letters, published
from services import running
from shared.bus.streams import ENGAGEMENT
from shared.settings import Settings

HEARD = ("eng.intake.>", "eng.sessions.>", "eng.evaluation.>")


@dataclass
class Side:
    """A place, the program that works there, and the consumer by which it hears."""

    place: Place
    program: Program
    consumer: str


async def product(ground: Ground, name: str = "product") -> Side:
    """Followup, as `throughline run followup` runs it."""
    place = await ground.place(name)
    return Side(place, await ground.product(place), "followup")


async def ceiling(ground: Ground) -> Side:
    """The hand-written pipeline, on followup's own tables."""
    place = await ground.place("ceiling")
    [service] = running.build(Settings(data=place.folder, database=place.database), CLOCK, ["followup"])
    await service.prepare()
    await service.store.database.close()
    hears = ConsumerConfig(
        durable_name=CONSUMER, filter_subjects=list(HEARD), ack_policy=AckPolicy.ALL, max_ack_pending=20_000
    )
    await place.client.jetstream().add_consumer(ENGAGEMENT, hears)
    database = place.database or str(place.folder / "followup.db")
    program = await ground.run(place, "ceiling", "benchmarks.ceiling", place.bus.url, database)
    await place.say(letters(iter([published(CLOCK.now())])))
    await place.until(1, CONSUMER)
    return Side(place, program, CONSUMER)
