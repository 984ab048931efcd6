"""`throughline report`: what was promised, seen, offered and answered, as a page, on paper or as data."""

import json
import sys
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import typer

from shared.cli.calling import HERE, Api, call, fail, fetched

As = Literal["markdown", "pdf", "json"]
ENDING = {"markdown": "md", "pdf": "pdf"}


def report(
    engagement: Annotated[str | None, typer.Argument(help="The engagement.")] = None,
    topic: Annotated[str | None, typer.Option(help="All on a topic, by any of its names.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="What concerns a jurisdiction: KY, or Kentucky.")] = None,
    model: Annotated[str | None, typer.Option(help="All engagements of a playbook.")] = None,
    center: Annotated[str | None, typer.Option(help="All engagements of a center.")] = None,
    portfolio: Annotated[bool, typer.Option("--portfolio", help="All that is yours to see.")] = False,
    as_: Annotated[As | None, typer.Option("--as", help="In which form.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The file that it is written to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Of an engagement, its goals alone, for machines.")] = False,
    api: Api = HERE,
) -> None:
    """What was promised, what was seen of it, what is overdue; with --as or a wider scope all that a report counts.

    Without either, an engagement is told in sentences: its goals, and what was seen that nobody had promised.
    """
    named = {"engagement": engagement, "topic": topic, "jurisdiction": jurisdiction, "model": model, "center": center}
    scopes = [(by, of) for by, of in named.items() if of is not None]
    if len(scopes) + portfolio != 1:
        fail("Name one engagement, or one of --topic, --jurisdiction, --model, --center and --portfolio.")
    if engagement is not None and as_ is None:
        told = call(api, "GET", f"/engagements/{engagement}/report")
        written = json.dumps(told, indent=2) if as_json else "\n".join(told["words"])
        _write(f"{written}\n".encode(), output)
        return
    below = f"/{scopes[0][0]}/{quote(scopes[0][1], safe='')}" if scopes else ""
    if as_ == "json" or as_json:
        told = call(api, "GET", f"/reports{below or '/portfolio'}")
        _write(f"{json.dumps(told, indent=2)}\n".encode(), output)
        return
    if as_ == "pdf" and output is None and sys.stdout.isatty():
        fail("A PDF is nothing to read here. Name the file that it is written to: -o report.pdf")
    _write(fetched(api, f"/app/reports{below}.{ENDING[as_ or 'markdown']}"), output)


def _write(told: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(told)
        return
    typer.echo(told, nl=False)
