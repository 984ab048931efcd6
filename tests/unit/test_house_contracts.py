"""Each import contract of pyproject.toml bites: a small copy of the house is built, walls are broken, each is seen."""

import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in CONFIG["contracts"]}
SERVICES = [container.split(".")[1] for container in CONTRACTS["anatomy"]["containers"]]
FILES = [file.strip() for layer in CONTRACTS["anatomy"]["layers"] for file in layer.split("|") if "(" not in file]
SHARED = ["bus", "cli", "clock", "events", "logs", "obligations/reconcile", "playbooks", "settings", "storage", "web"]
LINTER = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]


class House:
    """All rooms of the real house, without furniture."""

    def __init__(self, ground: Path) -> None:
        self._ground = ground
        (ground / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
        for service, file in product(SERVICES, ["__init__", *FILES]):
            self.put(f"services/{service}/{file}")
        for file in ["__init__", "obligations/__init__", *SHARED]:
            self.put(f"shared/{file}")
        self.put("services/__init__")

    def put(self, file: str, *imports: str) -> None:
        path = self._ground / f"{file}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"import {module}\n" for module in imports), encoding="utf-8")

    def take_away(self, file: str) -> None:
        (self._ground / f"{file}.py").unlink()

    def complaints(self) -> str:
        """What import-linter has to say against it."""
        done = subprocess.run(LINTER, cwd=self._ground, capture_output=True, text=True, check=False)
        assert "Contracts:" in done.stdout or "Missing" in done.stdout, done.stdout + done.stderr
        return "" if done.returncode == 0 else " ".join(done.stdout.split())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_house_in_which_each_leans_on_those_below_it_is_sound(house: House) -> None:
    everyone = [f"services.{service}.main" for service in SERVICES]
    house.put("services/stage", *everyone, "asyncio")
    house.put("services/__main__", *everyone, "services.stage")
    for service in SERVICES:
        own = f"services.{service}"
        house.put(f"services/{service}/main", f"{own}.api", f"{own}.subscribers", f"{own}.tables", "shared.settings")
        house.put(f"services/{service}/api", f"{own}.handlers", f"{own}.domain", "fastapi")
        house.put(f"services/{service}/handlers", f"{own}.decisions", f"{own}.repository", "shared.clock")
        house.put(f"services/{service}/repository", f"{own}.tables", "sqlalchemy")
        house.put(f"services/{service}/decisions", f"{own}.domain", "shared.events", "datetime")
    assert house.complaints() == ""


@pytest.mark.parametrize("file", ["ticks", "pages", "channels"])
def test_what_only_some_services_have_is_no_fault(house: House, file: str) -> None:
    house.put(f"services/followup/{file}", "services.followup.decisions")
    assert house.complaints() == ""


def test_a_file_may_not_lean_on_those_above_or_beside_it(house: House) -> None:
    leaning = {
        "domain": "decisions",
        "decisions": "tables",
        "tables": "repository",
        "repository": "handlers",
        "handlers": "api",
        "api": "subscribers",
        "subscribers": "main",
    }
    for file, other in leaning.items():
        house.put(f"services/intake/{file}", f"services.intake.{other}")
    complaints = house.complaints()
    assert "Each service has one anatomy, and each file leans only on those below it BROKEN" in complaints
    for file, other in leaning.items():
        assert f"services.intake.{file} is not allowed to import services.intake.{other}" in complaints


def test_a_file_that_is_no_part_of_the_anatomy_is_noticed(house: House) -> None:
    house.put("services/sessions/lists")
    assert "services.sessions.lists" in house.complaints()


def test_a_service_without_one_of_its_files_is_noticed(house: House) -> None:
    house.take_away("services/sessions/decisions")
    assert "services.sessions.decisions" in house.complaints()


def test_no_service_may_import_another(house: House) -> None:
    pairs = list(zip(SERVICES, SERVICES[1:] + SERVICES[:1], strict=True))
    for service, other in pairs:
        house.put(f"services/{service}/handlers", f"services.{other}.domain")
    complaints = house.complaints()
    assert "Services do not know each other BROKEN" in complaints
    for service, other in pairs:
        assert f"services.{service} is not allowed to import services.{other}" in complaints


def test_no_service_may_reach_another_by_way_of_the_stage(house: House) -> None:
    house.put("services/stage", "services.intake.main")
    house.put("services/followup/main", "services.stage")
    assert "services.followup is not allowed to import services.intake" in house.complaints()


@pytest.mark.parametrize("file", ["storage", "cli", "events"])
def test_what_is_shared_may_not_know_a_service(house: House, file: str) -> None:
    house.put(f"shared/{file}", "services.intake.domain")
    assert "What is shared knows no service BROKEN" in house.complaints()


def test_rules_may_not_know_what_lies_outside(house: House) -> None:
    outside = CONTRACTS["pure"]["forbidden_modules"]
    house.put("services/followup/decisions", *outside)
    complaints = house.complaints()
    for module in outside:
        assert f"services.followup.decisions is not allowed to import {module}:" in complaints


def test_all_that_is_pure_is_watched(house: House) -> None:
    rooms = ["services/evaluation/domain", "shared/events", "shared/playbooks", "shared/obligations/reconcile"]
    for room in rooms:
        house.put(room, "asyncio")
    complaints = house.complaints()
    for room in rooms:
        assert f"{room.replace('/', '.')} is not allowed to import asyncio" in complaints


def test_rules_may_not_reach_the_clock_by_way_of_another_file(house: House) -> None:
    house.put("shared/errors", "shared.clock")
    house.put("shared/obligations/reconcile", "shared.errors")
    assert "shared.obligations.reconcile is not allowed to import shared.clock" in house.complaints()


def test_only_the_repository_touches_the_tables(house: House) -> None:
    for file in ("handlers", "api", "subscribers"):
        house.put(f"services/intake/{file}", "services.intake.tables")
    house.put("shared/web", "services.intake.tables")
    complaints = house.complaints()
    assert "main has them created BROKEN" in complaints
    assert "shared.web -> services.intake.tables" in complaints
    for file in ("handlers", "api", "subscribers"):
        assert f"services.intake.{file} -> services.intake.tables" in complaints
