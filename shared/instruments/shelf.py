"""The shelf of instruments: files in a folder, each found by its name, with what a center adds to it."""

import re
from pathlib import Path

from shared.errors import Unknown
from shared.instruments.form import Form
from shared.instruments.questions import NAME
from shared.instruments.reading import put_together, read

SHIPPED = Path(__file__).parents[2] / "instruments"
"""The instruments that come with Throughline."""
ADDITIONS = "additions"
"""The folder, beside instruments, of what centers ask beyond them: <center>/<instrument>.yaml."""


class NoInstrument(Unknown):
    """There is no instrument {id}: put {id}.yaml into the folder of instruments."""


def found(name: str, center: str, folder: Path) -> tuple[str, str | None]:
    """The text of an instrument and of what this center adds, if anything; our own where the folder has none."""
    for place in dict.fromkeys((folder, SHIPPED)):
        if (file := place / f"{name}.yaml").is_file():
            return file.read_text("utf-8"), _own(place, name, center.lower())
    raise NoInstrument("instrument", name)


def _own(place: Path, name: str, center: str) -> str | None:
    """What a center adds; a center may be called anything, and what is no name of a folder leads nowhere."""
    if not re.fullmatch(NAME, center):
        return None
    own = place / ADDITIONS / center / f"{name}.yaml"
    return own.read_text("utf-8") if own.is_file() else None


def form_of(instrument: str, additions: str | None) -> Form:
    """The form that these texts spell."""
    return put_together(instrument, "instrument", additions, "additions") if additions else read(instrument)
