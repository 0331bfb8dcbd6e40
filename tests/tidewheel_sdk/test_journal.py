"""Events on disk: in order over segments and processes, whole or not there, and gone once they are delivered."""

import os
import shutil
from errno import ENOSPC
from pathlib import Path
from typing import NoReturn

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


def full(*_: object, **__: object) -> NoReturn:
    raise OSError(ENOSPC, "No space left on device")


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


def test_a_full_disk_becomes_free_though_nothing_can_be_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path, segment_bytes=10)
    for name in "abc":
        journal.append(items(name))
    monkeypatch.setattr(Path, "write_text", full)
    journal.peek(2, FAR)
    journal.done(2)
    assert (journal.waiting, len(list(journal.path.glob("*.events")))) == (1, 2)
    monkeypatch.undo()
    assert drained(adopted(abandoned(journal))) == ["b", "c"], "`b` once more"


def test_what_could_not_be_noted_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a", "b"))
    journal.peek(1, FAR)
    monkeypatch.setattr(Path, "write_text", full)
    journal.done(1)
    monkeypatch.undo()
    assert drained(adopted(abandoned(journal))) == ["a", "b"]


def test_segments_that_cannot_be_deleted_go_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path, segment_bytes=10)
    for name in "abc":
        journal.append(items(name))
    monkeypatch.setattr(Path, "unlink", full)
    journal.peek(2, FAR)
    journal.done(2)
    monkeypatch.undo()
    assert (journal.waiting, drained(journal), list(journal.path.glob("*.events"))) == (1, ["c"], [])
    assert journal.size == 0


@pytest.mark.parametrize("call", ["write", "fsync", "open", "mkdir"])
def test_whatever_the_disk_does_not_take_is_full_and_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    real = os.open

    def only_old(path: str, flags: int, *more: int, **of: int) -> int:
        return full() if flags & os.O_CREAT else real(path, flags, *more, **of)

    fails = only_old if call == "open" else full
    monkeypatch.setattr(os, call, fails)
    with pytest.raises(Full, match="No space left"):
        Journal.create(tmp_path).append(items("a"), synced=True)
    monkeypatch.undo()
    journal = Journal.create(tmp_path, segment_bytes=10)
    journal.append(items("b"))
    monkeypatch.setattr(os, call, fails)
    if call != "mkdir":
        with pytest.raises(Full, match="No space left"):
            journal.append(items("c"), synced=True)
    monkeypatch.undo()
    journal.append(items("d"), synced=True)
    assert (drained(journal), journal.damaged, journal.waiting) == (["b", "d"], 0, 0)
    assert not list(tmp_path.glob(".*")), "nothing is left of what could not be made"


def test_what_is_half_written_and_cannot_be_taken_back_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, real, calls = Journal.create(tmp_path), os.write, list[int]()
    journal.append(items("a"))

    def half(file: int, content: bytes) -> int:
        calls.append(file)
        return real(file, content[:9]) if len(calls) == 1 else full()

    monkeypatch.setattr(os, "write", half)
    monkeypatch.setattr(os, "ftruncate", full)
    with pytest.raises(Full):
        journal.append(items("b"))
    monkeypatch.undo()
    journal.append(items("c"))
    assert (drained(journal), journal.damaged) == (["a", "c"], 0)


def test_what_goes_to_deleted_files_is_not_taken(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    shutil.rmtree(journal.path)
    for _ in range(2):
        with pytest.raises(Full, match="deleted"):
            journal.append(items("b"))


def test_a_disk_that_fails_at_the_end_keeps_nothing_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    monkeypatch.setattr(os, "fsync", full)
    journal.close()
    assert "No space left" in caplog.text
    assert drained(adopted(journal.path)) == ["a"]


def test_what_cannot_be_read_is_left_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a"))
    path = abandoned(journal)
    monkeypatch.setattr(Path, "open", full)
    assert Journal.adopt(path) is None
    assert "cannot be read" in caplog.text
    monkeypatch.undo()
    assert drained(adopted(path)) == ["a"]


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
