"""Whether every fact that was confirmed or said is where it must be, once, in the same words, and nowhere else."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchmarks.faults.kept import Confirmed, Poison
from benchmarks.faults.seen import SERVICES, Message, Row, Seen, told
from benchmarks.faults.verdict import Verdict
from shared.events import wire
from shared.events.base import Fact

OF_SESSIONS = {
    f"eng.intake.{name}.v1"
    for name in (
        "engagement_opened", "engagement_changed", "engagement_closed", "team_formed", "team_changed", "team_left",
        "fact_retracted",
    )
}  # fmt: skip


def hears(service: str, type_: str) -> bool:
    """Whether a service has to hear facts of this type: written down once more, so as not to ask the product."""
    speaker = speaker_of(type_)
    match service:
        case "sessions":
            return type_ in OF_SESSIONS
        case "followup":
            return speaker in {"intake", "sessions", "evaluation"}
        case "evaluation":
            return speaker in {"intake", "sessions"}
    return False


def speaker_of(type_: str) -> str:
    """Who says facts of this type."""
    return (*type_.split("."), "", "")[1]


@dataclass
class Log:
    """Every fact there is, wherever it is kept."""

    kept: dict[str, dict[str, Row]] = field(default_factory=dict)
    """By service and id."""
    in_stream: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By id: each time that it is there."""

    @cached_property
    def bodies(self) -> Mapping[str, str]:
        """The words of each fact, as its speaker keeps them; where that has none, as anybody does."""
        every = {id: row["body"] for service in SERVICES for id, row in self.kept[service].items()}
        said = {id: row["body"] for service in SERVICES for id, row in self.kept[service].items() if row["said"]}
        return every | said

    @cached_property
    def inputs(self) -> list[Fact]:
        """All facts that no ledger said: what plans are made from."""
        ledger = {id for service in SERVICES for id, row in self.kept[service].items() if row["ledger"]}
        return [wire.decode(body.encode()) for id, body in self.bodies.items() if id not in ledger]


def read(seen: Seen, poison: Iterable[Poison], verdict: Verdict) -> Log:
    """Find every fact, and note what is twice where it must be once, or is no fact at all."""
    log = Log()
    for service in SERVICES:
        rows = seen.rows(service, "fact")
        log.kept[service] = {row["id"]: row for row in rows}
        for id, times in Counter(row["id"] for row in rows).items():
            if times > 1:
                verdict.wrong("kept twice", f"{service} has {id} {times} times")
    spread = {(one.subject, one.body) for one in poison}
    for message in seen.streams["ENGAGEMENT"]:
        if (message.subject, message.body) in spread:
            continue
        document = told(message.body)
        if not isinstance(document.get("id"), str) or "data" not in document:
            verdict.wrong("not understood", f"{message.subject}: {message.body[:100]!r}")
            continue
        log.in_stream.setdefault(document["id"], []).append(document)
    verdict.facts = len(log.bodies.keys() | log.in_stream.keys())
    verdict.duplicated_deliveries = sum(len(times) - 1 for times in log.in_stream.values())
    verdict.redelivered = _redelivered(seen)
    return log


def check(seen: Seen, log: Log, confirmed: Iterable[Confirmed], verdict: Verdict) -> None:
    """Note whatever is not as it must be."""
    for one in confirmed:
        verdict.confirmed += 1
        _confirmed(one, log, verdict)
    _stream(log, verdict)
    for service in SERVICES:
        _heard(service, log, verdict)
        _outbox(service, seen, log, verdict)


def _confirmed(one: Confirmed, log: Log, verdict: Verdict) -> None:
    row = log.kept[one.service].get(one.id)
    if row is None or not row["said"]:
        verdict.wrong("confirmed but not kept", f"{one.service}: {one.id} {one.words}")
        return
    says = json.loads(row["body"])["data"]
    if any(says.get(name) != value for name, value in one.words.items()):
        verdict.wrong("confirmed in other words", f"{one.service}: {one.id} {one.words} is {says}")


