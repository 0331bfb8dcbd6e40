"""A full disk: nothing that was acknowledged is lost, whatever the engine was merging."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from embedded import clickhouse_disk
from embedded.clickhouse_disk import FULL, RESERVE, end_when_full, free, wait_for_room
from embedded.clickhouse_errors import EngineError
from stores.exit_codes import EXIT_TRY_AGAIN
from tests.embedded.asking import Address, ask
from tests.embedded.conftest import Start

COLUMNS = 8
PARTS = ("parts", "detached_parts")
"""Where a lost row's part would be."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(path)], check=False).returncode:
        pytest.skip("no small disk can be mounted here: run as root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path: Path, leave: int = 0) -> None:
    """Write until no more than this is free."""
    with (path / "filler").open("ab", buffering=0) as out:
        piece = bytes(1 << 20)
        while piece and free(path) > leave:
            try:
                out.write(piece)
            except OSError:
                piece = piece[: len(piece) // 2]


class Feed(threading.Thread):
    """Inserts one row after another, and notes which were acknowledged."""

    def __init__(self, address: Address, first: int) -> None:
        super().__init__(daemon=True)
        self.address, self.next, self.kept = address, first, list[int]()
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            row = f"{self.next}" + "".join(f",{'y' * 200}{self.next}" for _ in range(COLUMNS)) + "\n"
            try:
                answer = ask(self.address, row.encode(), query="INSERT INTO k FORMAT CSV")
            except OSError:
                self.stop.wait(0.02)
                continue
            if answer[0] == 200 and "x-clickhouse-query-id" in answer[1]:  # the port may be another program's by now
                self.kept.append(self.next)
            self.next += 1


def test_what_was_acknowledged_is_there_after_a_disk_was_full_while_parts_were_merged(start: Start, disk: Path) -> None:
    columns = ", ".join(f"c{n} LowCardinality(String)" for n in range(COLUMNS))
    process, address = start(path=disk / "data")
    ask(address, f"CREATE TABLE k (a UInt64, {columns}) ENGINE = ReplacingMergeTree ORDER BY a")
    feeds = [Feed(address, first) for first in (1_000_000, 2_000_000, 3_000_000)]
    for feed in feeds:
        feed.start()
    try:
        for _ in range(3):
            before = sum(len(feed.kept) for feed in feeds)
            while sum(len(feed.kept) for feed in feeds) < before + 60:
                assert all(feed.is_alive() for feed in feeds)
                feeds[0].stop.wait(0.05)
            fill(disk)
            assert process.wait(60) == EXIT_TRY_AGAIN
            (disk / "filler").unlink()
            process, again = start(path=disk / "data")
            for feed in feeds:
                feed.address = again
    finally:
        for feed in feeds:
            feed.stop.set()
    for feed in feeds:
        feed.join(60)
    there = {int(line) for line in ask(again, "SELECT DISTINCT a FROM k")[2].split()}
    lost = {row for feed in feeds for row in feed.kept} - there
    assert not lost, [ask(again, f"SELECT * FROM system.{parts} WHERE table = 'k' FORMAT JSON") for parts in PARTS]
    assert ask(again, f"SELECT sum(length(c{COLUMNS - 1})) > 0 FROM k")[2] == b"1\n"


def test_with_little_room_rows_are_refused_and_answers_go_on(start: Start, disk: Path) -> None:
    process, address = start(path=disk / "data")
    ask(address, "CREATE TABLE k (a UInt64) ENGINE = MergeTree ORDER BY a")
    assert ask(address, b"1\n", query="INSERT INTO k FORMAT CSV")[0] == 200
    fill(disk, leave=RESERVE - (1 << 20))
    status, headers, _ = ask(address, b"2\n", query="INSERT INTO k FORMAT CSV")
    assert (status, headers["x-clickhouse-exception-code"]) == (500, "243")
    assert ask(address, "SELECT sum(a) FROM k")[2] == b"1\n"
    assert process.poll() is None


def test_it_waits_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([0, 0, 2 * RESERVE - 1, 2 * RESERVE])
    monkeypatch.setattr(clickhouse_disk, "free", lambda path: next(left))
    pauses = list[float]()
    wait_for_room(tmp_path, pauses.append)
    assert len(pauses) == 2


def test_it_ends_when_the_disk_is_full_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([RESERVE, FULL, FULL - 1])
    monkeypatch.setattr(clickhouse_disk, "free", lambda path: next(left))
    ended = list[int]()
    end_when_full(tmp_path, ended.append).join(60)
    assert ended == [EXIT_TRY_AGAIN]
    assert next(left, None) is None


@pytest.mark.parametrize(("left", "kept"), [(FULL, True), (FULL - 1, False)])
def test_rows_that_were_written_on_a_full_disk_are_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, kept: bool
) -> None:
    monkeypatch.setattr(clickhouse_disk, "free", lambda path: left)
    with nullcontext() if kept else pytest.raises(EngineError, match=r"^Code: 243\. .*full"):
        clickhouse_disk.check_room(tmp_path)


def test_free_is_what_this_process_may_write(tmp_path: Path) -> None:
    assert 0 < free(tmp_path) <= os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
