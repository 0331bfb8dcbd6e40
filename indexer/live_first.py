"""Live comes first: changes to what serves are applied between the parts of any work on a shadow.

A build, a verification or a shadow test may take minutes; a withdrawn access must not wait for it. Nothing is let in
between the parts of work on a live collection itself, where it could overtake a version that is being written.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from indexer.upkeep import Keeper
from stores.errors import TidewheelError
from stores.serving import Serving

LOG = logging.getLogger(__name__)


class LiveFirst:
    """Lets live changes through while shadow work is marked, at most every `wait_s` seconds."""

    def __init__(self, serving: Serving, keeper: Keeper, wait_s: float, clock: Callable[[], datetime]) -> None:
        self._serving = serving
        self._keeper = keeper
        self._wait = timedelta(seconds=wait_s)
        self._clock = clock
        self._due: datetime | None = None

    @contextmanager
    def shadow_work(self) -> Iterator[None]:
        """Mark work on a shadow."""
        self._due = self._clock() + self._wait
        try:
            yield
        finally:
            self._due = None

    def breathe(self) -> None:
        """Apply what changed to everything that serves, if shadow work is marked and it has waited long enough."""
        if self._due is None or self._clock() < self._due:
            return
        self._due = None  # what follows breathes too
        try:
            marks = self._keeper.marks()
            for record in filter(None, map(self._serving.record, marks)):
                self._keeper.keep_fresh(record, marks[record.tenant], self._wait.total_seconds())
        except TidewheelError as error:
            LOG.warning("live changes wait for the end of the shadow's step: %s", error)
        finally:
            self._due = self._clock() + self._wait
