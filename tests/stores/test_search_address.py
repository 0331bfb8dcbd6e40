"""The file that names the resident search."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from stores.search_address import published
from stores.settings import SEARCH_FILE, Settings

URL = "http://:secret@127.0.0.1:8080"
STORES = {
    "kafka_bootstrap": "k:1", "redis_url": "redis://r:1", "clickhouse_url": "http://c:1", "milvus_uri": "http://m:1",
}  # fmt: skip


def named(home: Path) -> str:
    given: dict[str, Any] = {"home": home, **STORES}
    return Settings(**given).search_url.get_secret_value()


def test_it_is_there_for_the_block_and_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIDEWHEEL_SEARCH_URL", raising=False)
    assert named(tmp_path) == ""
    with published(tmp_path, URL):
        assert named(tmp_path) == URL
        assert stat.S_IMODE((tmp_path / SEARCH_FILE).stat().st_mode) == 0o600
        assert [file.name for file in tmp_path.iterdir()] == [SEARCH_FILE]
    assert named(tmp_path) == ""


def test_the_address_of_a_successor_stays(tmp_path: Path) -> None:
    with published(tmp_path, URL), published(tmp_path, URL + "1"):
        pass
    with published(tmp_path, URL):
        (tmp_path / SEARCH_FILE).write_text(json.dumps({"search_url": "http://:other@127.0.0.1:1"}))
    assert named(tmp_path) == "http://:other@127.0.0.1:1"


def test_the_environment_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWHEEL_SEARCH_URL", "https://:t@search.example:443")
    with published(tmp_path, URL):
        assert named(tmp_path) == "https://:t@search.example:443"
