"""The command line as people run it, and what it puts on topics."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from typing import NamedTuple
from uuid import uuid4

import pytest

from console.cli import main
from schemas.codec import Rejection, decode
from schemas.envelope import Event
from schemas.topics import LEARNING, Topic
from stores.kafka import EventReader, RawEvent
from stores.settings import Settings
from tests.indexer.loop import Loop
from tests.streams.lives import NOW

FAR = NOW.replace(year=2100)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs `tidewheel` in this process, exit codes and all, with an empty standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))

    def __call__(self, *arguments: str) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["tidewheel", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Ended(code or 0, *self._capsys.readouterr())


def records(stack: Settings, topic: Topic, like: bytes, least: int = 1) -> list[RawEvent]:
    """The records of a topic whose value has these bytes in it, once there are at least so many."""
    found, group = list[RawEvent](), f"look-{uuid4().hex}"
    with EventReader(stack.kafka_bootstrap, group, [topic.name]) as reader:
        for _ in range(50):
            found += [raw for raw in reader.poll(timeout_s=0.2) if like in (raw.value or b"")]
            if len(found) >= least:
                return found
    raise AssertionError(f"{topic.name} has {found}")


def sent(stack: Settings, tenant: str, topic: Topic = LEARNING, least: int = 1) -> list[Event]:
    """The events of this tenant in a topic, once there are at least so many."""
    return _events(topic, records(stack, topic, f'"{tenant}"'.encode(), least))


def _events(topic: Topic, raw: list[RawEvent]) -> list[Event]:
    events = [decode(topic, each.key, each.value, FAR) for each in raw]
    assert not [event for event in events if isinstance(event, Rejection)]
    return [event for event in events if isinstance(event, Event)]


@contextmanager
def indexing(stack: Settings, loop: Loop) -> Iterator[None]:
    """Let the indexer act on this tenant's decisions as they come through Kafka."""
    tenant, over, errors = loop.world.tenant, Flag(), list[Exception]()

    def act() -> None:
        with EventReader(stack.kafka_bootstrap, f"act-{tenant}", [LEARNING.name]) as reader:
            try:
                while not over.is_set():
                    came = [raw for raw in reader.poll(timeout_s=0.2) if f'"{tenant}"'.encode() in (raw.value or b"")]
                    for event in _events(LEARNING, came):
                        loop.indexer.handle(event)
                        loop.settle()
            except Exception as error:  # raised in the test's own thread
                errors.append(error)

    thread = Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        assert errors == []
