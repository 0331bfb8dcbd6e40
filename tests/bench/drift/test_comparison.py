"""Peers are shown the windows that ours are judged on, and none of the reference's days is one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.drift.comparison import compare, of_peer
from bench.drift.questions import Remembering
from bench.drift.replay import NEVER, live
from bench.drift.scenarios import named
from streams.drift.behaviour import Search
from streams.drift.config import DriftConfig

CONFIG = DriftConfig(permutations=99, calibration_permutations=19, reference_windows=3, alpha=0.2)


@dataclass
class Counting:
    """A peer that alarms in its second window."""

    learned: int = 0
    windows: list[int] = field(default_factory=list)

    def learn(self, searches: Sequence[Search]) -> None:
        self.learned += 1

    def alarms(self, searches: Sequence[Search]) -> bool:
        self.windows.append(len(searches))
        return len(self.windows) == 2


def test_a_peer_sees_the_same_windows_as_ours() -> None:
    peer = Counting()
    found = compare(named("small_tenant"), 3, 30, NEVER, CONFIG, {"one": peer})
    ours = live(named("small_tenant"), 3, 30, NEVER, CONFIG, Remembering())
    assert found.closed == ours.closed
    assert peer.learned >= CONFIG.reference_windows
    assert len(peer.windows) == len(found.closed) > 1
    assert min(peer.windows) >= CONFIG.window_cases, "a small tenant's windows hold several days"
    assert found.peers == {"one": [found.closed[1]]}
    assert of_peer(found, "one").asked == [(found.closed[1], ("one",))]
