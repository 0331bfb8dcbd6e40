"""The files that say where services listen."""

from pathlib import Path

import pytest

from stores.http_address import publish, url_of


def test_a_service_is_found_where_it_was_published(tmp_path: Path) -> None:
    assert url_of(tmp_path, "console") == ""
    assert publish(tmp_path, "console", "127.0.0.1", 8080) == "http://127.0.0.1:8080"
    assert publish(tmp_path, "gateway", "127.0.0.1", 8081) == "http://127.0.0.1:8081"
    assert [url_of(tmp_path, name) for name in ("console", "gateway")] == [
        "http://127.0.0.1:8080", "http://127.0.0.1:8081",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["console.json", "gateway.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"other": 1}'])
def test_what_is_no_address_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "console.json").write_text(text)
    assert url_of(tmp_path, "console") == ""
