"""How much one caller may ask of all gateways together: a token bucket a caller, in Redis.

| key | type | holds |
|---|---|---|
| `gateway:rate:NAME` | hash | `left` tokens `at` an instant of Redis' clock, in milliseconds; gone once it is full |

A process takes tokens in advance, a twentieth of the burst at a time, and spends them by itself: most requests ask no
store. While Redis is away nobody is held back: what a limit protects is not worth a stop.
"""

import math
import threading
import time
from collections.abc import Callable

from stores import lua_files, redis_client
from stores.errors import Retryable
from stores.settings import Settings

_IN_ADVANCE = 20
_AWAY_S = 5.0
"""Seconds after a failure in which Redis is not asked."""

_CALLERS = 10_000
"""Callers whose tokens are remembered here; beyond them all are forgotten, which costs each some tokens."""


class RateLimits:
    """The buckets, as one process sees them; safe to use from several threads."""

    def __init__(self, client: redis_client.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._script = client.register_script(lua_files.named("rate_take"))
        self._clock = clock
        self._in_hand: dict[str, int] = {}
        self._away_until = -math.inf
        self._lock = threading.Lock()

    @classmethod
    def connect(cls, settings: Settings) -> "RateLimits":
        """Return the buckets of this installation. Nothing is sent yet."""
        return cls(redis_client.connect(settings, timeout_s=1.0))

    def spend_in_hand(self, name: str, cost: int) -> bool:
        """Spend tokens that were taken in advance; False when there are not enough, and `wait` has to be asked."""
        with self._lock:
            left = self._in_hand.get(name, 0) - cost
            if left < 0:
                return False
            self._in_hand[name] = left
            return True

    def wait(self, name: str, cost: int, per_s: float, burst: int) -> float:
        """Spend `cost` tokens; return 0, or in how many seconds there will be enough, and then none are spent.

        What costs more than a whole burst is let through when the bucket is full.
        """
        if self.spend_in_hand(name, cost):
            return 0.0
        if self._clock() < self._away_until:
            return 0.0
        wanted = min(burst, max(cost, burst // _IN_ADVANCE))
        least = min(burst, cost)
        try:
            given, milliseconds = redis_client.guarded(lambda: self._take(name, wanted, least, per_s, burst))
        except Retryable:
            self._away_until = self._clock() + _AWAY_S
            return 0.0
        if given == 0 and least:
            return max(milliseconds, 1) / 1000
        with self._lock:
            if len(self._in_hand) >= _CALLERS:
                self._in_hand.clear()
            self._in_hand[name] = max(0, self._in_hand.get(name, 0) + given - least)
        return 0.0

    def _take(self, name: str, wanted: int, least: int, per_s: float, burst: int) -> tuple[int, int]:
        arguments = [wanted, least, per_s, burst]
        given, milliseconds = self._script(keys=[f"gateway:rate:{name}"], args=arguments)
        return int(given), int(milliseconds)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()
