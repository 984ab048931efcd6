"""Events are signed by Standard Webhooks; its own library, in another language, says so in test_webhooks_verified."""

from base64 import b64decode
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.decisions.signing import headers, secret_of, signature

NOW = datetime.fromtimestamp(1614265330, UTC)
EXAMPLE = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The example of the specification."""


def test_the_example_of_the_specification_is_signed_as_it_is_there() -> None:
    signed = signature(EXAMPLE, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_changed_both_sign() -> None:
    told = headers([EXAMPLE, secret_of(b"1" * 32)], "m", NOW, b"{}")
    assert told["webhook-signature"].split(" ") == [
        signature(secret, "m", 1614265330, b"{}") for secret in (EXAMPLE, secret_of(b"1" * 32))
    ]
    assert (told["webhook-id"], told["webhook-timestamp"]) == ("m", "1614265330")


@given(st.binary(min_size=24, max_size=64), st.binary(), st.binary())
def test_another_body_has_another_signature(key: bytes, body: bytes, other: bytes) -> None:
    secret = secret_of(key)
    assert b64decode(secret.removeprefix("whsec_")) == key
    assert (signature(secret, "m", 1, body) == signature(secret, "m", 1, other)) == (body == other)
