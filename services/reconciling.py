"""Reconciling while no service runs: each is started without its alarm, compares, says what lacks, and stops."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import zip_longest
from typing import Any

from services import running
from shared import crashes, logs
from shared.bus.reconciler import Reconciled
from shared.clock import WorldClock
from shared.service import Service
from shared.settings import Settings
from shared.storage.folder import open_folder


def directly() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Reconcile with the bus and the databases of the settings; a bus of our own is started for it."""
    settings = running.settings_of()
    logs.set_up("ERROR", as_json=False)
    crashes.choose(settings.crash_at)
    try:
        return asyncio.run(reconcile(settings))
    except running.FORESEEN as error:
        running.end(str(error) or type(error).__name__)


async def reconcile(settings: Settings) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What became of each service's streams, once everything is on the bus."""
    open_folder(settings.data)
    services = running.build(settings, WorldClock())
    async with running.bus(settings, services) as urls, running.started(services, urls, alarm=False):
        return {service.name: await _reconciled(service) for service in services}


async def _reconciled(service: Service) -> Sequence[Mapping[str, Any]]:
    if service.reconciler is None or service.postman is None:
        return []
    # What was amiss was mended already when it started; now all is compared.
    at_start, now = service.reconciler.first_look, await service.reconciler.reconcile()
    await service.postman.flush()
    return [asdict(both(*visits)) for visits in zip_longest(now, at_start)]


def both(now: Reconciled, before: Reconciled | None) -> Reconciled:
    """What two visits to a stream did together."""
    if before is None:
        return now
    return replace(
        now,
        doubt=before.doubt or now.doubt,
        said_again=before.said_again + now.said_again,
        ear_began_again=before.ear_began_again or now.ear_began_again,
    )
