"""The ceiling: the pipeline that somebody would write by hand for this one kind of fact, and for nothing else.

It pulls 500 with raw nats-py, writes the rows that the product writes into the tables that the product has (a fact
heard, its line and place, an obligation, a fact said, its letter) with one transaction a batch, publishes what it says
as one atomic batch, marks the letters, and acknowledges the batch with one word. It knows one playbook by heart, keeps
no versions, and puts nothing aside.
"""

import asyncio
import json
import sqlite3
import sys
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import asyncpg
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.clock import WorldClock

STREAM, CONSUMER, BATCH, EXPIRES = "ENGAGEMENT", "ceiling", 500, 2.0
SAYS = "eng.followup.follow_up_scheduled.v1.-"
CLOCK = WorldClock()
Rows = list[tuple[Any, ...]]
TABLES = {
    "fact": ("id", "line", "type", "engagement_id", "said", "ledger", "time", "body"),
    "line": ("line", "version", "ledger_version", "playbook", "judged"),
    "place": ("line", "jurisdiction", "source"),
    "obligation": (
        *("key", "line", "engagement_id", "kind", '"to"', "state", "due_at", "overdue_at", "next_at", "document"),
    ),
    "outbox": ("id", "subject", "body"),
}
TYPES = {
    "fact": "text[], text[], text[], text[], bool[], bool[], timestamptz[], text[]",
    "line": "text[], int[], int[], text[], int[]",
    "place": "text[], text[], text[]",
    "obligation": "text[], text[], text[], text[], text[], text[], timestamptz[], timestamptz[], timestamptz[], text[]",
    "outbox": "text[], text[], text[]",
}


class Kept(Protocol):
    """Where the rows go."""

    async def write(self, rows: dict[str, Rows]) -> None:
        """All rows of a batch, in one transaction."""

    async def mark(self, ids: Sequence[str], now: datetime) -> None:
        """The bus has these letters."""


