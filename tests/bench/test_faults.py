"""The fault benchmark at a small size: a few faults change nothing, a wrong implementation is found out."""

import json
import random
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection, socket
from typing import Any

import pytest

from bench.faults.events import Made
from bench.faults.kinds import KINDS, plan
from bench.faults.proxy import Proxy
from bench.stack import free_port
from schemas import codec
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_all_events_are_valid_and_all_poison_is_not() -> None:
    made = Made(1, NOW.replace(month=1, year=2025))
    for topic, key, value in [made.next() for _ in range(2_000)]:
        assert not isinstance(codec.decode(TOPICS[topic], key, value, NOW), codec.Rejection)
    bad = [*made.poison(NOW), made.future(NOW)]
    assert len({key for _, key, _ in bad}) == len(bad)
    for topic, key, value in bad:
        assert isinstance(codec.decode(TOPICS[topic], key, value, NOW), codec.Rejection), value


def test_a_hundred_faults_are_of_every_kind_in_the_order_of_the_seed() -> None:
    hundred = plan(100, random.Random(1))
    assert Counter(hundred) == dict.fromkeys(KINDS, 100 // len(KINDS))
    assert hundred == plan(100, random.Random(1)) != plan(100, random.Random(2))
    assert len(plan(230, random.Random(1))) == 230


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(100):
            self.request.sendall(data)


@pytest.fixture
def echo() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_proxy_forwards_stalls_cuts_and_refuses(echo: int) -> None:
    with Proxy(free_port(), echo) as proxy:
        with create_connection(("127.0.0.1", proxy.port), 5) as line:
            line.sendall(b"one")
            assert line.recv(10) == b"one"
            proxy.stalled = True
            line.sendall(b"two")
            line.settimeout(0.5)
            with pytest.raises(TimeoutError):
                line.recv(10)
            proxy.stalled = False
            line.settimeout(5)
            assert line.recv(10) == b"two"
            proxy.cut()
            assert _ended(line)
        proxy.refusing = True
        with create_connection(("127.0.0.1", proxy.port), 5) as line:
            assert _ended(line)


def _ended(line: socket) -> bool:
    try:
        return line.recv(10) == b""
    except ConnectionResetError:
        return True


def _run(*options: str) -> tuple[int, dict[str, Any], str]:
    command = [sys.executable, "-m", "bench", "faults", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.slow
def test_a_few_faults_lose_double_and_change_nothing() -> None:
    status, report, told = _run("--count", "6", "--seed", "5")
    assert report["faults"] == sum(report["by_kind"].values()) == 6, told
    wrong = {name: report[name] for name in ("missing", "doubled", "sessions_differing", "pairs_differing")}
    assert not any(wrong.values()), told
    assert status == 0
    assert report["accepted"] >= report["events"] > 0


@pytest.mark.slow
def test_acknowledging_before_storing_is_found_out() -> None:
    options = ["--sabotage", "ack-first", "--kinds", "kill_clickhouse", "--patience", "30"]
    status, report, told = _run("--count", "3", *options)
    assert status == 1, told
    assert report["missing"] > 0
