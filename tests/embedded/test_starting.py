"""What can go wrong while a stack starts, injected into a supervisor in this very process."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from embedded import control, ports, probes, servers
from embedded.servers import Program
from embedded.supervisor import Stack
from stores.errors import Misconfigured


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


def test_a_server_that_never_answers_is_named_after_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mute(data: Path, port: int, password: str) -> Program:
        argv = python("import time; print('loading', flush=True); time.sleep(60)")
        return Program("redis", argv, data, port, probes.redis, start_s=0.5)

    monkeypatch.setattr(servers, "redis", mute)
    with pytest.raises(Misconfigured, match=r"redis did not come up: it does not answer after 0 s.*\n  loading\n"):
        Stack(tmp_path).run()
    assert control.status(tmp_path) == []
    assert not (tmp_path / "stack.json").exists()


@pytest.mark.thorough
def test_another_port_is_tried_when_a_chosen_one_is_taken_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    choose = ports.choose

    def late(names: tuple[str, ...], requested: Mapping[str, int], remembered: Mapping[str, int]) -> dict[str, int]:
        return {**choose(names, requested, remembered), "redis": taken}

    monkeypatch.setattr(ports, "choose", late)
    stack = Stack(tmp_path)
    stack.run(lambda endpoints: stack.stop())
    assert not stack.endpoints["redis_url"].endswith(f"@127.0.0.1:{taken}/0")
    assert ports.recall(tmp_path / "ports.json")["redis"] != taken


def test_a_stop_while_it_starts_is_a_clean_stop(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.stop()
    stack.run(lambda endpoints: pytest.fail("it was stopped before"))
    assert not (tmp_path / "stack.json").exists()


def test_a_nearly_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100 << 20))
    with pytest.raises(Misconfigured, match=r"the disk of .* has 100 MiB left"):
        Stack(tmp_path).run()
