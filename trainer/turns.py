"""Several trainers at once, each at work for one tenant: tenants are learned for side by side, one never twice.

    every trainer reads the whole topic ▸ takes one tenant that has events, if no other trainer has it
    ▸ handles that tenant's events in order, and notes that they are handled ▸ gives the tenant back

A trainer that dies loses its tenant after the lease's time to live, and another one, or the next start, has that
tenant's unhandled events already (`stores.learning`). A run that waits keeps nobody else waiting: the turn passes on.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schemas.envelope import Event
from stores.errors import Retryable
from stores.learning import Learning
from stores.shares import Shares

LOG = logging.getLogger(__name__)
TRAINER = "trainer"
"""The service whose workers share the tenants."""


class Turns:
    """One trainer's turns. Not for several threads at once."""

    def __init__(self, shares: Shares, learning: Learning) -> None:
        self._shares, self._learning = shares, learning
        self._last = ""

    def turn(self, answer: Callable[[Event], None], timeout_s: float) -> bool | None:
        """Handle the events of the next tenant that is free, or wait for events up to `timeout_s`.

        Returns whether anything was handled; None when what the turn was for has to wait. Raises as `answer` does.
        """
        waiting = self._learning.waiting()
        with self._next(waiting) as tenant:
            handled = self._learning.handle(answer, 0.0 if tenant else timeout_s) > 0
        return None if tenant and not handled else handled

    @contextmanager
    def alone(self, tenant: str) -> Iterator[bool]:
        """Have the tenant for the block, if no other trainer has it; tell whether. Raises `Retryable`."""
        taken = self._shares.take(tenant)
        try:
            yield taken
        finally:
            if taken:
                self._shares.give(tenant)

    @contextmanager
    def _next(self, waiting: set[str]) -> Iterator[str]:
        """Have the next tenant by name after the last one, of those that are free; an empty name when none is."""
        for tenant in sorted(waiting, key=lambda tenant: (tenant <= self._last, tenant)):
            with self.alone(tenant) as taken:
                if taken:
                    self._last = tenant
                    yield tenant
                    return
        yield ""


def waits_for(errors: tuple[type[Exception], ...], call: Callable[[], None]) -> None:
    """Call, and have what passes by itself be waited for like a store that is away: raises `Retryable` for `errors`."""
    try:
        call()
    except errors as error:
        raise Retryable(str(error)) from error
