"""The house as drawn: packages, layers, and module sizes."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SDK = ROOT / "sdk" / "src"
"""The sources of a distribution of its own, under the same contracts."""

PACKAGES = sorted(set(PROJECT["tool"]["importlinter"]["root_packages"]) - {"tidewheel_sdk"})
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MODULES += sorted(SDK.rglob("*.py"))


def test_every_top_level_package_stands_under_the_import_contracts() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert found == set(PACKAGES)


def test_every_package_is_built_typed_and_mirrored_by_tests() -> None:
    built = {pattern.rstrip("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert built == set(PACKAGES)
    typed = {*PACKAGES, "tidewheel_sdk"}
    assert set(PROJECT["tool"]["mypy"]["packages"]) == {*typed, "tests"}
    assert {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")} == {*typed, "attacks", "cases"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300, "more than one thing lives here"
    assert ast.get_docstring(ast.parse(text)), "a module begins with what it is"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if path == ROOT / "stores" / "settings.py":
        return
    readers = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert not readers, "ask stores/settings.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_importing_a_module_does_nothing(path: Path) -> None:
    if path.name == "__main__.py":
        return
    calls = [
        ast.unparse(node.value)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert not calls, "a bare call at import time"


def test_the_readme_names_exactly_two_commands_for_newcomers() -> None:
    readme = (ROOT / "README.md").read_text()
    assert re.search(r"^ *make demo\b", readme, re.MULTILINE)
    assert re.search(r"^ *make test\b", readme, re.MULTILINE)


def test_torch_is_pinned_to_one_version_everywhere() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch==")]
    assert pins == ["torch==2.13.0"]
    assert pins[0] in PROJECT["project"]["dependencies"]


def test_every_query_that_code_names_is_there() -> None:
    files = {path.stem for path in (ROOT / "stores" / "sql" / "queries").glob("*.sql")}
    asked = set()
    for path in MODULES:
        asked |= set(re.findall(r"""\.(?:query|run)\(\s*"([a-z_]+)\"""", path.read_text()))
    assert asked <= files
