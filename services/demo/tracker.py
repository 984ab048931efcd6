"""The tracker of the demo: it sends requests to the bus as any tracker would, and reads the answer."""

import asyncio
import json

from nats.aio.client import Client

from services.demo.onlooker import LOOK_AGAIN, PATIENCE
from shared.bus.streams import INBOUND
from shared.events.intake import TaRequestLogged

INTAKE = "intake"


async def send(client: Client, request: TaRequestLogged) -> str:
    """Publish a request to `inbound.requests.<source>`; returns what was answered, once the stream was heard too."""
    subject = f"inbound.requests.{request.source}"
    words = request.model_dump(mode="json", exclude_none=True, exclude={"engagement_id", "revision", "source"})
    js = client.jetstream()
    before = (await js.stream_info(INBOUND)).state.last_seq
    reply = await client.request(subject, json.dumps(words).encode(), timeout=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        # The stream keeps it as well, and intake hears it from there again, as a repetition.
        while (await js.consumer_info(INBOUND, INTAKE)).ack_floor.stream_seq <= before:  # noqa: ASYNC110 - on the server
            await asyncio.sleep(LOOK_AGAIN)
    return f"({request.external_id} on {subject}, answered: {_read(json.loads(reply.data))}.)"


def _read(answer: dict[str, object]) -> str:
    if answer.get("accepted"):
        return f"accepted as {answer.get('request_id')}"
    return f"refused, {answer.get('problems') or answer.get('detail')}"
