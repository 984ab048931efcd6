"""`throughline instrument`: is an instrument sound, and what will people be asked."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.calling import fail

if TYPE_CHECKING:
    from shared.instruments import Form

app = typer.Typer(help="Instruments: the questions of evaluation rounds.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The instrument's file.")]
Adding = Annotated[Path | None, typer.Option(help="The file of what a center asks beyond it.")]


class Language(StrEnum):
    """A language in which people are asked."""

    ENGLISH = "en"
    SPANISH = "es"


@app.command()
def check(file: File, additions: Adding = None) -> None:
    """Tell what is wrong with an instrument, by file, line and field; or how much it asks."""
    form = _form(file, additions)
    it, required = form.instrument, sum(entry.question.required for entry in form.entries)
    own = len(form.additions.questions) if form.additions else 0
    print(f"{it.instrument} version {it.version}: {it.title.en} / {it.title.es}")
    branches = sum(bool(entry.question.when) for entry in form.entries)
    print(f"{len(form.entries)} questions, {required} of them required, {branches} asked only after certain answers.")
    if form.additions:
        print(f"{own} of them are {form.additions.center}'s own.")
    for entry in form.entries:
        if entry.question.text.en == entry.question.text.es:
            print(f"note: {entry.name} reads the same in English and in Spanish")


@app.command()
def preview(
    file: File,
    additions: Adding = None,
    language: Annotated[Language, typer.Option(help="The language of the reader.")] = Language.ENGLISH,
) -> None:
    """Print what people will be asked, with the conditions of each question."""
    from shared.instruments.printing import printed

    print(printed(_form(file, additions), language.value))


def _form(file: Path, additions: Path | None) -> "Form":
    from shared.errors import of_file
    from shared.instruments import BadInstrument, put_together, read

    try:
        if additions is None:
            return read(file.read_text("utf-8"), str(file))
        return put_together(file.read_text("utf-8"), str(file), additions.read_text("utf-8"), str(additions))
    except OSError as error:
        fail(of_file(error))
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8; save it as such")
    except BadInstrument as error:
        fail("\n".join(str(problem) for problem in error.problems))
