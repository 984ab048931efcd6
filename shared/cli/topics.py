"""`throughline topics`: what several agencies ask about, and whom to invite."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call


def topics(
    topic: Annotated[str | None, typer.Argument(help="One topic, by its slug or another name; else all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Topics on which requests wait for an answer: who asks, and whether it is time to bring them together."""
    from urllib.parse import quote

    told = [call(api, "GET", f"/topics/{quote(topic, safe='')}")] if topic else call(api, "GET", "/topics")
    if as_json:
        typer.echo(json.dumps(told, indent=2))
        return
    typer.echo("\n".join(lines(told, whole=topic is not None)))


def lines(topics: list[dict[str, Any]], whole: bool) -> list[str]:
    """Topics as people read them; whom to invite for those that are in demand, or (`whole`) for all."""
    told = []
    for topic in topics:
        told.append(_headline(topic))
        for asked in topic["invite"] if whole or topic["state"] == "in_demand" else ():
            for request in asked["requests"]:
                need = " ".join(request["need"].split())[:80]
                told.append(f"  {asked['jurisdiction']:8} {request['logged_on']}  {request['request_id']}  {need}")
    return told or ["No request waits for an answer."]


def _headline(topic: dict[str, Any]) -> str:
    """One topic in a row: how many ask, since when, and what comes next."""
    asking = len(topic["invite"])
    who = f"{asking} jurisdiction{'' if asking == 1 else 's'} since {topic['since']}" if asking else "nobody asks now"
    if topic["state"] == "in_demand":
        next_ = "in demand" if topic["said"] else "in demand, told with the next request"
    else:
        next_ = f"{topic['to_go']} more to be in demand"
    return f"{topic['topic']}: {who}; {next_}"
