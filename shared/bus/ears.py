"""What services hear of the streams: ears, and how the server keeps them as they must be.

An ear may be divided into lanes: docs/decisions/0062.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy, ReplayPolicy
from nats.js.errors import NotFoundError

from shared.bus.differing import WITHIN, BusDiffers, asking, word
from shared.events.catalogue import SPEAKERS
from shared.settings import LANES

log = structlog.get_logger()

ENGAGEMENT = "ENGAGEMENT"
"""The stream of which an ear may be divided into lanes."""
ACK_WAIT = 30.0
"""Seconds after which an unanswered message is given to somebody else; who needs longer says so in between."""
WENT_ON = "throughline-went-on"
"""Marks an ear of which the past was heard in other lanes."""
HEARS = "throughline-hears"
"""Tells, of an ear to which the server gives more than that, what is heard there."""
WHOLE = "eng.>"
"""All of the stream of which an ear may be divided into lanes."""
UNSET = ("headers_only", "inactive_threshold", "backoff", "rate_limit_bps", "pause_until")
"""Settings with which an ear would hear no bodies, be forgotten, hear again too soon, too slowly, or not at all."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What a service hears of a stream; its replicas share one ear, or each has some lanes of it to itself."""

    service: str
    stream: str
    subjects: tuple[str, ...]
    lane: int = 1
    lanes: int = 1

    @property
    def durable(self) -> str:
        """What the server calls it."""
        return self.service if self.lanes == 1 else f"{self.service}-{self.lane}-of-{self.lanes}"

    @property
    def given(self) -> list[str]:
        """The subjects of which the server is asked to give messages: a lane that hears all others is given all.

        To look for the next one on one of several subjects takes nats-server 2.15 a hundred microseconds, once for each
        lane; to give the next one whatever its subject is, three.
        """
        others = (f"eng.{speaker}.>" for speaker in SPEAKERS if speaker != self.service)
        is_all = len(self.subjects) > 1 and all(self.hears(subject) for subject in others)
        return [WHOLE] if self.lanes > 1 and is_all else sorted(self.subjects)

    def is_own(self, subject: str) -> bool:
        """Whether it is its own service that speaks there: of the whole stream, all that it does not hear.

        What a later version hears of others besides is not passed over, whichever version has the lane.
        """
        return covers(f"eng.{self.service}.>", subject) and not self.hears(subject)

    def in_lanes(self, lanes: int) -> "tuple[Ear, ...]":
        """The same, divided into so many lanes."""
        return tuple(replace(self, lane=lane, lanes=lanes) for lane in range(1, lanes + 1))

    def hears(self, subject: str) -> bool:
        """Whether something said on `subject` reaches it."""
        return any(covers(pattern, subject) for pattern in self.subjects)

    def __str__(self) -> str:
        return f"Ear {self.durable} on stream {self.stream}"


async def provide_ear(js: JetStreamContext, ear: Ear, ack_wait: float, only_look: bool) -> list[str]:
    """Create an ear that lacks, change what differs, and tell what was done, or would be."""
    wanted = _consumer(ear, ack_wait)
    try:
        found = await js.consumer_info(ear.stream, ear.durable)
    except NotFoundError:
        if not only_look:
            await asking(str(ear), js.add_consumer(ear.stream, await _going_on(js, ear, wanted)))
        return [f"{ear} created"]
    has = found.config
    _refuse_another_kind(ear, has, wanted)
    if new := _new_subjects(has, wanted):
        # A changed filter would only hear what comes from now on; a new ear hears all from the beginning.
        if not only_look:
            await _make_anew(js, ear, wanted)
        return [f"{ear} begins again, as it now also hears {', '.join(new)}"]
    if (after := await _heard_by_others(js, ear)) > _floor(found):
        if not only_look:
            await _make_anew(js, ear, await _going_on(js, ear, wanted))
        return [f"{ear} goes on after message {after}, up to which other lanes have heard all"]
    if (changes := _changes(has, wanted)) and not only_look:
        began = {"deliver_policy": has.deliver_policy, "opt_start_seq": has.opt_start_seq}
        told = {name: text for name, text in (has.metadata or {}).items() if name != HEARS} | (wanted.metadata or {})
        await asking(str(ear), js.add_consumer(ear.stream, wanted.evolve(**began, metadata=told)))
    return [f"{ear}: {', '.join(changes)} changed"] if changes else []


def _changes(has: ConsumerConfig, wants: ConsumerConfig) -> list[str]:
    changes = [
        key for key in ("ack_wait", "max_deliver", "max_ack_pending") if getattr(has, key) != getattr(wants, key)
    ]
    # Unset is unset, in whatever way the server says it.
    changes += [key for key in UNSET if getattr(has, key)]
    is_same = (_filters(has), _heard(has)) == (_filters(wants), _heard(wants))
    return changes if is_same else [*changes, "filter_subjects"]


