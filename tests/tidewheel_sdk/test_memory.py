"""Waiting in memory: in order, bounded, all or none."""

import pytest

from tidewheel_sdk.errors import Full
from tidewheel_sdk.memory import Memory
from tidewheel_sdk.wire import Item

A, B, C = Item("a", b"12345"), Item("b", b"12345"), Item("c", b"12345")


def test_events_come_in_order_within_the_bounds() -> None:
    memory = Memory(100)
    memory.append([A, B, C])
    assert memory.peek(2, 100) == [A, B]
    assert memory.peek(9, 10) == [A, B]
    assert memory.peek(9, 1) == [A], "one comes however large it is"
    memory.done(2)
    assert (memory.peek(9, 100), memory.waiting, memory.size) == ([C], 1, 5)


def test_more_than_there_is_room_for_is_refused_whole_and_says_what_to_do() -> None:
    memory = Memory(12)
    memory.append([A])
    with pytest.raises(Full, match=r"1 wait in memory.*raise `room`"):
        memory.append([B, C])
    assert memory.peek(9, 100) == [A]
    memory.done(1)
    memory.append([B, C])
    assert memory.waiting == 2


def test_nothing_is_open_or_damaged() -> None:
    memory = Memory(1)
    memory.tend()
    memory.close()
    assert (memory.damaged(), memory.on_disk) == (0, False)
