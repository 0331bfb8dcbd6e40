"""Which port each server gets."""

from pathlib import Path

import pytest

from embedded import ports
from stores.errors import Misconfigured


def test_requested_then_remembered_then_free(taken: int) -> None:
    asked, known = ports.free(set()), ports.free(set())
    chosen = ports.choose(("a", "b", "c"), {"a": asked}, {"a": known, "b": known, "c": taken})
    assert (chosen["a"], chosen["b"]) == (asked, known)
    assert ports.FIRST <= chosen["c"] <= ports.LAST
    assert len(set(chosen.values())) == 3


@pytest.mark.parametrize("wrong", [70_000, -1])
def test_an_impossible_port_is_refused(wrong: int) -> None:
    with pytest.raises(Misconfigured, match="a: port"):
        ports.choose(("a",), {"a": wrong}, {})


def test_one_port_for_two_is_refused() -> None:
    port = ports.free(set())
    with pytest.raises(Misconfigured, match="two programs"):
        ports.choose(("a", "b"), {"a": port, "b": port}, {})


@pytest.mark.parametrize("port", [99_999, -5])
def test_a_remembered_port_that_is_none_is_not_taken(port: int) -> None:
    assert ports.FIRST <= ports.choose(("a",), {}, {"a": port})["a"] <= ports.LAST


@pytest.mark.parametrize("content", ["", "[1]", '{"a": "x"}', '{"a": 1e999}', "null"])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    assert ports.recall(tmp_path / "ports.json") == {}


def test_a_service_listens_as_asked_else_where_it_did_else_anywhere(taken: int) -> None:
    assert ports.listening("web", "0.0.0.0:8080", "") == ("0.0.0.0", 8080)
    host, port = ports.listening("web", "127.0.0.1:0", "nonsense")
    assert (host, port > 0) == ("127.0.0.1", True)
    assert ports.listening("web", "127.0.0.1:0", f"http://127.0.0.1:{port}") == (host, port)
    assert ports.listening("web", "127.0.0.1:0", f"http://127.0.0.1:{taken}")[1] != taken
    with pytest.raises(Misconfigured, match="taken"):
        ports.listening("web", f"127.0.0.1:{taken}", "")
