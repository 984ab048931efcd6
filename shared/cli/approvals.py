"""`throughline approvals`: how long regions take to answer, and when those that are open may be answered."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call
from shared.cli.simulate import columns

BASIS = {
    "region_and_about": "by answers of that region about the same",
    "region": "by answers of that region",
    "about": "by answers about the same",
    "all": "by all answers",
}


def approvals(
    engagement: Annotated[str | None, typer.Argument(help="One engagement; else all that is open.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Approvals that are open, with the day on which to expect their answer; and how long each region takes."""
    told = call(api, "GET", "/approvals/clock", engagement=engagement)
    typer.echo(json.dumps(told, indent=2) if as_json else "\n".join(lines(told)))


def lines(clock: dict[str, Any]) -> list[str]:
    """The clock of approvals as people read it."""
    waiting = [("asked on", "region", "about", "approval", "answer expected"), *map(_open, clock["waiting"])]
    told = columns(waiting).splitlines() if clock["waiting"] else ["No approval is open."]
    paces = [_pace(one) for one in clock["paces"] if one["answered"]]
    return [*told, "", *columns([("region", "about", "answered", "median", "nine of ten"), *paces]).splitlines()]


def _open(approval: dict[str, Any]) -> tuple[str, ...]:
    expected = "too few answers to tell"
    if approval["basis"]:
        expected = f"{approval['expected_on']}, {BASIS[approval['basis']]} ({approval['answered']})"
    name = f"{approval['engagement_id']}/{approval['approval_id']}"
    return approval["asked_on"], str(approval.get("region") or "-"), approval["about"], name, expected


def _pace(pace: dict[str, Any]) -> tuple[str, ...]:
    days = (f"{pace[name]} day{'' if pace[name] == 1 else 's'}" for name in ("median", "ninetieth"))
    return str(pace["region"] or "all"), pace["about"] or "any", str(pace["answered"]), *days
