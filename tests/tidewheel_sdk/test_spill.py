"""The spill: several processes share it, the dead ones' events come first, and it has a bound."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidewheel_sdk.test_journal import FAR, full, items
from tidewheel_sdk.errors import Full
from tidewheel_sdk.journal import Journal, writers
from tidewheel_sdk.spill import Spill

ROOM = 10_000


def drained(spill: Spill) -> list[str]:
    found = list[str]()
    while batch := spill.peek(2, FAR):
        found += [item.event_id for item in batch]
        spill.done(len(batch))
    return found


def test_a_killed_process_s_events_come_first_and_in_order(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tidewheel_sdk.spill import Spill\n"
        "from tidewheel_sdk.wire import Item\n"
        "spill = Spill(Path(sys.argv[1]), 10_000, segment_bytes=40)\n"
        "for name in 'abcde':\n    spill.append([Item(name, b'{}')])\n"
        "spill.peek(1, 9); spill.done(1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    spill = Spill(tmp_path, ROOM)
    spill.append(items("f"))
    assert (spill.waiting, drained(spill)) == (5, list("bcdef"))
    spill.close()
    assert writers(tmp_path) == []


def test_two_share_a_directory_and_neither_takes_the_other_s(tmp_path: Path) -> None:
    one, two = Spill(tmp_path, ROOM), Spill(tmp_path, ROOM)
    for number in range(6):
        (one, two)[number % 2].append(items(str(number)))
    assert (drained(one), drained(two)) == (["0", "2", "4"], ["1", "3", "5"])
    one.append(items("left"))
    one.close()
    assert drained(two) == [], "it does not look again at once"
    two._looked_at -= 60
    two.tend()
    assert drained(two) == ["left"]
    two.close()


def test_it_has_a_bound_that_what_was_left_counts_for(tmp_path: Path) -> None:
    spill = Spill(tmp_path, ROOM)
    spill.append(items("a"))
    spill.close()
    spill = Spill(tmp_path, room=40)
    with pytest.raises(Full, match=r"1 wait in .* of 40 bytes"):
        spill.append(items("b"))
    assert drained(spill) == ["a"]
    spill.append(items("b"))
    assert drained(spill) == ["b"]


@pytest.mark.parametrize(("fsync", "at_once"), [("always", 1), ("second", 0), ("never", 0)])
def test_when_the_disk_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsync: str, at_once: int) -> None:
    now = [0.0]
    spill = Spill(tmp_path, ROOM, fsync, clock=lambda: now[0])  # type: ignore[arg-type]
    spill.append(items("a"))
    asked = list[int]()
    monkeypatch.setattr(os, "fsync", asked.append)
    spill.append(items("b"))
    assert len(asked) == at_once
    spill.tend()
    assert len(asked) == at_once, "not before its time"
    now[0] += 1.0
    spill.tend()
    assert len(asked) == (0 if fsync == "never" else 1)


def test_damage_is_counted_once(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a", "b"))
    (segment,) = journal.path.glob("*.events")
    segment.write_bytes(segment.read_bytes().replace(b'"id":"a"', b'"id":"x"'))
    journal.release()
    spill = Spill(tmp_path, ROOM)
    assert (drained(spill), spill.damaged(), spill.damaged()) == (["b"], 1, 0)


def test_damage_is_counted_though_nothing_else_is_there(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append(items("a", "b"))
    (segment,) = journal.path.glob("*.events")
    segment.write_bytes(segment.read_bytes().replace(b'"id"', b'"di"'))
    journal.release()
    spill = Spill(tmp_path, ROOM)
    assert (spill.waiting, spill.damaged(), writers(tmp_path)) == (0, 2, [])


def test_a_failing_disk_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    spill = Spill(tmp_path, ROOM, clock=lambda: now[0])
    spill.append(items("a"))
    now[0] += 1.0
    monkeypatch.setattr(os, "fsync", full)
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            spill.tend()
    monkeypatch.undo()
    spill.tend()
    spill.close()
    assert drained(Spill(tmp_path, ROOM)) == ["a"]


def test_an_empty_spill_has_nothing_to_note(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "deep" / "er", ROOM)
    spill.done(0)
    assert (spill.peek(1, FAR), spill.size, spill.on_disk) == ([], 0, True)


def test_of_several_that_died_the_oldest_comes_first(tmp_path: Path) -> None:
    for name in "abc":
        journal = Journal.create(tmp_path)
        journal.append(items(name))
        journal.release()
    assert drained(Spill(tmp_path, ROOM)) == list("abc")