class Sqlite:
    """A file, written with `executemany`; nobody else is in this process, so it may block."""

    def __init__(self, file: str) -> None:
        self._file = sqlite3.connect(file, isolation_level=None, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._file.execute(f"PRAGMA {pragma}")

    async def write(self, rows: dict[str, Rows]) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        for name, some in rows.items():
            places = ", ".join("?" * len(TABLES[name]))
            into = f"INSERT INTO {name} ({', '.join(TABLES[name])}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
            self._file.executemany(into, [tuple(map(_spelled, row)) for row in some])
        self._file.execute("COMMIT")

    async def mark(self, ids: Sequence[str], now: datetime) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        told = _spelled(now)
        self._file.executemany("UPDATE outbox SET sent_at = ? WHERE id = ?", [(told, id) for id in ids])
        self._file.execute("COMMIT")


class Postgresql:
    """A served database, written with `unnest` by asyncpg: one statement a table."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def write(self, rows: dict[str, Rows]) -> None:
        async with self._connection.transaction():
            for name, some in rows.items():
                arrays = ", ".join(f"${number}::{kind}" for number, kind in enumerate(TYPES[name].split(", "), 1))
                into = f"INSERT INTO {name} ({', '.join(TABLES[name])}) SELECT * FROM unnest({arrays})"  # noqa: S608
                await self._connection.execute(f"{into} ON CONFLICT DO NOTHING", *zip(*some, strict=True))

    async def mark(self, ids: Sequence[str], now: datetime) -> None:
        await self._connection.execute("UPDATE outbox SET sent_at = $1 WHERE id = ANY($2::text[])", now, list(ids))


async def opened(url: str) -> Kept:
    """The database: a file, or where PostgreSQL is."""
    if not url.startswith("postgresql"):
        return Sqlite(url)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings={"search_path": "followup"})
    return Postgresql(connection)


def owed(messages: Sequence[Msg], now: datetime) -> dict[str, Rows]:
    """All rows that a batch makes, by table."""
    rows: dict[str, Rows] = {name: [] for name in TABLES}
    for message in messages:
        body = message.data.decode()
        told = json.loads(body)
        if told["type"] == "eng.intake.ta_request_logged.v1":
            _add(rows, told, body, now)
    return rows


def _add(rows: dict[str, Rows], told: dict[str, Any], body: str, now: datetime) -> None:
    said, request = told["data"], told["data"]["request_id"]
    line, key = f"-/{request}", f"-/answer-request/{request}/1"
    due = datetime.fromisoformat(f"{said['logged_on']}T14:00:00Z") + timedelta(weeks=3)
    late = due + timedelta(weeks=1)
    title = f"Answer {said['jurisdiction']}: {said['topic']} (from {said['source']})"
    owed_ = {"task_id": key, "n": 0, "rule": "answer-request", "title": title, "to": "facilitator"}
    owed_ |= {"due_at": due.isoformat(), "because": told["id"]}
    document = {"key": key, "engagement": "-", "kind": "task", "item": request, "occurrence": 1, "state": "scheduled"}
    document |= owed_ | {"planned_at": due.isoformat(), "moment": "logged", "moment_on": said["logged_on"]}
    document |= {"zone": "America/Chicago", "wait": "15 business days after logged", "contact": False}
    document |= {"overdue_at": late.isoformat(), "escalate_at": late.isoformat(), "escalate_to": "supervisor"}
    # The product keeps what does not apply as nulls.
    document |= dict.fromkeys(NOTHING)
    id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/0"))
    spoken: dict[str, Any] = {
        "specversion": "1.0",
        "id": id,
        "type": SAYS.removesuffix(".-"),
        "source": "/throughline/followup",
    }
    spoken |= {"subject": "-", "time": now.isoformat(), "datacontenttype": "application/json"}
    spoken |= {"recordedtime": now.isoformat(), "causationid": told["id"]}
    spoken["data"] = {"engagement_id": "-", "revision": 0, **owed_}
    says = json.dumps(spoken, separators=(",", ":"))
    rows["fact"].append((told["id"], line, told["type"], "-", False, False, datetime.fromisoformat(told["time"]), body))
    rows["fact"].append((id, line, spoken["type"], "-", True, True, now, says))
    rows["line"].append((line, 1, 1, "desk", 1))
    rows["place"].append((line, said["jurisdiction"], said["source"]))
    kept = json.dumps(document, separators=(",", ":"))
    rows["obligation"].append((key, line, "-", "task", "facilitator", "scheduled", due, late, due, kept))
    rows["outbox"].append((id, SAYS, says))


NOTHING = (
    *("team_id", "instrument", "ask", "lapse_at", "lapse_reason", "closes_at", "fired_at", "escalated_at", "ended_by"),
    *("ended_because", "person_id", "vacant_since", "contact_as", "forbidden"),
)


async def publish(client: Client, letters: Rows) -> None:
    """One atomic batch; where some of it stands there already, one after another."""
    batch = uuid.uuid4().hex
    for place, (id, subject, body) in enumerate(letters, 1):
        headers = {"Nats-Msg-Id": id, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(place)}
        if place < len(letters):
            await client.publish(subject, body.encode(), headers=headers)
        else:
            headers["Nats-Batch-Commit"] = "1"
            answer = json.loads((await client.request(subject, body.encode(), timeout=15, headers=headers)).data)
    if "error" in answer:
        js = client.jetstream(timeout=15)
        await asyncio.gather(*(js.publish(s, body.encode(), headers={"Nats-Msg-Id": id}) for id, s, body in letters))


async def pull(client: Client, inbox: str, arrived: asyncio.Queue[Msg]) -> list[Msg]:
    """What waits, 500 at most; else the first that comes."""
    wish = {"batch": BATCH, "no_wait": True, "expires": int(EXPIRES * 1e9)}
    await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}", json.dumps(wish).encode(), reply=inbox)
    found: list[Msg] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(EXPIRES + 1):
            while len(found) < BATCH:
                message = await arrived.get()
                if not message.reply:
                    # The end of a full batch is told as well, and comes while the next is under way.
                    if found or (message.headers or {}).get("Description") != "Batch Completed":
                        break
                    continue
                found.append(message)
    return found


async def run(url: str, database: str) -> None:
    """For as long as it is let."""
    client = await nats.connect(url, max_reconnect_attempts=-1)
    kept = await opened(database)
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    inbox = client.new_inbox()
    await client.subscribe(inbox, cb=arrived.put, pending_bytes_limit=128 * 1024**2)
    while True:
        messages = await pull(client, inbox, arrived)
        if not messages:
            continue
        rows = owed(messages, CLOCK.now())
        if letters := rows["outbox"]:
            await kept.write(rows)
            await publish(client, letters)
            await kept.mark([id for id, _, _ in letters], CLOCK.now())
        await messages[-1].ack()


def _spelled(value: object) -> object:
    """As the product spells instants in SQLite."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
