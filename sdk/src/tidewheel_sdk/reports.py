"""What became of an event: a report, and the delivery that will have it."""

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["accepted", "refused", "spilled", "dropped"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an event.

    accepted  the broker has it; `cut` names fields that were too long, or that a forgotten person stood in
    refused   it is never sent (again); `reason` says why
    spilled   the target is away and the disk has it: it is sent later, by this process or the next one, and then
              there is a further report
    dropped   it is lost, and `reason` says how
    """

    event_id: str
    status: Status
    reason: str = ""
    cut: tuple[str, ...] = ()


class Delivery:
    """The first report on an event, once there is one: `delivery.result()`, or `await delivery`."""

    def __init__(self) -> None:
        self._future: Future[Report] = Future()
        self._future.set_running_or_notify_cancel()  # nobody's time-out takes an event back

    @property
    def done(self) -> bool:
        """Return whether there is a report."""
        return self._future.done()

    def result(self, timeout_s: float | None = None) -> Report:
        """Return the report, waiting for it. Raises `TimeoutError`."""
        return self._future.result(timeout_s)

    def __await__(self) -> Generator[Any, None, Report]:
        return asyncio.wrap_future(self._future).__await__()

    def tell(self, report: Report) -> None:
        """Give the report; only the first one counts."""
        if not self._future.done():
            self._future.set_result(report)
