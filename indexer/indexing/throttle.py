"""How much of its time background work takes, by how fast searches are answered meanwhile.

    every reading of the latency of recent searches ──▶ slower than it may be: a smaller share, at once
                                                    └─▶ fast enough, or nobody searches: a larger one, step by step

Additive increase and multiplicative decrease find the share at which searches are just fast enough, whatever the
machine and the model (Chiu and Jain, 1989). The rest after a piece of work is in proportion to how long it took.
"""

import time
from collections.abc import Callable
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from stores.search_latency import Latency


class ThrottleConfig(BaseModel):
    """When background work gives way to searches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slower: float = Field(
        default=1.3, ge=1, description="times their latency at rest that searches may take: half of it is noticed"
    )
    least_share: float = Field(
        default=0.25, gt=0, le=1, description="share of its time that background work keeps, 0 to 1: it has to end"
    )
    look_s: float = Field(default=1.0, gt=0, description="seconds between two looks at the latency of searches")


_GROWS_BY = 0.05
_SHRINKS_TO = 0.7


def next_share(share: float, latency: Latency | None, config: ThrottleConfig) -> float:
    """Return the share of its time that work takes from now on; `latency` is None when nobody searches. Pure."""
    if latency is not None and latency.p95_ms > config.slower * latency.idle_ms:
        return max(config.least_share, share * _SHRINKS_TO)
    return min(1.0, share + _GROWS_BY)


def rest_s(worked_s: float, share: float) -> float:
    """Return how long to rest after so many seconds of work. Pure."""
    return worked_s * (1 / share - 1)


class Throttle(Protocol):
    """Says how long background work rests."""

    def rest_s(self, worked_s: float) -> float:
        """Return the seconds of rest after so many of work."""
        ...


class Full:
    """No rest: for what serves."""

    def rest_s(self, worked_s: float) -> float:
        """Return none."""
        return 0.0


class BySearches:
    """Gives way to searches; `read` returns the latency of recent ones, None when there were none."""

    def __init__(
        self,
        read: Callable[[], Latency | None],
        config: ThrottleConfig,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._config = config
        self._monotonic = monotonic
        self._looked_at: float | None = None
        self.share = 1.0

    def rest_s(self, worked_s: float) -> float:
        """Return the seconds of rest after so many of work."""
        now = self._monotonic()
        if self._looked_at is None or now - self._looked_at >= self._config.look_s:
            self._looked_at = now
            self.share = next_share(self.share, self._read(), self._config)
        return rest_s(worked_s, self.share)
