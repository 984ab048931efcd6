"""Style, script, type and icons for browsers: served by us, under a hash of what they are, to be kept for a year."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from shared.access.opening import ANYBODY, open_to
from shared.errors import Unknown

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).parent / "static"
"""Our own files, and in `vendor/` what `make assets` installed."""
FOR_GOOD = "public, max-age=31536000, immutable"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}


def asset(name: str) -> str:
    """The address of a file for browsers: another one as soon as any of them changes."""
    return f"/assets/{version()}/{name}"


@lru_cache(maxsize=1)
def version() -> str:
    """A hash of all files, so that what they fetch from each other is of the same version too."""
    told = sha256()
    for file in sorted(FOLDER.rglob("*")):
        if file.is_file():
            told.update(file.relative_to(FOLDER).as_posix().encode())
            told.update(file.read_bytes())
    return told.hexdigest()[:12]


@router.get("/assets/{version_asked}/{name:path}")
@open_to(ANYBODY)
async def get_asset(version_asked: str, name: str) -> FileResponse:
    """One file; of another version than asked for (while replicas change) it is not kept."""
    file = (FOLDER / name).resolve()
    if not file.is_relative_to(FOLDER.resolve()) or file.suffix not in KINDS or not file.is_file():
        raise Unknown("file for browsers", name)
    kept = FOR_GOOD if version_asked == version() else "no-cache"
    return FileResponse(file, media_type=KINDS[file.suffix], headers={"Cache-Control": kept})
