"""Files are short, say first what they are for, carry names of the field, and name no machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("services", "shared", "tests", "deploy", "docs", "playbooks", "benchmarks", ".ci")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
SHIPPED = [path for path in MODULES if "tests" not in path.parts]
ME = "tests/unit/test_house_files.py"

NEEDS_CHROMIUM = "tests/browser/conftest.py"
"""May leave tests out: a browser is no Python package, and not everybody has one."""
NEEDS_NPM = "tests/support/provider.py"
"""So may this: a provider to sign in at is a package of npm."""

LONGEST_FILE = 300
LONGEST_FUNCTION = 45
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "lib", "core"}
REGISTRIES = re.compile(r"\b(?:pypi|pythonhosted|npmjs)\.(?:org|com)\b")
MACHINES = re.compile(r"(?<![\w.$}~-])/(?:work|tmp|root|home|Users)/")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Every file that people wrote, with its text."""
    here = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]
    for path in [*here, *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file())]:
        if {"__pycache__", "vendor"} & {*path.parts} or path.suffix in {".pyc", ".png", ".ico", ".xlsx"}:
            continue
        yield name(path), path.read_text(encoding="utf-8")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_there_is_something_to_look_at() -> None:
    assert len(SHIPPED) > 10


def test_every_file_says_in_its_first_line_what_it_is_for() -> None:
    silent = []
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        is_mere_folder = "tests" in path.parts and path.name == "__init__.py" and not text.strip()
        if not is_mere_folder and not re.match(r'"""\S', text.splitlines()[0] if text else ""):
            silent.append(name(path))
    assert silent == []


def test_a_file_is_read_in_one_sitting() -> None:
    long = {name(path): count for path in SHIPPED if (count := _lines(path)) > LONGEST_FILE}
    assert long == {}, f"over {LONGEST_FILE} lines: make it a folder of the same name"


def test_a_function_is_seen_at_one_glance() -> None:
    long = {
        f"{name(path)}:{function.lineno} {function.name}": length(function)
        for path in SHIPPED
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }
    assert long == {}, f"over {LONGEST_FUNCTION} lines"


def test_names_come_from_the_field() -> None:
    empty = [name(path) for path in MODULES if EMPTY_NAMES & {path.stem, path.parent.name}]
    assert empty == [], "a name that says what is inside is easier to find"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (REGISTRIES, "where packages come from is the choice of whoever installs"),
        (MACHINES, "a path of one machine means nothing on another"),
    ],
)
def test_no_file_names_a_machine_or_a_package_registry(pattern: re.Pattern[str], why: str) -> None:
    found = [
        f"{file}:{number}"
        for file, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line) and file != ME
    ]
    assert found == [], why


def test_what_is_left_for_later_is_an_issue_and_not_a_comment() -> None:
    later = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"]))
    assert [file for file, text in texts() if file.endswith(".py") and later.search(text)] == []


def test_no_test_is_left_out() -> None:
    left_out = re.compile(r"pytest\.(?:skip|xfail|importorskip)\b|mark\.(?:skip|skipif|xfail)\b")
    found = [name(path) for path in MODULES if "tests" in path.parts and left_out.search(path.read_text("utf-8"))]
    assert [file for file in found if file not in {ME, NEEDS_CHROMIUM, NEEDS_NPM}] == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
