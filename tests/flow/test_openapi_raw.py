"""What is no JSON, or JSON that others read otherwise, is refused in words by every route that takes any."""

import re
from collections import Counter

import pytest

from tests.support.http import prepared

BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b'{"a": "\xff"}',
    "half a surrogate": b'{"a": "\\ud800", "\\udfff": 1}',
    "NUL": b'{"a\\u0000": "\\u0000"}',
    "NaN": b'{"a": NaN}',
    "endless": b'{"a": 1e999}',
    "huge": b'{"a": ' + b"9" * 5000 + b"}",
    "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep lists": b"[" * 200_000,
    "twice": b'{"a": 1, "a": 2}',
    "null": b"null",
    "a number": b"17",
    "text": b'"text"',
    "a list": b"[[]]",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
}
KINDS = ("application/json", "application/cloudevents+json", "text/plain", "multipart/form-data; boundary=x", "\xff")


@pytest.mark.proof
async def test_every_route_refuses_in_words_what_it_cannot_read() -> None:
    async with prepared() as world:
        document = (await world.http.get("/openapi.json")).json()
        answers: Counter[int] = Counter()
        for path, methods in document["paths"].items():
            for method in methods.keys() - {"get"}:
                for name, body in BODIES.items():
                    for kind in KINDS if name in ("no JSON", "a list") else KINDS[:1]:
                        where = re.sub(r"{\w+}", "x", path)
                        answer = await world.http.request(
                            method.upper(), where, content=body, headers={b"content-type": kind.encode("latin-1")}
                        )
                        told = (method, path, name, kind, answer.status_code, answer.text[:300])
                        takes_none = "requestBody" not in methods[method]
                        assert answer.status_code < 500 and (takes_none or answer.status_code >= 400), told
                        if answer.status_code >= 400:
                            assert answer.headers["content-type"] == "application/problem+json", told
                            assert answer.json()["detail"], told
                        answers[answer.status_code] += 1
    assert answers.keys() <= {200, 201, 202, 400, 404, 409, 413, 422}, answers
