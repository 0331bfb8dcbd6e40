"""What can go wrong while a stack starts, injected into a supervisor in this very process."""

import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from embedded import control, logs, ports, probes, servers, state_files
from embedded.passwords import Passwords
from embedded.process import PAUSES_S, Running
from embedded.servers import Program
from embedded.supervisor import Stack
from stores.errors import Misconfigured


@pytest.fixture
def taken() -> Iterator[int]:
    """A loopback port on which someone else listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


def test_a_part_that_never_answers_is_named_after_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mute(data: Path, port: int, password: str) -> Program:
        argv = python("import time; print('loading', flush=True); time.sleep(60)")
        return Program("redis", argv, data, port, probes.redis, start_s=0.5)

    monkeypatch.setattr(servers, "redis", mute)
    with pytest.raises(Misconfigured, match=r"redis did not come up: it does not answer after 0 s.*\n  loading\n"):
        Stack(tmp_path).run()
    assert control.status(tmp_path) == []
    assert not (tmp_path / "stack.json").exists()


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


def test_a_service_that_keeps_dying_is_restarted_ever_more_slowly(tmp_path: Path) -> None:
    running = Running(
        Program("flighty", python("raise SystemExit(3)"), tmp_path), tmp_path / "log", {}, lambda s, g: None
    )
    running.start()
    begun = time.monotonic()
    while running.restarts < 3:
        running.check()
        time.sleep(0.01)
    assert time.monotonic() - begun >= sum(PAUSES_S[:3])
    running.wait_stopped(0)
    assert (running.state, running.pid) == ("absent", None)


def test_a_part_is_not_restarted_on_a_port_that_someone_took(tmp_path: Path, taken: int) -> None:
    program = Program("late", python("import time; time.sleep(60)"), tmp_path, taken)
    running = Running(program, tmp_path / "log", {}, lambda s, g: None)
    running.start()
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    until = time.monotonic() + 2 * PAUSES_S[0] + 0.2
    while time.monotonic() < until:
        running.check()
        time.sleep(0.02)
    assert (running.state, running.restarts) == ("waiting", 0)


def test_a_part_that_ignores_its_signal_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    running = Running(Program("deaf", python(stubborn), tmp_path), tmp_path / "log", {}, lambda s, g: None)
    running.start()
    while "deaf" not in (tmp_path / "log").read_text():
        time.sleep(0.01)
    running.signal_stop()
    running.wait_stopped(time.monotonic() + 0.3)
    assert running.pid is None


class TestPorts:
    def test_requested_then_remembered_then_free(self, taken: int) -> None:
        asked, known = ports.free(set()), ports.free(set())
        chosen = ports.choose(("a", "b", "c"), {"a": asked}, {"a": known, "b": known, "c": taken})
        assert (chosen["a"], chosen["b"]) == (asked, known)
        assert ports.FIRST <= chosen["c"] <= ports.LAST
        assert len(set(chosen.values())) == 3

    @pytest.mark.parametrize("wrong", [70_000, -1])
    def test_an_impossible_port_is_refused(self, wrong: int) -> None:
        with pytest.raises(Misconfigured, match="a: port"):
            ports.choose(("a",), {"a": wrong}, {})

    def test_one_port_for_two_is_refused(self) -> None:
        port = ports.free(set())
        with pytest.raises(Misconfigured, match="two programs"):
            ports.choose(("a", "b"), {"a": port, "b": port}, {})

    @pytest.mark.parametrize("content", ["", "[1]", '{"a": "x"}', "null"])
    def test_a_damaged_memory_is_no_memory(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "ports.json").write_text(content)
        assert ports.recall(tmp_path / "ports.json") == {}


class TestLogs:
    def test_the_last_run_is_put_aside_and_growth_is_bounded(self, tmp_path: Path) -> None:
        path = tmp_path / "logs" / "x.log"
        with logs.start(path) as log:
            log.write(b"first run\n")
        with logs.start(path) as log:
            assert path.with_name("x.log.1").read_bytes() == b"first run\n"
            log.write(b"x" * logs.LIMIT + b"last words\n")
            logs.trim(path)
            log.write(b"after\n")
        assert path.read_bytes() == b"after\n"
        kept = path.with_name("x.log.1").read_bytes()
        assert len(kept) == logs.KEPT
        assert kept.endswith(b"last words\n")

    def test_the_tail_is_short_and_a_missing_log_is_no_error(self, tmp_path: Path) -> None:
        (tmp_path / "x.log").write_bytes(b"".join(b"%d\n" % i for i in range(100)) + b"\xff\n")
        assert logs.tail(tmp_path / "x.log", 2) == "  99\n  �"
        assert "No such file" in logs.tail(tmp_path / "absent.log")


@pytest.mark.parametrize("probe", [probes.broker, probes.redis, probes.clickhouse, probes.milvus])
def test_an_open_port_that_speaks_something_else_is_not_ready(taken: int, probe: object) -> None:
    assert callable(probe)
    with pytest.raises(probes.NotReady):
        probe(taken)


def test_the_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    assert state_files.holder(tmp_path) is None
    with state_files.locked(tmp_path):
        held = state_files.holder(tmp_path)
        assert held is not None
        assert held["pid"] > 1
        with pytest.raises(Misconfigured, match=f"process {held['pid']}, since 20"), state_files.locked(tmp_path):
            pass
    assert state_files.holder(tmp_path) is None


def test_every_store_listens_on_loopback_and_lives_in_its_own_directory(tmp_path: Path) -> None:
    found = servers.stores(
        tmp_path, {name: 20_000 + i for i, name in enumerate(servers.STORES)}, Passwords("red", "click")
    )
    assert [program.name for program in found] == list(servers.STORES)
    assert {program.directory for program in found} == {tmp_path / name for name in servers.STORES}
    assert all("0.0.0.0" not in " ".join(program.argv) for program in found)
    assert replace(found[0], port=1).lost_on_restart
