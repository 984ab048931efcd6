"""`throughline doctor`: looks at everything that Throughline stands on, and says what to do about what is not well."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, shown_at, what_was_shown
from shared.cli.reaching import Finding, reaching


def doctor(
    api: Api = HERE, as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False
) -> None:
    """Check bus, database, clock, playbooks, mail and sign-in, and say what to do about what is not well."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from shared import logs
    from shared.events.complaints import complaints

    logs.set_up("ERROR", as_json=False)
    try:
        findings = asyncio.run(_findings(api))
    except (ValidationError, SettingsError) as error:
        wrong = complaints(error.errors()) if isinstance(error, ValidationError) else [error]
        findings = [(False, "settings", f"THROUGHLINE_* {one}; see deploy/env.example") for one in wrong]
    if as_json:
        import json

        typer.echo(json.dumps([{"well": well, "what": what, "found": found} for well, what, found in findings]))
    else:
        for well, what, found in findings:
            typer.echo(f"{'ok  ' if well else 'BAD '} {what:10} {found}")
    raise typer.Exit(0 if all(well for well, _, _ in findings) else 1)


async def _findings(api: str) -> list[Finding]:
    findings = [*_clock(), *_playbooks(), *_data()]
    running = _running(api)
    findings += running
    findings += [finding async for finding in _bus(is_up=any(well for well, *_ in running))]
    findings += [finding async for finding in reaching()]
    return findings


def _clock() -> Iterator[Finding]:
    from shared.clock import WorldClock
    from shared.playbooks.places import PLACES, zone_named

    now = WorldClock().now()
    sane = now > datetime(2026, 1, 1, tzinfo=UTC)
    yield (
        sane,
        "clock",
        f"{now:%Y-%m-%d %H:%M:%S} UTC" + ("" if sane else ": set this machine's clock; due dates hang on it"),
    )
    missing = sorted({place.zone for place in PLACES.values() if zone_named(place.zone) is None})
    yield (
        not missing,
        "zones",
        f"missing: {', '.join(missing)}; install tzdata" if missing else "all time zones are known",
    )


def _playbooks() -> Iterator[Finding]:
    from shared.errors import Malformed
    from shared.settings import Settings
    from shared.shelf import files_in, whole

    folder = Settings().playbooks
    files = files_in(folder)
    if not files:
        yield False, "playbooks", f"none in {folder}/: name the folder with THROUGHLINE_PLAYBOOKS"
    for file in files:
        try:
            found = whole(file, folder).playbook
        except (Malformed, OSError, UnicodeDecodeError) as error:
            yield False, "playbook", f"{file}: {error}"
        else:
            yield True, "playbook", f"{file}: {found.title}, version {found.version}, {len(found.rules)} rules"


def _data() -> Iterator[Finding]:
    import os
    import shutil

    from shared.settings import Settings

    settings = Settings()
    if settings.database:
        yield True, "database", "served by THROUGHLINE_DATABASE; its health is told by the running services"
        return
    folder = settings.data
    there = folder if folder.exists() else folder.absolute().parent
    free, may_write = shutil.disk_usage(there).free, os.access(there, os.W_OK)
    yield (
        may_write,
        "data",
        str(folder.absolute())
        + ("" if may_write else ": let this user write there, or name another (THROUGHLINE_DATA)"),
    )
    yield (
        free > 1 << 30,
        "disk",
        f"{free >> 20:,} MiB free" + ("" if free > 1 << 30 else ": make room before it is full"),
    )


def _running(api: str) -> list[Finding]:
    import httpx

    try:
        services = dict(httpx.get(f"{api.rstrip('/')}/health", timeout=5).json()["services"])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return [
            (False, "services", f"nobody answers at {api}: start with `throughline up`, or name the address with --api")
        ]
    findings = []
    for name, one in services.items():
        words = f"{name}: bus {_word(one['bus'])}, database {_word(one['database'])}"
        waits = f", {one.get('outbox', '?')} to be said, {one.get('aside', '?')} put aside"
        findings.append(
            (bool(one["well"]), "service", words + waits + (f"; {one['last_error']}" if one["last_error"] else ""))
        )
    return [*findings, *_key(api)]


def _key(api: str) -> Iterator[Finding]:
    """Whether commands are known there; with the key of another folder they are not."""
    import httpx

    try:
        answer = httpx.get(f"{api.rstrip('/')}/access/me", headers=shown_at(api), timeout=5)
        if answer.status_code == 401:
            yield False, "key", f"commands are not known at {api}. {what_was_shown(answer.request)}"
        else:
            yield True, "key", f"commands are known at {api} by {answer.json()['label']}"
    except (httpx.HTTPError, ValueError, KeyError) as error:
        yield False, "key", f"{api} does not say whether it knows us ({type(error).__name__})"


def _word(well: bool) -> str:
    return "ok" if well else "NOT REACHED"


async def _bus(is_up: bool) -> AsyncIterator[Finding]:
    from nats.errors import Error as NatsError

    from shared.bus.accounts.nkeys import BadSeed
    from shared.bus.connecting import KeyMissing
    from shared.bus.server import ServerFailed, binary
    from shared.bus.streams import BusDiffers
    from shared.settings import Settings

    settings = Settings()
    address = settings.data / "nats" / "address"
    url = settings.nats or (address.read_text(encoding="ascii").strip() if is_up and address.exists() else "")
    if not url:
        try:
            yield True, "bus", f"embedded; server at {binary()}; it runs while `throughline up` runs"
        except ServerFailed as error:
            yield False, "bus", str(error)
        return
    try:
        async for finding in _streams(url):
            yield finding
    except (BadSeed, KeyMissing) as error:
        yield False, "bus", str(error)
    except BusDiffers as error:
        yield False, "streams", str(error)
    except (NatsError, OSError, ValueError) as error:
        if "Authorization" in str(error):
            yield False, "bus", f"{url} does not know our key: name the folder that has it with THROUGHLINE_NATS_KEYS"
            return
        yield (
            False,
            "bus",
            f"{url} does not answer ({type(error).__name__}): start it, or name another with THROUGHLINE_NATS",
        )


async def _streams(url: str) -> AsyncIterator[Finding]:
    from shared.bus.connecting import connect, key_of_service
    from shared.bus.streams import provision
    from shared.settings import Settings

    key = key_of_service("intake", Settings())
    client = await connect(url, key, allow_reconnect=False, connect_timeout=5)
    try:
        lacking = await provision(client, (), Settings().replicas, only_look=True)
        yield True, "bus", f"{url}, nats-server {str(client.connected_server_version).strip('<>').rpartition(' v')[2]}"
        yield not lacking, "streams", "; ".join(lacking) or "as they should be"
    finally:
        await client.close()
