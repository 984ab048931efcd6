"""What there is after a run, read with plain SQL and a plain NATS client: databases and streams, and nobody's word."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from benchmarks.faults.hearing import deliveries

SERVICES = ("intake", "sessions", "followup", "evaluation")
STREAMS = ("ENGAGEMENT", "INBOUND", "ASIDE")
TABLES: Mapping[str, tuple[str, ...]] = {
    "intake": ("request", "engagement", "approval", "application", "cohort", "team", "peers", "playbook"),
    "sessions": ("session", "homework", "plan"),
    "followup": ("obligation",),
    "evaluation": ("obligation", "answer", "outcome", "goal"),
}
EVERYWHERE = ("fact", "line", "outbox", "aside")
SILENCE = 5.0
"""Seconds without a message after which a stream is taken to have told all."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What a stream keeps."""

    subject: str
    body: bytes
    msg_id: str
    """By which the bus recognises repetitions; empty where its sender gave it none."""


@dataclass
class Seen:
    """All that is kept anywhere."""

    tables: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    """By service and table."""
    streams: dict[str, list[Message]] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    """By service: how often its consumer gave it a message."""

    def rows(self, service: str, table: str) -> list[Row]:
        return self.tables[service][table]


async def look(databases: Mapping[str, str], nats_url: str) -> Seen:
    """Read everything."""
    seen = Seen()
    for service, url in databases.items():
        tables = (*EVERYWHERE, *TABLES[service])
        if url.startswith("sqlite"):
            seen.tables[service] = await asyncio.to_thread(_sqlite, url, tables)
        else:
            seen.tables[service] = await _postgresql(url, service, tables)
    client = await nats.connect(nats_url.split(","), connect_timeout=5)
    try:
        for stream in STREAMS:
            seen.streams[stream] = await _stream(client, stream)
        js = client.jetstream(timeout=15)
        seen.deliveries = {service: await deliveries(js, service) for service in SERVICES}
    finally:
        await client.close()
    return seen


def _sqlite(url: str, tables: Sequence[str]) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(url.partition("///")[2], timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        # The names are ours, not input.
        return {name: list(map(dict, connection.execute(f"SELECT * FROM {name}"))) for name in tables}  # noqa: S608


async def _postgresql(url: str, schema: str, tables: Sequence[str]) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return {name: await connection.fetch(f"SELECT * FROM {schema}.{name}") for name in tables}  # noqa: S608
    finally:
        await connection.close()


async def _stream(client: Client, name: str) -> list[Message]:
    """All that a stream keeps, in order."""
    js = client.jetstream(timeout=15)
    try:
        state = (await js.stream_info(name)).state
    except NotFoundError:
        return []
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    subscription = await js.subscribe(
        ">", stream=name, ordered_consumer=True, config=config, cb=arrived.put, pending_bytes_limit=1 << 30
    )
    found: list[Message] = []
    while len(found) < state.messages:
        try:
            async with asyncio.timeout(SILENCE):
                message = await arrived.get()
        except TimeoutError:
            break
        found.append(Message(message.subject, message.data, (message.headers or {}).get("Nats-Msg-Id", "")))
    await subscription.unsubscribe()
    return found


def told(body: bytes | str) -> dict[str, Any]:
    """A JSON object; empty where it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
