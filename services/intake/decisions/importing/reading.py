"""Whichever kind of file it is: told by what is in it, for a name proves nothing."""

from services.intake.decisions.importing import delimited, workbooks
from services.intake.decisions.importing.tables import MOST_BYTES, Table, too_many_bytes
from shared.errors import Malformed

WEB_PAGE = (b"<!doctype html", b"<html", b"<table", b"<?xml")
PAPER = b"%PDF"


def read(file: str, content: bytes) -> Table:
    """The rows of a file. Raises Malformed with what is wrong with it, and what to do."""
    if len(content) > MOST_BYTES:
        raise too_many_bytes()
    start = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(WEB_PAGE) or content.startswith(PAPER):
        raise Malformed(
            "is a web page or a PDF, whatever its name says: open it in the spreadsheet, and save it as .xlsx", "file"
        )
    is_workbook = content.startswith((workbooks.ZIPPED, workbooks.OLD))
    table = workbooks.read(file, content) if is_workbook else delimited.read(file, content)
    if not table.rows:
        raise Malformed("is empty: there is no row in it", "file")
    return table
