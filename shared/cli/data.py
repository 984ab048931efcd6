"""`throughline data`: what evaluators take with them, as files; whole, or what has changed since a cursor."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, call, fail, refuse, shown_at

CURSOR = "Throughline-Cursor"
PATIENCE = 600.0
"""Seconds that a large table may take to begin."""
app = typer.Typer(help="Data for R, Python and Excel: list, get, dictionary.", no_args_is_help=True)


class As(StrEnum):
    """The form of a file."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    PARQUET = "parquet"


@app.command("list")
def list_(api: Api = HERE) -> None:
    """The tables that there are, and what a row of each is."""
    for one in call(api, "GET", "/data")["items"]:
        typer.echo(f"{one['table']:<14} {one['about']}")


@app.command()
def get(
    table: Annotated[str, typer.Argument(help="The table; or workbook, for all of them as one XLSX.")],
    form: Annotated[
        As | None, typer.Option("--as", help="csv, jsonl, xlsx, parquet; else as the file is named.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; else it is printed.")] = None,
    since: Annotated[str | None, typer.Option(help="A cursor: only what has changed since it was given.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Of this engagement only.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Of this state, territory or Tribe only.")] = None,
    api: Api = HERE,
) -> None:
    """Fetch a table. The cursor for the next time is told on the standard error."""
    kind = form or _kind_of(output, table)
    if output is None and kind in (As.XLSX, As.PARQUET) and sys.stdout.isatty():
        fail(f"{kind} is nothing to be read on a terminal: name a file with --output.")
    asked = {"since": since, "engagement": engagement, "jurisdiction": jurisdiction}
    cursor = _fetch(api, f"/data/{table}.{kind}", {name: value for name, value in asked.items() if value}, output)
    typer.echo(f"{output or table}: read on with --since {cursor}", err=True)


@app.command()
def dictionary(api: Api = HERE) -> None:
    """What each column of each table means."""
    for one in call(api, "GET", "/data/dictionary.json"):
        kind = f"{one['type']}{', ' + one['unit'] if one['unit'] else ''}"
        typer.echo(f"{one['table']}.{one['column']} ({kind}): {one['description']}")


def _kind_of(output: Path | None, table: str) -> As:
    told = output.suffix.lstrip(".").lower() if output else ""
    if told in list(As):
        return As(told)
    return As.XLSX if table == "workbook" else As.CSV


def _fetch(api: str, path: str, asked: dict[str, str], output: Path | None) -> str:
    """Write what comes as it comes, beside the file until it is whole; tells the cursor."""
    import httpx

    there = output.with_name(f".{output.name}.part") if output else None
    try:
        with httpx.stream(
            "GET", api.rstrip("/") + path, params=asked, headers=shown_at(api), timeout=PATIENCE
        ) as answer:
            if not answer.is_success:
                answer.read()
                refuse(answer)
            into = there.open("wb") if there else sys.stdout.buffer
            for piece in answer.iter_bytes():
                into.write(piece)
            into.flush()
            if there and output:
                into.close()
                there.replace(output)
            return str(answer.headers.get(CURSOR, ""))
    except httpx.HTTPError as error:
        fail(f"Nobody answers at {api} ({error}). Start Throughline with `throughline up`, or name it with --api.")
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")
