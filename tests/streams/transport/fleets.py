"""Worker processes under test: started on one topic, hurt, and what they finished."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tests.streams.brokers import Broker

ROOT = Path(__file__).parents[3]
_groups = count()


class Fleet:
    """Worker processes of one group on one topic, and what they have finished."""

    def __init__(self, broker: Broker, directory: Path, **options: object) -> None:
        self.broker = broker
        self.group = f"w{next(_groups)}"
        self.topic = broker.topic()
        self.directory = directory
        self.options = options
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, **limits: float) -> "subprocess.Popen[bytes]":
        options = {
            "bootstrap": self.broker.bootstrap,
            "group": self.group,
            "topic": self.topic,
            "faults": str(self.directory),
            "log": str(self.directory / f"log{len(self.workers)}"),
            "limits": {"session_timeout_s": self.broker.session_timeout_s, "commit_interval_s": 0.2, **limits},
            **self.options,
        }
        command = [sys.executable, "-m", "tests.streams.crash_worker", json.dumps(options)]
        with (self.directory / f"stderr{len(self.workers)}").open("wb") as stderr:
            worker = subprocess.Popen(command, cwd=ROOT, stderr=stderr)
        self.workers.append(worker)
        return worker

    def finished(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for log in self.directory.glob("log*"):
            for line in log.read_text().splitlines():
                entry = json.loads(line)
                found.setdefault(entry["partition"], []).extend(entry["offsets"])
        return found

    def covers(self, sent: dict[int, int]) -> bool:
        found = self.finished()
        return all(set(found.get(p, [])) == set(range(n)) for p, n in sent.items())

    def fault(self, name: str, on: bool = True) -> None:
        path = self.directory / name
        path.touch() if on else path.unlink()

    def stderr(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.directory.glob("stderr*")))


def until(condition: Callable[[], object], within_s: float = 40.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.1)


def values(n: int) -> Iterator[bytes]:
    return (b"%d" % i for i in range(n))