async def begin_again(client: Client, ears: Sequence[Ear], ack_wait: float = ACK_WAIT) -> None:
    """Have an ear, in all its lanes, hear its stream from the beginning; what was heard before is recognised."""
    js = client.jetstream(timeout=WITHIN)
    for other in (lane for some in _divided_otherwise(ears[0]) for lane in some):
        # How far it was says nothing any more.
        with contextlib.suppress(NotFoundError):
            await js.delete_consumer(other.stream, other.durable)
    for ear in ears:
        await _make_anew(js, ear, _consumer(ear, ack_wait))
        log.info("bus.ear_begins_again", ear=str(ear))


async def retire_others(js: JetStreamContext, ear: Ear) -> None:
    """Take away the lanes into which this ear is not divided any more, once nobody listens there."""
    for others in _divided_otherwise(ear):
        found = await _all_there(js, others)
        if found and not any(info.num_waiting or info.num_ack_pending for info in found):
            for other in others:
                with contextlib.suppress(NotFoundError):
                    await js.delete_consumer(other.stream, other.durable)
            log.info("bus.lanes_retired", service=ear.service, lanes=len(others))


async def _make_anew(js: JetStreamContext, ear: Ear, wanted: ConsumerConfig) -> None:
    with contextlib.suppress(NotFoundError):
        await js.delete_consumer(ear.stream, ear.durable)
    await asking(str(ear), js.add_consumer(ear.stream, wanted))


async def _going_on(js: JetStreamContext, ear: Ear, wanted: ConsumerConfig) -> ConsumerConfig:
    """An ear that begins after what was heard when it was divided otherwise."""
    after = await _heard_by_others(js, ear)
    if not after:
        return wanted
    began = {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": after + 1}
    return wanted.evolve(**began, metadata={**(wanted.metadata or {}), WENT_ON: str(after)})


async def _heard_by_others(js: JetStreamContext, ear: Ear) -> int:
    """The message up to which all was heard when this ear was divided otherwise; 0 where it never was."""
    floors, wanted = [0], _consumer(ear, ACK_WAIT)
    for others in _divided_otherwise(ear):
        found = await _all_there(js, others)
        if found and not any(_new_subjects(info.config, wanted) for info in found):
            floors.append(min(map(_floor, found)))
    return max(floors)


def _divided_otherwise(ear: Ear) -> Iterator[tuple[Ear, ...]]:
    return (ear.in_lanes(lanes) for lanes in LANES if lanes != ear.lanes and ear.stream == ENGAGEMENT)


async def _all_there(js: JetStreamContext, ears: Sequence[Ear]) -> list[ConsumerInfo]:
    """What the server tells of these; nothing where one of them lacks."""
    try:
        return [await js.consumer_info(ear.stream, ear.durable) for ear in ears]
    except NotFoundError:
        return []


def went_on(info: ConsumerInfo) -> bool:
    """Whether an ear began after what was heard in other lanes."""
    return WENT_ON in (info.config.metadata or {})


def _floor(info: ConsumerInfo) -> int:
    return int(info.ack_floor.stream_seq) if info.ack_floor else 0


def _consumer(ear: Ear, ack_wait: float) -> ConsumerConfig:
    return ConsumerConfig(
        name=ear.durable,
        durable_name=ear.durable,
        filter_subjects=ear.given,
        metadata={HEARS: " ".join(sorted(ear.subjects))} if ear.given == [WHOLE] else {},
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        ack_wait=ack_wait,
        max_deliver=-1,
        max_ack_pending=20_000,
    )


def _refuse_another_kind(ear: Ear, has: ConsumerConfig, wants: ConsumerConfig) -> None:
    remedy = "stop the services, delete the consumer, and start again; what was heard twice changes nothing."
    settings = ["deliver_subject", "ack_policy", "replay_policy"]
    settings += [] if WENT_ON in (has.metadata or {}) else ["deliver_policy"]
    for setting in settings:
        mine, theirs = getattr(wants, setting), getattr(has, setting)
        if mine != theirs:
            raise BusDiffers(str(ear), setting, word(theirs), word(mine), remedy)


def _filters(config: ConsumerConfig) -> set[str]:
    return set(config.filter_subjects or ([config.filter_subject] if config.filter_subject else []))


def _heard(config: ConsumerConfig) -> set[str]:
    """What is heard there of what the server gives."""
    told = set((config.metadata or {}).get(HEARS, "").split())
    return told if told and _filters(config) == {WHOLE} else _filters(config)


def _new_subjects(has: ConsumerConfig, wants: ConsumerConfig) -> list[str]:
    """What is wanted and has not been heard so far."""
    heard = _heard(has)
    return sorted(subject for subject in _heard(wants) if not any(covers(old, subject) for old in heard))


def covers(pattern: str, subject: str) -> bool:
    """Whether whoever hears `pattern` hears all of `subject`."""
    wide, narrow = pattern.split("."), subject.split(".")
    for place, word_ in enumerate(wide):
        if word_ == ">":
            return len(narrow) > place
        if place >= len(narrow) or narrow[place] == ">" or word_ not in {"*", narrow[place]}:
            return False
    return len(wide) == len(narrow)
