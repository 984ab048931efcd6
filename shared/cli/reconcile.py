"""`throughline reconcile`: compares what was said with what the bus has, and has said again what it lacks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, refuse, shown_at

PATIENCE = 600.0
"""Seconds that the comparing may take: a million letters take less than a minute."""
Told = Mapping[str, Sequence[Mapping[str, Any]]]
"""By service, what became of each stream."""


def command(directly: Callable[[], Told]) -> Callable[..., None]:
    """The command; `directly` reconciles with the bus and the databases of the settings, where no service runs."""

    def reconcile(
        api: Api = HERE, as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False
    ) -> None:
        """Compare all that was said with what the bus has, and say again what it lacks.

        Services that run are asked to; where none answers, it is done with the bus and the databases of the settings.
        """
        import json

        told = _asked(api)
        if told is None:
            typer.echo(f"Nobody answers at {api}: using the bus and the databases of the settings.", err=True)
            told = directly()
        if as_json:
            typer.echo(json.dumps(told))
            return
        for service, streams in told.items():
            typer.echo(f"{service:10}  {in_words(streams)}")

    return reconcile


def in_words(streams: Sequence[Mapping[str, Any]]) -> str:
    """What became of one service's streams, as one line."""
    compared, again = (sum(one[what] for one in streams) for what in ("compared", "said_again"))
    words = [f"{compared} letters compared", f"{again} said again" if again else "the bus lacks none"]
    words += [f"{one['stream']}: {one['doubt']}" for one in streams if one["doubt"]]
    words += [f"hears {one['stream']} again from the beginning" for one in streams if one["ear_began_again"]]
    return "; ".join(words)


def _asked(api: str) -> Told | None:
    """What the running services did; None where nobody answers."""
    import httpx

    try:
        answer = httpx.post(
            api.rstrip("/") + "/reconcile", headers=shown_at(api), timeout=httpx.Timeout(PATIENCE, connect=5)
        )
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return None
    if not answer.is_success:
        refuse(answer)
    told: Told = answer.json()
    return told
