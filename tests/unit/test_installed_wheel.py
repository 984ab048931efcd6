"""What is installed from a wheel has what a checkout has beside the code."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from shared.storage.migrations import revisions

ROOT = Path(__file__).parents[2]
ASK = "from shared.storage import migrations as it; print(it.__file__, *it.revisions('followup'))"


def test_an_installed_throughline_finds_its_migrations(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    there = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    asked = subprocess.run(
        [sys.executable, "-P", "-c", ASK], cwd=tmp_path, env=there, check=True, capture_output=True, text=True
    )
    file, *known = asked.stdout.split()
    assert Path(file).is_relative_to(tmp_path / "installed")
    assert tuple(known) == revisions("followup")
