"""Events on disk: in order over segments and processes, whole or not there, and gone once they are delivered."""

import os
from pathlib import Path

import pytest

from tidewheel_sdk.errors import Full
from tidewheel_sdk.journal import Journal, bytes_of, writers
from tidewheel_sdk.wire import Item

FAR = 2**40


def items(*names: str) -> list[Item]:
    return [Item(name, b'{"id":"%s"}' % name.encode()) for name in names]


def abandoned(journal: Journal) -> Path:
    """Let go of a journal as the kernel does when its process is killed."""
    journal.release()
    return journal.path


def adopted(path: Path, segment_bytes: int = 10) -> Journal:
    journal = Journal.adopt(path, segment_bytes)
    assert journal is not None
    return journal


def drained(journal: Journal) -> list[str]:
    found = list[str]()
    while batch := journal.peek(2, FAR):
        found += [item.event_id for item in batch]
        journal.done(len(batch))
    return found


def test_events_come_in_order_over_segments_and_files_go(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, segment_bytes=10)
    for name in "abcde":
        journal.append(items(name))
    assert len(list(journal.path.glob("*.events"))) == 5
    assert journal.size == sum(map(bytes_of, items(*"abcde")))
    assert drained(journal) == list("abcde")
    assert (journal.waiting, journal.size, list(journal.path.glob("*.events"))) == (0, 0, [])
    journal.append(items("f"))
    assert drained(journal) == ["f"]
    journal.close()
    assert writers(tmp_path) == []


def test_the_next_process_goes_on_behind_what_was_delivered(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, segment_bytes=70)
    journal.append(items(*"abcdefg"))
    journal.append(items("h"))
    assert [item.event_id for item in journal.peek(3, FAR)] == list("abc")
    journal.done(2)
    following = adopted(abandoned(journal))
    assert (following.waiting, drained(following)) == (6, list("cdefgh"))


def test_a_living_process_s_directory_is_nobody_else_s(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    assert Journal.adopt(journal.path) is None
    first = adopted(abandoned(journal))
    assert Journal.adopt(journal.path) is None
    assert drained(first) == ["a"]
    path = first.path
    first.close()
    assert Journal.adopt(path) is None


def test_a_record_that_was_cut_off_is_not_there(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a", "b"))
    (segment,) = journal.path.glob("*.events")
    with segment.open("ab") as file:
        file.write(segment.read_bytes()[:20])
    following = adopted(abandoned(journal))
    assert (following.waiting, drained(following), following.damaged) == (2, ["a", "b"], 0)


def test_a_damaged_record_is_counted_and_passed_over(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a", "b", "c"))
    (segment,) = journal.path.glob("*.events")
    segment.write_bytes(segment.read_bytes().replace(b'"id":"b"', b'"id":"x"'))
    following = adopted(abandoned(journal))
    assert following.damaged == 1, "it is counted whether or not anybody comes to it"
    for _ in range(3):
        following.peek(9, FAR)
    assert following.damaged == 1, "a batch that is tried again finds nothing new"
    assert (drained(following), following.damaged) == (["a", "c"], 1)


def test_nothing_but_damage_ends_too(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    (segment,) = journal.path.glob("*.events")
    segment.write_bytes(b"damaged\n")
    assert (journal.peek(9, FAR), journal.waiting, journal.damaged) == ([], 0, 1)


def test_a_full_disk_takes_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    real, calls = os.write, list[int]()

    def half(file: int, content: bytes) -> int:
        calls.append(len(content))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(file, content[: len(content) // 2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(Full, match="No space left"):
        journal.append(items("b"))
    monkeypatch.undo()
    journal.append(items("c"))
    assert (drained(journal), journal.damaged) == (["a", "c"], 0)


def test_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    assert journal.path.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in journal.path.glob("*.events"))


def test_the_disk_is_asked_once_for_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, asked = Journal.create(tmp_path, synced=False), list[int]()
    monkeypatch.setattr(os, "fsync", asked.append)
    journal.sync()
    journal.append(items("a"))
    journal.sync()
    journal.sync()
    assert len(asked) == 1
