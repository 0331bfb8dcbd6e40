"""An access log of its own for a test, at a chosen wall time."""

from stores import redis_client
from stores.access_log import AccessLog, Claim, Pace, user_key
from stores.settings import Settings
from streams.sessions import watermark

PACE = Pace(gap=1_000, lease=5_000, long=6)
LATENESS, IDLE_AFTER, IDLE_CLOSE = 100, 10_000, 20_000
NOW = 1_800_000_000_000
SOURCE = "clicks/log/0"


class Log:
    """An access log of its own, fed with (user, time, event) triples of one tenant."""

    def __init__(self, settings: Settings, tag: str, pace: Pace = PACE) -> None:
        self.client = redis_client.connect(settings)
        self.tag = tag
        self.log = AccessLog(self.client, pace, tag)
        self.offset = -1

    def record(self, *accesses: tuple[str, int, str], now: int = NOW, source: str = SOURCE) -> list[int]:
        first, self.offset = self.offset + 1, self.offset + len(accesses)
        recorded = self.log.record(
            source,
            (first, self.offset),
            now,
            [user_key("acme", user) for user, _, _ in accesses],
            [f"{event}\x1fdoc" for _, _, event in accesses],
            [time for _, time, _ in accesses],
            repaired=True,
        )
        return recorded.late

    def reached(self, now: int = NOW) -> int | None:
        return watermark.reached(
            self.log.sources(),
            now,
            gap_ms=PACE.gap,
            lateness_ms=LATENESS,
            idle_after_ms=IDLE_AFTER,
            idle_close_ms=IDLE_CLOSE,
        )

    def claim(self, now: int = NOW, most_users: int = 500, most_accesses: int = 20_000) -> Claim:
        return self.log.claim(now, self.reached(now), most_users, most_accesses)

    def state(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for key in sorted(self.client.keys(f"{self.tag}:*")):
            name = str(key).removeprefix(self.tag)
            if name in (":due", ":seen") or name.startswith(":u:"):
                hashed = name == ":seen"
                found[name] = self.client.hgetall(key) if hashed else self.client.zrange(key, 0, -1, withscores=True)
        return found
