"""The status line of one run, which `tidewheel status` shows: the step at work, its stage, its progress, the end."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from schemas.learning import ModelRefused, ModelTrained
from stores.errors import Retryable

LOG = logging.getLogger(__name__)

STEPS = ("snapshot", "split", "encode", "mine", "fit", "evaluate", "gate", "publish")
"""The steps of a run, in order; the status names the one at work."""

_EVERY_S = 0.5
_FIELD_OF_FACT = {"step": "done", "total": "total", "loss": "loss", "eta_s": "eta_s"}
_NO_PROGRESS = {"done": "", "total": "", "eta_s": "", "loss": ""}


class RunStatus:
    """Writes the status with `write`; a store that is away is no reason to stop a run."""

    def __init__(self, run: str, write: Callable[[dict[str, str]], None], clock: Callable[[], datetime]) -> None:
        self._run, self._write, self._clock = run, write, clock
        self._step, self._stage, self._last = STEPS[0], "", 0.0

    def begin(self, step: str, note: str = "") -> None:
        """Show that a step begins."""
        self._step, self._stage = step, ""
        self._show(step=f"{step} ({STEPS.index(step) + 1}/{len(STEPS)})", stage="", note=note, **_NO_PROGRESS)

    def stage(self, stage: str) -> None:
        """Show which part of the step begins, in words for people; its progress begins anew."""
        self._stage = stage
        self._show(stage=stage, **_NO_PROGRESS)

    def progress(self, facts: Mapping[str, Any]) -> None:
        """Show what a child process reports (step, total, loss, eta_s, stage, validation), at most twice a second.

        A stage that a child names is shown as long as it is named, and then again the one that it is a part of.
        """
        if "validation" in facts:
            self._show(validation=str(facts["validation"]))
        if time.monotonic() - self._last < _EVERY_S and facts.get("step") != facts.get("total"):
            return
        self._last = time.monotonic()
        known = {field: str(facts[fact]) for fact, field in _FIELD_OF_FACT.items() if fact in facts}
        self._show(stage=str(facts.get("stage", self._stage)), **known)

    def end(self, event: ModelTrained | ModelRefused) -> None:
        """Show and log how the run ended."""
        verdict = event.verdict if isinstance(event, ModelRefused) else "WIN"
        LOG.info("%s %s: %s; %s", event.tenant, event.run, verdict, "; ".join(event.reasons))
        self._step = "ended"
        self._show(step="ended", stage="", verdict=verdict, note="; ".join(event.reasons), **_NO_PROGRESS)

    def _show(self, **fields: str) -> None:
        try:
            self._write({"run": self._run, "state": self._step, **fields, "updated_at": self._clock().isoformat()})
        except Retryable as error:
            LOG.warning("%s: the status cannot be shown: %s", self._run, error)
