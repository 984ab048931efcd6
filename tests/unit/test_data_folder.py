"""What Throughline keeps of people lies in a folder that only its owner may look into."""

import stat
from pathlib import Path

import pytest

from shared.access.secrets import FILE
from shared.storage.folder import open_folder


def rights(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_folder(tmp_path / "some" / "data")
    assert rights(tmp_path / "some" / "data") == 0o700


@pytest.mark.parametrize(
    ("before", "is_ours", "after"),
    [(0o755, True, 0o700), (0o775, True, 0o700), (0o750, True, 0o750), (0o755, False, 0o755), (0o1777, False, 0o1777)],
)
def test_one_of_an_earlier_time_is_closed_to_others_but_no_folder_that_others_share(
    tmp_path: Path, before: int, is_ours: bool, after: int
) -> None:
    tmp_path.chmod(before)
    if is_ours:
        (tmp_path / FILE).touch()
    open_folder(tmp_path)
    assert rights(tmp_path) == after
