"""`tidewheel keys`: a key is printed once, listed without its secret, exchanged and ended."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from operations import api_keys
from tests.console.test_operators import home
from tests.stores.keyed import AT, settings_of

__all__ = ["home"]

Run = Callable[..., Result]


@pytest.fixture
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(cli, ["keys", *arguments])


def made(keys: Run) -> str:
    result = keys("add", "--tenant", "acme", "--scope", "events", "--name", "wiki")
    assert result.exit_code == 0, result.exception
    return result.stdout.strip()


def test_a_key_is_printed_this_once_and_opens(keys: Run, home: Path) -> None:
    presented = made(keys)
    found = api_keys.keys_of(settings_of(home)).find(presented, AT)
    assert found is not None
    assert (found.tenant, found.scopes, found.name) == ("acme", ("events",), "wiki")
    listed = keys("list")
    assert found.id in listed.output
    assert presented.split("_", 2)[2] not in listed.output
    assert found.digest not in keys("list", "--json").output


def test_a_key_is_exchanged_and_ended(keys: Run, home: Path) -> None:
    presented = made(keys)
    old = presented.split("_")[1]
    fresh = json.loads(keys("rotate", old, "--grace", "0", "--json").stdout)["key"]
    held = api_keys.keys_of(settings_of(home))
    assert held.find(presented, AT.replace(year=2100)) is None
    assert held.find(fresh, AT) is not None
    assert keys("revoke", fresh.split("_")[1]).exit_code == 0
    assert held.find(fresh, AT) is None
    assert keys("revoke", fresh.split("_")[1]).exception is not None


def test_a_token_is_for_somebody_of_a_tenant(keys: Run) -> None:
    result = keys("token", "--tenant", "acme", "--user", "ana", "--group", "staff")
    assert result.exit_code == 0, result.exception
    assert result.stdout.count(".") == 2


@pytest.mark.parametrize("wrong", [["--scope", "all"], ["--name", ""], ["--tenant", "A"]])
def test_a_wrong_option_is_named(keys: Run, wrong: list[str]) -> None:
    right = {"--tenant": "acme", "--scope": "events", "--name": "wiki", wrong[0]: wrong[1]}
    result = keys("add", *[part for pair in right.items() for part in pair])
    assert result.exit_code == 2
    assert wrong[0] in result.output
