"""What can be told and asked by HTTP, as OpenAPI and as a page: both made from the routes themselves."""

from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from services import running
from shared.web import frame

Document = Mapping[str, Any]


def openapi() -> dict[str, Any]:
    """The OpenAPI document of all services together."""

    @asynccontextmanager
    async def nothing_runs(_app: FastAPI) -> Any:  # pragma: no cover - the app is only asked what it is
        yield

    return frame.build(running.idle(), nothing_runs).openapi()


def page() -> str:
    """The page docs/http.md."""
    return "\n".join(_page(openapi()))


def _page(document: Document) -> Iterator[str]:
    yield "# What can be told and asked by HTTP"
    yield ""
    yield "Made by `throughline http docs` from the routes; `throughline http openapi` (`/openapi.json`) says all."
    yield "A command is a JSON object, a file comes in a form;"
    yield "a refusal is `application/problem+json` that names every field which is wrong."
    yield "What was said before in the same words changes nothing; a correction is said with a higher `revision`."
    yield "Lists take `cursor` and `limit` (500 at most), and give `next` as long as there is more."
    by_tag: dict[str, list[tuple[str, str, Document]]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            by_tag.setdefault(told["tags"][0], []).append((method.upper(), path, told))
    for tag, routes in by_tag.items():
        yield from ("", f"## {tag}", "", "| | | it takes |", "|---|---|---|")
        for method, path, told in routes:
            yield f"| `{method} {path}` | {told['description'].splitlines()[0]} | {_takes(document, told)} |"
    yield ""


def _takes(document: Document, told: Document) -> str:
    """The fields of a command, or what a question can be narrowed by; those that must be told come bold."""
    if "requestBody" in told:
        [body] = told["requestBody"]["content"].values()
        schema = body["schema"]
        schema = document["components"]["schemas"][schema.get("oneOf", [schema])[0]["$ref"].rpartition("/")[2]]
        needed, names = schema.get("required", []), [name for name in schema["properties"] if name != "revision"]
        return ", ".join(f"**{name}**" if name in needed else name for name in names)
    asked = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
    return ", ".join(name for name in asked if name not in ("cursor", "limit"))
