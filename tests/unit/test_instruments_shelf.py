"""The shelf of instruments: what a center adds is found by its name, and a name leads nowhere else."""

from pathlib import Path

import pytest

from shared.instruments.shelf import found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of instruments in which one center adds something, and what lies beside it."""
    instruments = tmp_path / "instruments"
    own = instruments / "additions" / "ncase"
    own.mkdir(parents=True)
    (instruments / "mid-survey.yaml").write_text("asked everywhere", "utf-8")
    (own / "mid-survey.yaml").write_text("asked by one", "utf-8")
    (tmp_path / "mid-survey.yaml").write_text("not for those who are asked", "utf-8")
    return instruments


def test_what_a_center_adds_is_found_in_the_folder_of_its_name(folder: Path) -> None:
    assert found("mid-survey", "NCASE", folder) == ("asked everywhere", "asked by one")
    assert found("mid-survey", "Another", folder) == ("asked everywhere", None)


ELSEWHERE = ("../..", "ncase/../../..", "", ".", "Center of the Midwest", "\0", "x" * 300)


@pytest.mark.parametrize("center", ELSEWHERE)
def test_a_center_that_is_called_otherwise_adds_nothing(folder: Path, center: str) -> None:
    assert found("mid-survey", center, folder) == ("asked everywhere", None)
