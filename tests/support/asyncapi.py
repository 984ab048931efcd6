"""AsyncAPI documents as the official parser reads them, run by node."""

import json
import subprocess
from collections.abc import Iterable
from typing import Any

from jsonschema_rs import validator_for

from shared.events import wire
from shared.events.base import Fact
from tests.support.calendars import ROOT, node

SCRIPT = ROOT / "tests" / "support" / "read_asyncapi.mjs"
LATER = "asyncapi-latest-version"
"""The parser would like 3.1.0, which few tools read yet."""


def complaints(document: dict[str, Any]) -> list[str]:
    """All that the official parser has to say against a document."""
    text = json.dumps(document).encode()
    read = json.loads(subprocess.run([node(), str(SCRIPT)], input=text, capture_output=True, check=True).stdout)
    assert not read["diagnostics"] or read["messages"] or any(one["severity"] == "error" for one in read["diagnostics"])
    return [
        f"{one['severity']} at {one['path']}: {one['message']}" for one in read["diagnostics"] if one["code"] != LATER
    ]


def unlike(document: dict[str, Any], facts: Iterable[Fact]) -> list[str]:
    """What of these facts, as they go over the bus, is not as the schemas of the document tell."""
    parts = {"components": document["components"]}
    judges = {
        name: validator_for({**parts, **message["payload"]}, validate_formats=True)
        for name, message in document["components"]["messages"].items()
    }
    told = ((type(fact.event).__name__, wire.document(fact)) for fact in facts)
    return [f"{name}: {error.message}" for name, body in told for error in judges[name].iter_errors(body)]