def _stream(log: Log, verdict: Verdict) -> None:
    """Every fact that was said is in the stream, in its words; what is in the stream was said by its speaker."""
    for service in SERVICES:
        for id, row in log.kept[service].items():
            if row["said"] and id not in log.in_stream:
                verdict.wrong("not in the stream", f"{service}: {id} {row['type']}")
    for id, times in log.in_stream.items():
        speaker = speaker_of(times[0]["type"])
        origin = log.kept.get(speaker, {}).get(id)
        if origin is None or not origin["said"]:
            verdict.wrong("heard from nobody", f"stream: {id} {times[0]['type']}, which {speaker} does not have")
        elif any(one["data"] != json.loads(origin["body"])["data"] for one in times):
            verdict.wrong("kept in other words", f"stream and {speaker}: {id}")


def _heard(service: str, log: Log, verdict: Verdict) -> None:
    """A service has every fact that it hears, and no other."""
    kept = log.kept[service]
    for id, times in log.in_stream.items():
        if hears(service, type_ := times[0]["type"]) and id not in kept:
            verdict.wrong("not heard", f"{service}: {id} {type_} of {times[0].get('subject')}")
    for id, row in kept.items():
        speaker = speaker_of(row["type"])
        if bool(row["said"]) != (speaker == service):
            verdict.wrong("heard from nobody", f"{service}: {id} {row['type']}, said: {row['said']}")
        elif speaker != service:
            origin = log.kept.get(speaker, {}).get(id)
            if origin is None:
                verdict.wrong("heard from nobody", f"{service}: {id} {row['type']}, which {speaker} does not have")
            elif not _same(origin["body"], row["body"]):
                verdict.wrong("kept in other words", f"{speaker} and {service}: {id}")


def _outbox(service: str, seen: Seen, log: Log, verdict: Verdict) -> None:
    """Each fact that was said went through the outbox, and each letter of the outbox is on the bus."""
    letters = {row["id"]: row for row in seen.rows(service, "outbox")}
    said = {id for id, row in log.kept[service].items() if row["said"]}
    for id in said ^ {id for id, row in letters.items() if row["subject"].startswith("eng.")}:
        verdict.wrong("said without an outbox", f"{service}: {id} {'is no letter' if id in said else 'is no fact'}")
    aside = {_without_count(message) for message in seen.streams["ASIDE"]}
    for id, row in letters.items():
        if row["sent_at"] is None:
            verdict.wrong("unsent", f"{service}: {id} {row['subject']}")
        elif row["subject"].startswith("aside.") and id not in aside:
            verdict.wrong("not in the stream", f"{service}: {id} {row['subject']}")


def put_aside(seen: Seen, poison: Iterable[Poison], verdict: Verdict) -> None:
    """What each service put aside is the poison that it heard, all of it and nothing else."""
    spread: dict[str, dict[tuple[str, bytes], str]] = {service: {} for service in SERVICES}
    for one in poison:
        for service in one.services:
            spread[service][one.subject, one.body] = one.kind
    for service in SERVICES:
        aside = {(row["subject"], bytes(row["body"])): row for row in seen.rows(service, "aside")}
        verdict.put_aside += len(aside)
        for key in spread[service].keys() - aside.keys():
            verdict.wrong("poison not put aside", f"{service}: {spread[service][key]} on {key[0]}")
        for key in aside.keys() - spread[service].keys():
            verdict.wrong("put aside, and no poison", f"{service}: {key[0]} {aside[key]['problems']} {key[1][:200]!r}")


def _redelivered(seen: Seen) -> int:
    """Deliveries beyond one for each message; a consumer that was made anew has forgotten what was before."""
    types = [message.subject.rpartition(".")[0] for message in seen.streams["ENGAGEMENT"]]
    once = {service: sum(hears(service, type_) for type_ in types) for service in SERVICES[1:]}
    once["intake"] = len(seen.streams["INBOUND"])
    return sum(max(0, deliveries - once[service]) for service, deliveries in seen.deliveries.items())


def _same(one: str, other: str) -> bool:
    return one == other or json.loads(one)["data"] == json.loads(other)["data"]


def _without_count(message: Message) -> str:
    """The letter's id: what had to be said again has a number after it."""
    return message.msg_id.partition(".")[0]


def by_line(log: Log) -> Iterator[tuple[str, list[Fact]]]:
    """The facts of each line; a retraction stands in the line of what it takes back."""
    homes = {fact.id: fact.line for fact in log.inputs}
    lines: dict[str, list[Fact]] = {}
    for fact in log.inputs:
        target = getattr(fact.event, "fact_id", None)
        home = homes.get(target, fact.line) if target is not None else fact.line
        lines.setdefault(home, []).append(fact)
    yield from lines.items()
