"""The file that says where the gateway listens."""

from pathlib import Path

import pytest

from stores import gateway_address


def test_what_is_published_is_found(tmp_path: Path) -> None:
    assert gateway_address.url_of(tmp_path) == ""
    assert gateway_address.publish(tmp_path, "127.0.0.1", 8080) == "http://127.0.0.1:8080"
    assert gateway_address.url_of(tmp_path) == "http://127.0.0.1:8080"
    assert [path.name for path in tmp_path.iterdir()] == ["gateway.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7"])
def test_a_damaged_file_is_no_address(tmp_path: Path, text: str) -> None:
    (tmp_path / "gateway.json").write_text(text)
    assert gateway_address.url_of(tmp_path) == ""
