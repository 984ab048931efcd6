"""The streams and the ears of the services: the one place that creates or changes them."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

log = structlog.get_logger()

ENGAGEMENT = "ENGAGEMENT"
INBOUND = "INBOUND"
ASIDE = "ASIDE"
OUTCOMES = "OUTCOMES"
"""What evaluators may read: outcomes and verdicts alone, each once; see shared/bus/outcomes.py."""
FATES = "FATES"
"""What trackers may read, each what became of its own requests; see shared/bus/telling.py."""
DAY = 24 * 3600.0
ACK_WAIT = 30.0
"""Seconds after which an unanswered message is given to somebody else; who needs longer says so in between."""
WITHIN = 15.0
"""Seconds that a server gets to make one stream or ear: each is written to its disk, which may be slow."""
NOT_YET = (None, 10008, 10039, 10076)
"""What a server says of JetStream, or nobody at all, while it reads accounts anew or its cluster looks for a leader."""

MAKE_AGAIN = "back the stream up, delete it, and start again; the databases say again what it lacks."
NEVER = {
    "sealed": "it takes nothing any more",
    "mirror": "it only repeats another stream",
    "persist_mode": "it confirms what it has not stored",
    "allow_msg_counter": "it only counts",
    "template_owner": "a template owns it",
}
"""Settings of a stream that can never be changed back, and what they would do to us."""


class BusDiffers(Exception):
    """{what}: {setting} is {has} but must be {wants}. It cannot be changed in place: {remedy}"""

    def __init__(self, what: str, setting: str, has: object, wants: object, remedy: str) -> None:
        self.what, self.setting, self.has, self.wants = what, setting, has, wants
        super().__init__((self.__doc__ or "").format(what=what, setting=setting, has=has, wants=wants, remedy=remedy))


@dataclass(frozen=True, slots=True)
class Ear:
    """What a service hears of a stream; its replicas share one ear."""

    service: str
    stream: str
    subjects: tuple[str, ...]

    def hears(self, subject: str) -> bool:
        """Whether something said on `subject` reaches it."""
        return any(_covers(pattern, subject) for pattern in self.subjects)

    def __str__(self) -> str:
        return f"Ear {self.service} on stream {self.stream}"


def stream_of(subject: str) -> str:
    """The stream that keeps `subject`."""
    kept = {"eng": ENGAGEMENT, "inbound": INBOUND, "aside": ASIDE, "outcomes": OUTCOMES, "fates": FATES}
    return kept[subject.partition(".")[0]]


async def provision(
    client: Client,
    ears: Sequence[Ear],
    replicas: int = 1,
    ack_wait: float = ACK_WAIT,
    only_look: bool = False,
    within: float = WITHIN,
) -> list[str]:
    """Create what lacks, change what differs, and tell what was done (or, with `only_look`, what would be).

    Each request waits `within` seconds for its answer. To do it again does nothing twice.
    Raises BusDiffers where a difference cannot be mended without losing what is stored.
    """
    js = client.jetstream(timeout=within)
    version = client.connected_server_version
    done: list[str] = []
    for wanted in _streams(replicas, atomic=(version.major, version.minor) >= (2, 12)):
        done += await _provide_stream(js, wanted, only_look)
    for ear in ears:
        done += await _provide_ear(js, ear, ack_wait, only_look)
    for deed in () if only_look else done:
        log.info("bus.provided", what=deed)
    return done


def _streams(replicas: int, atomic: bool) -> list[dict[str, object]]:
    common = {
        "retention": RetentionPolicy.LIMITS,
        "storage": StorageType.FILE,
        "num_replicas": replicas,
        "discard": DiscardPolicy.NEW,
        "allow_direct": True,
        # Each of these would have the server drop or refuse what was said. A limit in bytes is somebody's decision: at
        # it the stream refuses (discard new), and what it refuses waits in the outbox.
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "max_msg_size": -1,
        "discard_new_per_subject": False,
        "allow_rollup_hdrs": False,
        "subject_transform": None,
    }
    facts = {"name": ENGAGEMENT, "subjects": ["eng.>"], "max_age": 0.0, "duplicate_window": 3600.0, "no_ack": False}
    # no_ack: whoever asks with a reply subject waits for intake's answer, not for the stream's (docs/decisions/0021).
    # A sender's Nats-Msg-Id proves nothing: whoever guessed another's would have theirs dropped. It counts for the
    # shortest time that the server knows; intake recognises repetitions by what they say.
    inbound = {"name": INBOUND, "subjects": ["inbound.>"], "max_age": 90 * DAY, "duplicate_window": 0.1, "no_ack": True}
    aside = {"name": ASIDE, "subjects": ["aside.>"], "max_age": 90 * DAY, "duplicate_window": 3600.0, "no_ack": False}
    # Its subjects end in the id of what is told: it takes each but once, however often it is brought.
    once = {"max_msgs_per_subject": 1, "discard_new_per_subject": True}
    outcomes = {
        "name": OUTCOMES,
        "subjects": ["outcomes.>"],
        "max_age": 0.0,
        "duplicate_window": 120.0,
        "no_ack": False,
    }
    # A mailbox: what is older can be read by HTTP. No tracker's fates push out those of another.
    fates = {"name": FATES, "subjects": ["fates.>"], "max_age": 90 * DAY, "duplicate_window": 3600.0, "no_ack": False}
    fates |= {"max_msgs_per_subject": 100_000, "discard": DiscardPolicy.OLD}
    said_by_us = common | ({"allow_atomic": True} if atomic else {})
    return [said_by_us | facts, common | inbound, said_by_us | aside, common | outcomes | once, common | fates]


async def _provide_stream(js: JetStreamContext, wanted: Mapping[str, object], only_look: bool) -> list[str]:
    name = str(wanted["name"])
    try:
        has = (await js.stream_info(name)).config
        await _refuse_another_stream(js, name)
    except NotFoundError:
        if not only_look:
            await _asking(f"Stream {name}", js.add_stream(StreamConfig().evolve(**wanted)))
        return [f"stream {name} created"]
    changes = {key: value for key, value in wanted.items() if getattr(has, key) != value}
    if (has.num_replicas or 1) >= _number(wanted["num_replicas"]):
        # More replicas than asked for is somebody's wise decision.
        changes.pop("num_replicas", None)
    for setting in ("storage", "retention"):
        if setting in changes:
            raise BusDiffers(
                f"Stream {name}", setting, _word(getattr(has, setting)), _word(wanted[setting]), MAKE_AGAIN
            )
    if changes and not only_look:
        await _asking(f"Stream {name}", js.update_stream(has.evolve(**changes)))
    return [f"stream {name}: {key} changed from {getattr(has, key)} to {value}" for key, value in changes.items()]


async def _refuse_another_stream(js: JetStreamContext, name: str) -> None:
    """What cannot be unset again; asked in the server's own words, as our client does not know them all."""
    told = json.loads((await js._nc.request(f"$JS.API.STREAM.INFO.{name}", timeout=js._timeout)).data)
    for setting, why in NEVER.items():
        if (has := told.get("config", {}).get(setting)) and has != "default":
            raise BusDiffers(f"Stream {name}", setting, json.dumps(has), f"unset ({why})", MAKE_AGAIN)


