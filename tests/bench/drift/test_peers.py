"""Peers see what ours see: the reference first, then windows; doubles stand in for libraries that are not installed."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from bench.drift.peers import LIBRARIES, Queries, Stream, clicks, there
from streams.drift.behaviour import Opening, Search
from streams.drift.encoder import Vectors
from tests.streams.drift.people import MORNING


def search(minute: int, opened: bool = False, query: str = "vpn", assistant: bool = False) -> Search:
    at = MORNING + timedelta(minutes=minute)
    return Search("p1", query, at, assistant, 10, ("d",), (Opening("d", 1, 60.0),) if opened else ())


class Detector:
    """Detects any change of the number that it sees; `estimation` is the newest one."""

    def __init__(self) -> None:
        self.estimation, self.drift_detected = 1.0, False
        self.seen: list[float] = []

    def update(self, number: float) -> None:
        self.drift_detected, self.estimation = number != self.estimation, number
        self.seen.append(round(number, 3))


class Axes:
    """An encoder for which `vpn` is one axis and all other texts are another."""

    def encode(self, texts: list[str]) -> Vectors:
        return np.array([[1.0, 0.0] if text == "vpn" else [0.0, 1.0] for text in texts], dtype=np.float32)


def test_clicks_are_of_lists_and_in_order_of_time() -> None:
    searches = [search(2), search(1, opened=True), search(3, assistant=True)]
    assert list(clicks(searches)) == [1.0, 0.0]


@pytest.mark.parametrize(("window", "alarms"), [([True, True], False), ([True, False], True), ([False, True], True)])
def test_a_fall_alarms_also_when_the_window_ends_well(window: Sequence[bool], alarms: bool) -> None:
    peer = Stream(Detector(), clicks)
    peer.learn([search(0, opened=True)])
    assert peer.alarms([search(n, opened) for n, opened in enumerate(window, 1)]) is alarms


def test_a_rise_is_no_harm() -> None:
    peer = Stream(Detector(), clicks)
    peer.learn([search(0)])
    assert not peer.alarms([search(1, opened=True)])


def test_queries_are_held_against_the_whole_reference_before_a_window_is() -> None:
    detector = Detector()
    peer = Queries(detector, Axes())
    for day in range(2):
        peer.learn([search(day)])
    assert not peer.alarms([search(3)])
    assert peer.alarms([search(4, query="holidays")])
    assert detector.seen == [1.0, 1.0, 1.0, 0.0]


def test_only_what_is_installed_is_measured() -> None:
    assert set(there()) <= set(LIBRARIES)
