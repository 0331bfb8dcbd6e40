"""Where one run works: a directory of its own that survives a restart, and the status line that people look at."""

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.learning import ModelRefused, ModelTrained
from stores.errors import Retryable

LOG = logging.getLogger(__name__)

STEPS = ("snapshot", "split", "encode", "mine", "fit", "evaluate", "gate", "publish")
"""The steps of a run, in order; `status` carries the one at work."""

_EVERY_S = 0.5
_KEPT = {"report", "event.json"}


class Desk:
    """The run's directory `HOME/training/TENANT/RUN` and its voice."""

    def __init__(
        self,
        home: Path,
        tenant: str,
        run: str,
        tell: Callable[[dict[str, str]], None],
        clock: Callable[[], datetime],
    ) -> None:
        self.directory = home.absolute() / "training" / tenant / run
        self.directory.mkdir(parents=True, exist_ok=True)
        self._run, self._tell, self._clock = run, tell, clock
        self._step, self._last = STEPS[0], 0.0

    def begin(self, step: str, note: str = "") -> None:
        """Say that a step begins."""
        self._step = step
        self._write(
            step=f"{step} ({STEPS.index(step) + 1}/{len(STEPS)})", done="", total="", loss="", eta_s="", note=note
        )

    def progress(self, facts: Mapping[str, Any]) -> None:
        """Hand on what a child process tells: step, total, loss, eta_s, validation; at most twice a second."""
        if "validation" in facts:
            self._write(validation=str(facts["validation"]))
        if time.monotonic() - self._last < _EVERY_S and facts.get("step") != facts.get("total"):
            return
        self._last = time.monotonic()
        named = {"step": "done", "total": "total", "loss": "loss", "eta_s": "eta_s", "stage": "note"}
        self._write(**{there: str(facts[here]) for here, there in named.items() if here in facts})

    def remember(self, event: str) -> None:
        """Keep what the run ends with before it is said, so that a restart says the same."""
        path = self.directory / "event.part"
        path.write_text(event)
        path.replace(self.directory / "event.json")

    def remembered(self) -> str | None:
        """Return what `remember` kept."""
        path = self.directory / "event.json"
        return path.read_text() if path.is_file() else None

    def end(self, event: ModelTrained | ModelRefused) -> None:
        """Say how the run ended, and leave only what people read: texts and weights go."""
        verdict = event.verdict if isinstance(event, ModelRefused) else "WIN"
        LOG.info("%s %s: %s; %s", event.tenant, event.run, verdict, "; ".join(event.reasons))
        self._step = "ended"
        self._write(step="ended", verdict=verdict, note="; ".join(event.reasons), done="", total="", eta_s="")
        for path in self.directory.iterdir():
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _write(self, **fields: str) -> None:
        try:
            self._tell({"run": self._run, "state": self._step, **fields, "updated_at": self._clock().isoformat()})
        except Retryable as error:
            LOG.warning("%s: the status cannot be shown: %s", self._run, error)  # no reason to stop a run
