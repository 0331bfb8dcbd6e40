"""Live comes first: changes to what serves are applied between the parts of any work on a shadow.

A build, a verification or a comparison may take minutes; a withdrawn access must not wait for it. Work on a live
collection itself lets nothing in between its parts, where it could overtake a version that is being written: shadows
are filled by a `Sync` of their own, and only that one yields here.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from schemas.instants import is_over
from stores.errors import TidewheelError

LOG = logging.getLogger(__name__)


class Serves(Protocol):
    """Looks after what serves: `indexer.worker.Worker`."""

    def marks(self) -> Mapping[str, int]:
        """Return a number per tenant that changes with its documents."""
        ...

    def keep_fresh(self, tenant: str, mark: int, budget_s: float) -> None:
        """Apply document changes to what serves of a tenant, for `budget_s` seconds a collection."""
        ...


class LiveFirst:
    """Lets live changes through between the parts of shadow work, at most every `wait_s` seconds.

    Shadow work then has as much time as they took, so that it goes on also where changes never end.
    """

    def __init__(self, serves: Serves, wait_s: float, clock: Callable[[], datetime]) -> None:
        self._serves = serves
        self._wait = timedelta(seconds=wait_s)
        self._clock = clock
        self._since, self._pause = clock(), timedelta(0)
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nothing through in the block, which has a deadline: the last look before a cutover."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def yield_point(self) -> None:
        """Apply what changed to everything that serves, if that was not done for `wait_s` seconds."""
        began = self._clock()
        if self._held or not is_over(self._pause, self._since, began):
            return
        try:
            for tenant, mark in self._serves.marks().items():
                self._keep_fresh(tenant, mark)
        except TidewheelError as error:
            LOG.warning("live changes wait for the end of the shadow's step: %s", error)
        finally:
            self._since = self._clock()
            self._pause = max(self._wait, self._since - began)

    def _keep_fresh(self, tenant: str, mark: int) -> None:
        try:
            self._serves.keep_fresh(tenant, mark, self._wait.total_seconds())
        except Exception as error:  # whatever is wrong with one tenant, the others' changes pass
            LOG.warning("%s: live changes wait for the end of the shadow's step: %s", tenant, error)
