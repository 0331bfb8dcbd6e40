"""What operators decided about a tenant's drift: which requests they dismissed, and until when it is muted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.learning import Decision, DriftMuted, RequestDismissed


@dataclass(frozen=True, slots=True)
class DriftDecisions:
    """The newest mute, if there was any, and the dismissals by run."""

    muted: DriftMuted | None = None
    dismissed: Mapping[str, RequestDismissed] = field(default_factory=dict)

    def mute_of(self, window_end: datetime) -> DriftMuted | None:
        """Return the mute that keeps a window which ends then from asking, or None."""
        return self.muted if self.muted is not None and window_end < self.muted.until else None


def decided(events: Iterable[Decision]) -> DriftDecisions:
    """Return what the events of one tenant say, in whatever order they come. A pure rule.

    The newest mute holds; of two dismissals of one run the first.
    """
    muted: DriftMuted | None = None
    dismissed: dict[str, RequestDismissed] = {}
    for event in sorted(events, key=lambda e: (e.occurred_at, e.event_id)):
        if isinstance(event, DriftMuted):
            muted = event
        elif isinstance(event, RequestDismissed):
            dismissed.setdefault(event.run, event)
    return DriftDecisions(muted, dismissed)
