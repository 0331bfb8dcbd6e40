import json
import os
from pathlib import Path

import pytest

from stores import settings
from stores.errors import Misconfigured

STACK = {
    "kafka_bootstrap": "127.0.0.1:1",
    "redis_url": "redis://:s3cret@127.0.0.1:2/0",
    "clickhouse_url": "http://127.0.0.1:3",
    "milvus_uri": "http://127.0.0.1:4",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("TIDEWHEEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_up_and_nothing_set_says_what_to_do() -> None:
    with pytest.raises(Misconfigured, match=r"run `tidewheel up`, or set TIDEWHEEL_KAFKA_BOOTSTRAP"):
        settings.load()


def test_a_running_stack_is_found_through_its_file(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(STACK | {"pids": {"redis": 5}}))
    loaded = settings.load(tmp_path)
    assert loaded.kafka_bootstrap == "127.0.0.1:1"
    assert loaded.home == tmp_path


def test_the_environment_stands_above_the_stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path))
    monkeypatch.setenv("TIDEWHEEL_KAFKA_BOOTSTRAP", "kafka.example:9092")
    loaded = settings.load()
    assert loaded.kafka_bootstrap == "kafka.example:9092"
    assert loaded.milvus_uri == "http://127.0.0.1:4"


def test_passwords_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    assert "s3cret" not in repr(settings.load(tmp_path))


def test_a_broken_stack_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{")
    with pytest.raises(Misconfigured, match=r"stack\.json cannot be read"):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        (
            "TIDEWHEEL_REDIS_URLS",
            "x",
            "TIDEWHEEL_REDIS_URLS is unknown, the nearest known name is 'TIDEWHEEL_REDIS_URL'",
        ),
        ("TIDEWHEEL_TENANTS", "acme", "is no JSON"),
        ("TIDEWHEEL_TENANTS", "3", "TIDEWHEEL_TENANTS: "),
        ("TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S", "soon", "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S: "),
        ("TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S", "0", "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S: .*greater than 0"),
    ],
)
def test_a_variable_that_is_misspelt_or_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misconfigured, match=named):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    "name", ["CONFIG", "STACK", "READY_FILE", "MINIO_PASSWORD", *map(str.upper, settings.SECTIONS)]
)
def test_variables_that_are_no_settings_are_known_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    monkeypatch.setenv(f"TIDEWHEEL_{name}", "{}")
    assert settings.load(tmp_path).home == tmp_path


def test_the_file_of_rules_is_in_the_home_unless_the_environment_names_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.rules_file(tmp_path) == (tmp_path / "tidewheel.toml", False)
    monkeypatch.setenv("TIDEWHEEL_CONFIG", "rules.toml")
    assert settings.rules_file(tmp_path) == (Path("rules.toml").absolute(), True)
    assert settings.rules_in_environment("drift") is None
    monkeypatch.setenv("TIDEWHEEL_DRIFT", "{}")
    assert settings.rules_in_environment("drift") == ("TIDEWHEEL_DRIFT", "{}")


def test_a_process_says_that_it_is_ready_where_its_supervisor_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(settings.READY_VARIABLE, raising=False)
    settings.say_ready()  # started by hand: nobody waits for it
    monkeypatch.setenv(settings.READY_VARIABLE, str(tmp_path / "ready"))
    settings.say_ready()
    assert (tmp_path / "ready").exists()
