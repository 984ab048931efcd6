"""The streams and the ears of the services: the one place that creates or changes them."""

import json
from collections.abc import Mapping, Sequence

import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.bus.differing import NOT_YET, WITHIN, BusDiffers, asking, word
from shared.bus.ears import ACK_WAIT, ENGAGEMENT, Ear, begin_again, provide_ear, retire_others

__all__ = [
    "ACK_WAIT", "ASIDE", "ENGAGEMENT", "FATES", "INBOUND", "NOT_YET", "OUTCOMES", "WITHIN", "BusDiffers", "Ear",
    "begin_again", "provision", "stream_of",
]  # fmt: skip

log = structlog.get_logger()

INBOUND = "INBOUND"
ASIDE = "ASIDE"
OUTCOMES = "OUTCOMES"
"""What evaluators may read: outcomes and verdicts alone, each once; see shared/bus/outcomes.py."""
FATES = "FATES"
"""What trackers may read, each what became of its own requests; see shared/bus/telling.py."""
DAY = 24 * 3600.0

MAKE_AGAIN = "back the stream up, delete it, and start again; the databases say again what it lacks."
NEVER = {
    "sealed": "it takes nothing any more",
    "mirror": "it only repeats another stream",
    "persist_mode": "it confirms what it has not stored",
    "allow_msg_counter": "it only counts",
    "template_owner": "a template owns it",
}
"""Settings of a stream that can never be changed back, and what they would do to us."""


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
        done += await provide_ear(js, ear, ack_wait, only_look)
    for ear in () if only_look else ears:
        if ear.lane == 1:
            await retire_others(js, ear)
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
            await asking(f"Stream {name}", js.add_stream(StreamConfig().evolve(**wanted)))
        return [f"stream {name} created"]
    changes = {key: value for key, value in wanted.items() if getattr(has, key) != value}
    if (has.num_replicas or 1) >= _number(wanted["num_replicas"]):
        # More replicas than asked for is somebody's wise decision.
        changes.pop("num_replicas", None)
    for setting in ("storage", "retention"):
        if setting in changes:
            raise BusDiffers(f"Stream {name}", setting, word(getattr(has, setting)), word(wanted[setting]), MAKE_AGAIN)
    if changes and not only_look:
        await asking(f"Stream {name}", js.update_stream(has.evolve(**changes)))
    return [f"stream {name}: {key} changed from {getattr(has, key)} to {value}" for key, value in changes.items()]


async def _refuse_another_stream(js: JetStreamContext, name: str) -> None:
    """What cannot be unset again; asked in the server's own words, as our client does not know them all."""
    told = json.loads((await js._nc.request(f"$JS.API.STREAM.INFO.{name}", timeout=js._timeout)).data)
    for setting, why in NEVER.items():
        if (has := told.get("config", {}).get(setting)) and has != "default":
            raise BusDiffers(f"Stream {name}", setting, json.dumps(has), f"unset ({why})", MAKE_AGAIN)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 1
