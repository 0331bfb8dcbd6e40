"""`tidewheel operators`: keys are made, listed and revoked, and what is printed gives none of them away."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from console.cli import cli
from operations import operators as registered
from stores import keys
from stores.errors import Refused
from tests.stores.keyed import settings_of

Run = Callable[..., Result]

ADDRESSES = {"home", "kafka_bootstrap", "redis_url", "clickhouse_url", "milvus_uri"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of the test's own, without any store."""
    for name, value in settings_of(tmp_path / "home").model_dump(include=ADDRESSES).items():
        shown = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        monkeypatch.setenv(f"TIDEWHEEL_{name.upper()}", shown)
    return tmp_path / "home"


@pytest.fixture
def operators(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(cli, ["operators", *arguments])


def test_an_operator_s_key_is_made_and_its_file_named_and_not_shown(operators: Run, home: Path) -> None:
    result = operators("add", "sam")
    path = home / "keys" / "operators" / "sam.key"
    assert result.exit_code == 0, result.exception
    assert result.output == f"sam may decide. The private key is in {path}, for its owner alone.\n"
    (sam,) = registered.listed(settings_of(home))
    assert (sam.name, sam.key_id) == ("sam", keys.read(path).id)
    assert path.read_text().split()[-1] not in result.output


def test_a_key_to_take_along_comes_with_how_to_use_it(operators: Run, home: Path, tmp_path: Path) -> None:
    result = operators("add", "sam", "--out", str(tmp_path / "sam.key"))
    assert result.exit_code == 0, result.exception
    assert f"The private key is in {tmp_path / 'sam.key'}" in result.output
    assert "kept nowhere else; on sam's machine set TIDEWHEEL_OPERATOR_KEY" in result.output
    assert (tmp_path / "sam.key").exists()
    assert not list(home.rglob("sam.key"))


def test_a_second_key_is_refused(operators: Run) -> None:
    operators("add", "sam")
    again = operators("add", "sam")
    assert isinstance(again.exception, Refused)
    assert "may decide" not in again.output


def test_a_revoked_operator_is_told_of_and_stays_listed(operators: Run) -> None:
    operators("add", "sam")
    operators("add", "ada")
    result = operators("revoke", "sam")
    said, unsure = result.output.splitlines()
    assert said == "sam may decide no more."
    assert "could not be looked for" in unsure, "no service runs in this home"
    rows = {row["name"]: row for row in json.loads(operators("list", "--json").output)}
    assert [name for name, row in rows.items() if row["revoked_at"] is None] == ["ada"]
    assert list(rows) == ["ada", "sam"]


def test_nobody_unknown_can_be_revoked(operators: Run) -> None:
    result = operators("revoke", "sam")
    assert result.exception is not None
    assert "may decide no more" not in result.output


def test_people_see_a_short_id_and_a_minute_and_programs_all_of_it(operators: Run, home: Path) -> None:
    operators("add", "sam")
    (sam,) = registered.listed(settings_of(home))
    assert sam.added_at is not None
    table = operators("list").output
    assert sam.key_id[:12] in table
    assert sam.key_id not in table
    assert sam.public not in table
    assert f"{sam.added_at:%Y-%m-%d %H:%M} " in table
    (row,) = json.loads(operators("list", "--json").output)
    assert (row["key_id"], row["public"]) == (sam.key_id, sam.public)
    assert row["added_at"] == sam.added_at.isoformat()


def test_a_key_may_be_for_some_things_alone_or_for_looking(operators: Run, home: Path) -> None:
    made = operators("add", "kim", "--may", "rollback", "--may", "drift")
    assert made.output.startswith("kim may roll back, dismiss what drift asks for, or mute it. The private key")
    looks = operators("add", "lee", "--look-only")
    assert looks.output.startswith("lee may look at everything and decide nothing. The private key")
    operators("add", "sam")
    rows = {row["name"]: row["may"] for row in json.loads(operators("list", "--json").output)}
    assert rows == {
        "kim": ["rollback", "drift"],
        "lee": [],
        "sam": ["approve", "rollback", "retrain", "drift", "replay"],
    }
    assert {key.name: key.may for key in registered.listed(settings_of(home))}["kim"] == ("rollback", "drift")
    lines = {line.split()[0]: line for line in operators("list").output.splitlines() if line.strip()}
    assert lines["kim"].endswith("rollback drift")
    assert lines["lee"].endswith("look")


@pytest.mark.parametrize("given", [("--may", "everything"), ("--may", "drift", "--look-only"), ("--may", "")])
def test_rights_that_make_no_sense_make_no_key(operators: Run, home: Path, given: tuple[str, ...]) -> None:
    assert operators("add", "kim", *given).exit_code == 2
    assert registered.listed(settings_of(home)) == []


def test_where_nobody_may_decide_it_is_said_how_somebody_could(operators: Run) -> None:
    assert "No operator is registered; `tidewheel operators add NAME`" in operators("list").output
    assert json.loads(operators("list", "--json").output) == []
