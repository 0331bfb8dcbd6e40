"""A trainer whom nobody tells to stop, and one whom a test tells."""

from schemas.learning import TrainingStopped


class Quiet:
    """In place of `stores.stops.Stops`: there is what a test has said, at once."""

    def __init__(self, *said: TrainingStopped) -> None:
        self.said = [*said]

    def catch_up(self) -> None:
        """Nothing is behind."""

    def listen(self, timeout_s: float) -> None:
        """Nothing comes by itself."""

    def of(self, tenant: str, run: str) -> TrainingStopped | None:
        """Return what was said of the run."""
        return next((stop for stop in self.said if (stop.tenant, stop.run) == (tenant, run)), None)
