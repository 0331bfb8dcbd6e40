"""The client: takes events, sends them in batches from a thread of its own, and reports on every one.

with Client("https://search.example", key=KEY, spill="/var/lib/app/tidewheel") as client:
    client.send(DocumentOpened(tenant="acme", user="ana", document="hr/leave"))
"""

import atexit
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType

from tidewheel_sdk.buffers import Buffer
from tidewheel_sdk.errors import Closed, Undelivered
from tidewheel_sdk.events import Event
from tidewheel_sdk.http_target import HttpTarget
from tidewheel_sdk.memory import Memory
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery, Report
from tidewheel_sdk.sender import SUPPRESSED, Sender
from tidewheel_sdk.suppression import Suppressed
from tidewheel_sdk.targets import Target, place
from tidewheel_sdk.wire import MAX_EVENT_BYTES, Item, item, written

LOG = logging.getLogger("tidewheel_sdk")

_DEFAULTS = Options()


class Client:
    """Sends events of producers; for several threads. Use it as a context: its end delivers what waits.

    With a `spill`, every event is on disk before `send` returns, and is sent by this process or a later one that uses
    the same directory for the same target. Without one events wait in memory, and what cannot be delivered by the end
    is dropped, with a report on each and `Undelivered`.
    """

    def __init__(
        self,
        target: str | Target,
        key: str = "",
        *,
        spill: str | os.PathLike[str] | None = None,
        on_report: Callable[[Report], None] | None = None,
        options: Options = _DEFAULTS,
    ) -> None:
        """Take a gateway's address and API key, or another target such as `KafkaTarget`.

        `on_report` is called for every report, from the client's thread, also of events that an earlier process left.
        """
        self._options = options
        directory = Path(spill) if spill is not None else None
        where = HttpTarget(target, key) if isinstance(target, str) else target
        buffer = _buffer(directory, options, where)
        self._suppressed = Suppressed(directory)
        self._sender = Sender(where, buffer, options, self._screened, on_report)
        self._pid, self._open = os.getpid(), True
        self._buffer = buffer
        atexit.register(self._at_exit)

    def send(self, event: Event) -> Delivery:
        """Take an event and return its delivery; nothing is waited for but the disk. Raises `Full`, `Closed`."""
        return self.send_all([event])[0]

    def send_all(self, events: Iterable[Event]) -> list[Delivery]:
        """Take several events, all or none, in one write; return their deliveries. Raises `Full`, `Closed`."""
        if not self._open or os.getpid() != self._pid:
            raise Closed("the client is closed, or of the process that this one was forked from; make one here")
        deliveries, kept, waiting = list[Delivery](), list[Item](), list[Delivery]()
        refused = list[tuple[str, str, Delivery]]()
        for event in events:
            deliveries.append(delivery := Delivery())
            found, reason = self._taken(event)
            if found is None:
                refused.append((event.event_id, reason, delivery))
            else:
                kept.append(found)
                waiting.append(delivery)
        if kept:
            self._sender.hand(kept, waiting)
        for event_id, reason, delivery in refused:
            self._sender.refuse(event_id, reason, delivery)
        return deliveries

    def suppress(self, tenant: str, user: str) -> None:
        """Send nothing of this person from now on, in whatever spelling: not what waits either.

        Later events are refused and counted (`counts["suppressed"]`). Documents that name the person as author are sent
        without that name. With a spill this lasts, as a salted hash, for all processes that share its directory.
        """
        self._suppressed.add(tenant, user)

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many reports of each status there were, and how many of `refused` were `suppressed`."""
        return dict(self._sender.counts)

    @property
    def waiting(self) -> int:
        """Return how many events are not delivered yet, those of earlier processes included."""
        return self._buffer.waiting

    @property
    def problem(self) -> str:
        """Return why no events can be delivered at the moment, or what is wrong with the spill, or an empty string."""
        return self._sender.problem

    def flush(self, within_s: float = 10.0) -> bool:
        """Send now; return whether everything was delivered within the time."""
        return self._sender.flush(within_s)

    def close(self, within_s: float | None = None) -> None:
        """Deliver what can be and let go. Raises `Undelivered` when events were dropped; with a spill none are."""
        if not self._open or os.getpid() != self._pid:
            return
        self._open = False
        atexit.unregister(self._at_exit)
        lost = self._sender.close(self._options.close_within_s if within_s is None else within_s)
        if lost:
            raise Undelivered(f"{lost} events were dropped: {self._sender.problem or 'the time was over'}")

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.close()
        except Undelivered:
            if error is None:
                raise

    def _taken(self, event: Event) -> tuple[Item | None, str]:
        """Return an event as it travels, or why it is not sent."""
        found = self._screened(item(event))
        if found is None:
            return None, SUPPRESSED
        if len(found.body) > MAX_EVENT_BYTES:
            return None, f"{len(found.body):,} bytes; an event may have {MAX_EVENT_BYTES:,}"
        return found, ""

    def _screened(self, found: Item) -> Item | None:
        """Return what may be sent of an event: all, without its author, or nothing."""
        if not self._suppressed:
            return found
        event = json.loads(found.body)
        if self._suppressed.names(event["tenant"], event.get("user")):
            return None
        if self._suppressed.names(event["tenant"], event.get("author")):
            return Item(found.event_id, written({name: value for name, value in event.items() if name != "author"}))
        return found

    def _at_exit(self) -> None:
        """Deliver what waits when a program ends without closing; what is dropped then is logged."""
        try:
            self.close()
        except Undelivered as error:
            LOG.error("%s", error)


def _buffer(directory: Path | None, options: Options, target: Target) -> Buffer:
    if directory is None:
        return Memory(options.room)
    try:
        from tidewheel_sdk.spill import Spill
    except ImportError as error:  # a system without flock
        raise ImportError("a spill needs a Unix system; without `spill` events wait in memory") from error
    return Spill(directory, options.room, options.fsync, place=place(target))
