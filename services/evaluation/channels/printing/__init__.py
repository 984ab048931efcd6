"""Reports as pictures and on paper; what it takes is installed with the extra `reports`."""

from importlib.util import find_spec

from shared.errors import Refused

NEEDED = ("altair", "vl_convert", "typst")
INSTALL = "pip install 'throughline[reports]'"
"""What whoever runs this has to do for charts and PDF."""


class NotInstalled(Refused):
    """Charts and PDF need what is not installed here. Whoever runs this Throughline gets it with: {install}"""

    status = 501
    title = "Not installed here"


def is_installed() -> bool:
    """Whether charts and paper can be made here."""
    return all(find_spec(name) is not None for name in NEEDED)


def see_that_it_is_installed() -> None:
    """Refuse what cannot be drawn or printed here."""
    if not is_installed():
        raise NotInstalled(install=INSTALL)
