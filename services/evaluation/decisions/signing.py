"""Signatures by Standard Webhooks: HMAC-SHA256 over id, timestamp and body, one for each secret that is valid."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest

PREFIX = "whsec_"
"""How a secret begins, so that it is known for one wherever it turns up."""


def secret_of(key: bytes) -> str:
    """A secret as it is shown."""
    return PREFIX + b64encode(key).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """What one secret makes of a message."""
    signed = digest(b64decode(secret.removeprefix(PREFIX)), f"{message_id}.{timestamp}.".encode() + body, sha256)
    return f"v1,{b64encode(signed).decode()}"


def headers(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent now."""
    timestamp = int(now.timestamp())
    signatures = " ".join(signature(secret, message_id, timestamp, body) for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}