async def _provide_ear(js: JetStreamContext, ear: Ear, ack_wait: float, only_look: bool) -> list[str]:
    wanted = _consumer(ear, ack_wait)
    try:
        has = (await js.consumer_info(ear.stream, ear.service)).config
    except NotFoundError:
        if not only_look:
            await _asking(str(ear), js.add_consumer(ear.stream, wanted))
        return [f"{ear} created"]
    _refuse_another_kind(ear, has, wanted)
    heard, hears = _filters(has), _filters(wanted)
    new = {subject for subject in hears if not any(_covers(old, subject) for old in heard)}
    if new:
        # A changed filter would only hear what comes from now on; a new ear hears all from the beginning.
        if not only_look:
            await js.delete_consumer(ear.stream, ear.service)
            await _asking(str(ear), js.add_consumer(ear.stream, wanted))
        return [f"{ear} begins again, as it now also hears {', '.join(sorted(new))}"]
    changes = [
        key for key in ("ack_wait", "max_deliver", "max_ack_pending") if getattr(has, key) != getattr(wanted, key)
    ]
    # Unset is unset, in whatever way the server says it.
    changes += [key for key in UNSET if getattr(has, key)]
    changes += ["filter_subjects"] if heard != hears else []
    if changes and not only_look:
        await _asking(str(ear), js.add_consumer(ear.stream, wanted))
    return [f"{ear}: {', '.join(changes)} changed"] if changes else []


async def begin_again(client: Client, ear: Ear, ack_wait: float = ACK_WAIT) -> None:
    """Have an ear hear its stream from the beginning; what was heard before is recognised."""
    js = client.jetstream(timeout=WITHIN)
    with contextlib.suppress(NotFoundError):
        await js.delete_consumer(ear.stream, ear.service)
    await _asking(str(ear), js.add_consumer(ear.stream, _consumer(ear, ack_wait)))
    log.info("bus.ear_begins_again", ear=str(ear))


def _consumer(ear: Ear, ack_wait: float) -> ConsumerConfig:
    return ConsumerConfig(
        name=ear.service,
        durable_name=ear.service,
        filter_subjects=sorted(ear.subjects),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        ack_wait=ack_wait,
        max_deliver=-1,
        max_ack_pending=20_000,
    )


UNSET = ("headers_only", "inactive_threshold", "backoff", "rate_limit_bps", "pause_until")
"""Settings with which an ear would hear no bodies, be forgotten, hear again too soon, too slowly, or not at all."""


def _refuse_another_kind(ear: Ear, has: ConsumerConfig, wants: ConsumerConfig) -> None:
    remedy = "stop the services, delete the consumer, and start again; what was heard twice changes nothing."
    for setting in ("deliver_subject", "ack_policy", "deliver_policy", "replay_policy"):
        mine, theirs = getattr(wants, setting), getattr(has, setting)
        if mine != theirs:
            raise BusDiffers(str(ear), setting, _word(theirs), _word(mine), remedy)


def _filters(config: ConsumerConfig) -> set[str]:
    return set(config.filter_subjects or ([config.filter_subject] if config.filter_subject else []))


def _covers(pattern: str, subject: str) -> bool:
    """Whether whoever hears `pattern` hears all of `subject`."""
    wide, narrow = pattern.split("."), subject.split(".")
    for place, word in enumerate(wide):
        if word == ">":
            return len(narrow) > place
        if place >= len(narrow) or narrow[place] == ">" or word not in {"*", narrow[place]}:
            return False
    return len(wide) == len(narrow)


def _word(value: object) -> str:
    return "unset" if value is None else str(getattr(value, "value", value))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 1


async def _asking(what: str, request: object) -> None:
    """Let the server's refusal name what was asked for."""
    try:
        await request  # type: ignore[misc]
    except APIError as error:
        if isinstance(error, ServiceUnavailableError) and error.err_code in NOT_YET:
            raise
        remedy = "see the server's words: servers in the cluster, limits of the account, subjects of other streams."
        raise BusDiffers(what, "its configuration", "refused by the server", error.description, remedy) from error
