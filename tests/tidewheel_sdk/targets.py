"""Targets that tests script: what they are sent, and what they answer."""

import threading
from collections.abc import Callable, Sequence

from tidewheel_sdk.errors import Away
from tidewheel_sdk.events import DocumentOpened
from tidewheel_sdk.options import Options
from tidewheel_sdk.targets import Verdict
from tidewheel_sdk.wire import Item

QUICK = Options(linger_s=0.0, first_wait_s=0.005, longest_wait_s=0.01, close_within_s=30.0)
"""Options of a test that waits for nothing."""

WAIT_S = 60.0
"""Seconds that a test waits for what must come."""


def opened(event_id: str = "e1", user: str = "ana", tenant: str = "acme") -> DocumentOpened:
    """An event."""
    return DocumentOpened(tenant=tenant, event_id=event_id, user=user, document="hr/leave")


class Scripted:
    """Takes batches while `up`; otherwise it is away."""

    def __init__(self, up: bool = True, name: str = "scripted", key_digest: str = "") -> None:
        self.up, self.name, self.key_digest = up, name, key_digest
        self.tried = threading.Event()
        self.batches: list[list[str]] = []
        self.bodies: list[bytes] = []
        self.judge: Callable[[Item], Verdict] = lambda item: Verdict(True)
        self.closed = False

    @property
    def ids(self) -> list[str]:
        """The ids of all events taken, in order."""
        return [each for batch in self.batches for each in batch]

    def send(self, items: Sequence[Item]) -> list[Verdict]:
        self.tried.set()
        if not self.up:
            raise Away("nobody is there", 0.001)
        self.batches.append([item.event_id for item in items])
        self.bodies += [item.body for item in items]
        return [self.judge(item) for item in items]

    def close(self) -> None:
        self.closed = True
