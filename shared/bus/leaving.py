"""Leaving a server of the bus that keeps us connected but is of no use: paused, silent, or cut off from its cluster."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.transport import TcpTransport
from nats.errors import Error as NatsError

log = structlog.get_logger()

ASK_EVERY = 3.0
"""Seconds between two questions to the stream of facts, and the longest wait for an answer."""
MISSES = 3
"""Questions in a row without a good answer after which another server is looked for."""
QUESTION = "$JS.API.STREAM.INFO.ENGAGEMENT"
UNAVAILABLE = 503
FAR = 10e9
"""Nanoseconds after which a replica that its leader has not heard of counts as cut off."""


async def keep_asking(client: Client) -> None:
    """Ask whether the stream of facts can be reached from here, and go elsewhere when it cannot.

    nats-py leaves only who does not answer its pings; a node that is cut off from its cluster does, for ever.
    """
    misses = 0
    while True:
        await asyncio.sleep(ASK_EVERY)
        misses = 0 if not client.is_connected or await _is_of_use(client) else misses + 1
        if misses == MISSES:
            misses = 0
            log.warning("bus.server_left", server=_host(client))
            await _leave(client)


async def _is_of_use(client: Client) -> bool:
    """Whether the stream has a leader that reaches most of its replicas; a lone server is left to its pings."""
    if len(client.servers) == 1:
        return True
    try:
        answer = json.loads((await client.request(QUESTION, timeout=ASK_EVERY)).data)
    except (NatsError, OSError, ValueError):
        return False
    return leads(answer)


def leads(answer: Mapping[str, Any]) -> bool:
    """Whether what a server tells of a stream comes from a leader; one that is cut off takes itself for it."""
    if "error" in answer:
        # Any other error is an answer: there is no such stream, or not yet.
        return bool(answer["error"].get("code") != UNAVAILABLE)
    cluster = answer.get("cluster") or {}
    others = cluster.get("replicas") or []
    near = [one for one in others if one.get("active", 0) < FAR]
    return bool(not cluster or (cluster.get("leader") and 2 * (len(near) + 1) > len(others) + 1))


def _host(client: Client) -> str:
    url = client.connected_url
    return "" if url is None else f"{url.hostname}:{url.port}"


async def _leave(client: Client) -> None:
    """Break the connection, upon which nats-py looks for another server.

    Its own way waits until all is sent that still waits to be: for ever, if the server does not read.
    """
    transport = client._transport
    if isinstance(transport, TcpTransport) and transport._io_writer is not None:
        transport._io_writer.transport.abort()
    else:
        with contextlib.suppress(NatsError):
            await client.force_reconnect()
