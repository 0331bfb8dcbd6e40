import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson

from operations import event_files
from operations.events import Problem, Read, Record, Sent, checked, read, read_events, send, unchecked
from schemas.activity import DocumentOpened
from schemas.codec import encode
from schemas.topics import key_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CLICK = DocumentOpened(event_id="c1", tenant="acme", occurred_at=NOW, user="ana", document="hr/leave")
LONG = orjson.dumps(orjson.loads(encode(CLICK)) | {"dwell_seconds": 172_800.0})


def test_lines_are_events_or_problems_by_number_and_blank_ones_nothing() -> None:
    lines = [encode(CLICK), b"", b"  \n", b"}", b"[1]", b'{"type": 7}', b'{"type": []}', b'{"type": "DocumentOpened"}']
    found = list(read_events(lines, NOW))
    assert found[0] == CLICK
    problems = [problem for problem in found[1:] if isinstance(problem, Problem)]
    assert [problem.line for problem in problems] == [4, 5, 6, 7, 8]
    reasons = [problem.reason for problem in problems]
    assert reasons[0] == reasons[1] == "not a JSON object"
    assert reasons[2].startswith("type: 7 is none of DocumentUpserted")
    assert "Field required" in reasons[4]


def test_a_date_in_the_future_is_a_problem() -> None:
    (problem,) = read_events([encode(CLICK)], datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(problem, Problem)
    assert "future" in problem.reason


def test_what_is_too_long_is_an_event_with_what_is_cut_of_it() -> None:
    (found,) = read([b"", LONG], NOW)
    assert isinstance(found, Read)
    assert (found.line, found.text, found.cuts) == (2, LONG, {"dwell_seconds": 1})
    assert found.event == CLICK.model_copy(update={"dwell_seconds": 86_400.0})


def test_a_checked_line_goes_to_its_topic_under_its_key_and_an_unchecked_one_as_it_is() -> None:
    assert list(checked([encode(CLICK), b"?", LONG], NOW)) == [
        Record("clicks", key_of(CLICK), encode(CLICK), 1), Problem(2, "not a JSON object"),
        Record("clicks", key_of(CLICK), LONG, 3, {"dwell_seconds": 1}),
    ]  # fmt: skip
    assert list(unchecked([b"?\r\n", b"\xff"], "searches")) == [
        Record("searches", None, b"?", 1), Record("searches", None, b"\xff", 2)
    ]  # fmt: skip


def test_a_damaged_file_is_one_problem_behind_what_could_be_read() -> None:
    packed = gzip.compress((encode(CLICK) + b"\n") * 5_000)[:-20]
    found = list(read(event_files.lines(io.BytesIO(packed)), NOW))
    assert isinstance(found[-1], Problem)
    assert (found[-1].line, "gzip data ends early" in found[-1].reason) == (len(found), True)
    last = list(unchecked(event_files.as_they_are(io.BytesIO(packed)), "clicks"))[-1]
    assert isinstance(last, Problem)


class Kept:
    """A producer that keeps what it is given, and stores that give it."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def send(self, topic: str, key: bytes | None, value: bytes) -> None:
        self.values.append(value)

    def flush(self) -> int:
        return len(self.values)

    @contextmanager
    def producer(self) -> Iterator["Kept"]:
        yield self


def test_what_can_be_sent_is_and_the_rest_is_told() -> None:
    stores: Any = Kept()
    sent = send(stores, checked([encode(CLICK), b"?", LONG], NOW))
    assert sent == Sent(2, [Problem(2, "not a JSON object")], [(3, {"dwell_seconds": 1})])
    assert stores.values == [encode(CLICK), LONG], "the streams cut it, and count that"


def test_whoever_stops_is_told_how_many_the_broker_has() -> None:
    def lines() -> Iterator[bytes]:
        yield encode(CLICK)
        yield b"?"
        raise KeyboardInterrupt

    stores: Any = Kept()
    assert send(stores, checked(lines(), NOW)) == Sent(1, [Problem(2, "not a JSON object")], [], stopped=True)
