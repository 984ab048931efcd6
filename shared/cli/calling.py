"""How the client commands speak to a running Throughline, and what they say when it refuses or is not there."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from shared.events.base import Fact

Api = Annotated[str, typer.Option("--api", envvar="THROUGHLINE_API", help="Where Throughline answers.")]
HERE = "http://127.0.0.1:8000"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only compared with
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def call(
    api: str, method: str, path: str, body: dict[str, Any] | None = None, *, or_none: bool = False, **query: Any
) -> Any:
    """Ask, and give back the JSON of the answer; a refusal is printed row by row and ends the command with 1.

    With `or_none`, what is not known there is None.
    """
    import httpx

    asked = {name: value for name, value in query.items() if value is not None}
    try:
        answer = httpx.request(
            method, api.rstrip("/") + path, json=body, params=asked, headers=shown_at(api), timeout=30
        )
    except httpx.HTTPError as error:
        fail(f"Nobody answers at {api} ({error}). Start Throughline with `throughline up`, or name it with --api.")
    if answer.is_success:
        return answer.json()
    if or_none and answer.status_code == 404:
        return None
    refuse(answer)


def fetched(api: str, path: str) -> bytes:
    """A file as it is told there; a refusal is printed and ends the command with 1."""
    import httpx

    try:
        answer = httpx.get(api.rstrip("/") + path, headers=shown_at(api), timeout=120)
    except httpx.HTTPError as error:
        fail(f"Nobody answers at {api} ({error}). Start Throughline with `throughline up`, or name it with --api.")
    return answer.content if answer.is_success else refuse(answer)


def shown_at(api: str) -> dict[str, str]:
    """What a command shows at the door: THROUGHLINE_TOKEN, else, to this machine only, the key beside the data."""
    from urllib.parse import urlsplit

    from shared.access import secrets
    from shared.settings import Settings

    settings = Settings()
    token = settings.token.get_secret_value()
    if not token and urlsplit(api).hostname in LOOPBACK:
        token = secrets.found(settings.data)
    return {"Authorization": f"Bearer {token}"} if token else {}


def how_to_find(host: str, port: int, key: Path | None) -> str:
    """What commands in another terminal have to be told to find a Throughline that is not where they look."""
    from shared.settings import Settings

    api = f"http://{'127.0.0.1' if host == EVERYWHERE else host}:{port}"
    told = [f"THROUGHLINE_API={api}"] if api != HERE else []
    if key and key.parent.absolute() != Path(Settings.model_fields["data"].default).absolute():
        told.append(f"THROUGHLINE_DATA={shlex.quote(str(key.parent.absolute()))}")
    return f"find it with: export {' '.join(told)}" if told else "find it from this folder"


def all_of(api: str, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Everything in a list, page by page."""
    cursor: str | None = None
    while True:
        page = call(api, "GET", path, limit=500, cursor=cursor, **asked)
        yield from page["items"]
        if (cursor := page["next"]) is None:
            return


def facts_told(api: str, **asked: Any) -> "list[Fact]":
    """All that people and trackers said to a running Throughline, as far as it is asked for, page by page."""
    from shared.events import wire

    facts: list[Fact] = []
    cursor: str | None = None
    while True:
        page = call(api, "GET", "/facts", limit=500, cursor=cursor, **asked)
        facts += [wire.decode(json.dumps(told).encode()) for told in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return facts


def refuse(answer: Any) -> NoReturn:
    """Say what was wrong, one row for each field."""
    try:
        told = answer.json()
    except ValueError:
        fail(f"{answer.status_code} {answer.reason_phrase}")
    problems = told.get("problems") or [{"field": "", "reason": told.get("detail", answer.reason_phrase)}]
    rows = [f"{one['field']}: {one['reason']}" if one["field"] else one["reason"] for one in problems]
    fail("\n".join([*rows, what_was_shown(answer.request)] if answer.status_code == 401 else rows))


def what_was_shown(request: Any) -> str:
    """Where a command that is not known at the door got what it showed there, and where to say otherwise."""
    from shared.access.secrets import FILE
    from shared.settings import Settings

    settings = Settings()
    if settings.token.get_secret_value():
        return "What was shown is THROUGHLINE_TOKEN: name another token there, or none."
    if request.url.host not in LOOPBACK:
        return "Name a token by THROUGHLINE_TOKEN."
    file = settings.data.absolute() / FILE
    found = "What was shown is the key at" if "Authorization" in request.headers else "There is no key at"
    return (
        f"{found} {file}. Name the folder of the one that answers by THROUGHLINE_DATA, or a token by THROUGHLINE_TOKEN."
    )


def fail(reason: str) -> NoReturn:
    """End the command with a reason."""
    typer.echo(reason, err=True)
    raise typer.Exit(1)
