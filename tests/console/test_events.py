"""`tidewheel emit` on a running stack: events arrive on their topics, bad lines are named and not sent."""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import orjson
import pytest

from operations import events as parts
from operations.events import Record
from schemas.activity import DocumentOpened, Reacted
from schemas.codec import encode
from schemas.envelope import Event
from schemas.topics import CLICKS, REACTIONS, key_of
from stores.settings import Settings
from tests.console.running import CommandLine, records, sent
from tests.streams.lives import day


def events(tenant: str) -> list[Event]:
    return [event for event in day(tenant, "ana", "words") if isinstance(event, DocumentOpened | Reacted)]


def test_events_arrive_as_they_are_under_their_keys(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(map(encode, events(tenant))))
    result = tidewheel("emit", str(file))
    assert (result.code, result.out) == (0, "sent 3 events\n")
    clicks, reactions = sent(stack, tenant, CLICKS, 2), sent(stack, tenant, REACTIONS)
    assert {event.event_id for event in clicks + reactions} == {event.event_id for event in events(tenant)}


def test_bad_lines_are_named_and_the_others_sent(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    good = list(map(encode, events(tenant)))
    file.write_bytes(b"\n".join([good[0], b"no json", b'{"type": ["DocumentOpened"]}', b"", *good[1:]]))
    result = tidewheel("emit", str(file))
    assert (result.code, result.out) == (5, "sent 3 events\n")
    assert "line 2: not a JSON object" in result.err
    assert "line 3: type: ['DocumentOpened'] is none of" in result.err
    assert "2 lines are no events and were not sent" in result.err
    assert len(sent(stack, tenant, CLICKS, 2)) == 2
    plain = tidewheel("emit", str(file), "--json")
    assert (plain.code, json.loads(plain.out)["sent"]) == (5, 3)
    assert [problem["line"] for problem in json.loads(plain.out)["problems"]] == [2, 3]


def test_a_packed_array_is_sent_and_what_is_too_long_is_sent_whole(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path
) -> None:
    first, *others = [orjson.loads(encode(event)) for event in events(tenant) if isinstance(event, DocumentOpened)]
    file = tmp_path / "events.json.gz"
    file.write_bytes(gzip.compress(json.dumps([first | {"dwell_seconds": 172_800.0}, *others], indent=2).encode()))
    result = tidewheel("emit", str(file))
    assert (result.code, result.out) == (0, f"sent {1 + len(others)} events\n")
    assert "line 2: cut: dwell_seconds" in result.err
    (raw,) = (each for each in records(stack, CLICKS, f'"{tenant}"'.encode()) if b"172800" in (each.value or b""))
    assert b"\n" not in (raw.value or b"")
    plain = json.loads(tidewheel("emit", "--check", str(file), "--json").out)
    assert plain == {"sent": 0, "problems": [], "cut": [{"line": 2, "cut": {"dwell_seconds": 1}}]}


def test_whoever_stops_is_told_how_many_were_sent(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(map(encode, events(tenant))))
    whole = parts.checked

    def stopped(lines: Iterable[bytes], now: datetime) -> Iterator[object]:
        for number, record in enumerate(whole(lines, now)):
            if number == 2:
                raise KeyboardInterrupt
            assert isinstance(record, Record)
            yield record

    monkeypatch.setattr(parts, "checked", stopped)
    result = tidewheel("emit", str(file))
    assert (result.code, result.out) == (130, "sent 2 events\n")
    assert "stopped before the end" in result.err


def test_lines_for_a_named_topic_are_sent_unchecked(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path
) -> None:
    file, line = tmp_path / "what-came.txt", f"anything of {tenant}".encode()
    file.write_bytes(line + b"\r\n")
    assert tidewheel("emit", "--topic", "clicks", str(file)).out == "sent 1 events\n"
    assert [raw.key for raw in records(stack, CLICKS, line)] == [None]


def test_the_key_of_a_sent_event_keeps_its_users_order(
    tidewheel: CommandLine, stack: Settings, tenant: str, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(map(encode, events(tenant)[:2])))
    tidewheel("emit", str(file))
    found = records(stack, CLICKS, f'"{tenant}"'.encode(), 2)
    assert [raw.key for raw in found] == [key_of(event) for event in events(tenant)[:2]]
    assert len({raw.partition for raw in found}) == 1
