import json
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
    for name in (*STACK, "home", "tenants"):
        monkeypatch.delenv(f"TIDEWHEEL_{name.upper()}", raising=False)
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
