"""One look at the open sessions, taken again and again beside the agents."""

from dataclasses import dataclass, field

from stores.access_log import AccessLog
from streams.sessions.closing import Closed, Closer


@dataclass(frozen=True, slots=True)
class ClosingStep:
    """Says which partitions are read here, then closes a portion. Not for several threads at once."""

    closer: Closer
    accesses: AccessLog
    _assigned: set[str] = field(default_factory=set)

    def step(self, sources: frozenset[str], active: frozenset[str], now: int) -> Closed:
        """Close a portion of what is due. Raises `Retryable`: call again.

        `sources` are the partitions read here, `active` those of them that have more to read or are worked on; `now`
        is wall time in milliseconds. A partition holds time back from when it is assigned, or active, until it has
        been idle for long enough.
        """
        self.accesses.assign(active | (sources - self._assigned), now)
        self._assigned.clear()
        self._assigned.update(sources)
        return self.closer.close_portion(now)
