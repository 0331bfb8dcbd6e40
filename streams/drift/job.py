"""The story of drift: windows due ▸ reference ▸ sample ▸ measure ▸ judge ▸ ask ▸ write.

A request is sent before the window's rows are written: the rows are what marks a window as judged, so a crash between
the two judges it again and sends the same request, under the same ids, which counts once.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from schemas.instants import instant, milliseconds
from schemas.learning import TrainingRequested
from stores.learning import publish
from stores.ports import Sends
from streams.drift import history
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder, WordLlamaEncoder
from streams.drift.history import Row, Rows
from streams.drift.judgement import Judged, Verdict, judge
from streams.drift.measurement import measure, thresholds
from streams.drift.requests import obstacle, request, run_id
from streams.drift.sample import Sample
from streams.drift.signals import SIGNALS
from streams.drift.windows import Due, Served, complete_before, due

_log = logging.getLogger(__name__)

_NOTHING_JUDGED = -1
_KEPT_VERDICTS = 100
"""Enough to find the last n testable windows among many with too few cases."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """A frozen reference: what it was made of, its samples, and the effects that count against it."""

    model: str
    starts: tuple[int, ...]
    since_ms: int
    samples: tuple[Sample, ...]
    thresholds: dict[str, float]


@dataclass(slots=True)
class _Memory:
    """What a tenant's earlier calls found out; all of it can be read again from the warehouse."""

    served: list[Served] = field(default_factory=list)
    known_until_ms: int = 0
    judged_until_ms: int = _NOTHING_JUDGED
    last_request_end: datetime | None = None
    verdicts: dict[tuple[str, str], list[Verdict]] = field(default_factory=dict)
    reference: _Reference | None = None


class DriftJob:
    """Judges a tenant's complete windows, each once.

    Not for several threads at once. Two processes that judge the same tenant write the same rows and ask for the same
    run: wasteful, but harmless.
    """

    def __init__(
        self,
        warehouse: Rows,
        producer: Sends,
        config: DriftConfig,
        sign: Callable[[TrainingRequested], TrainingRequested],
        encoder: ReferenceEncoder | None = None,
    ) -> None:
        """`sign` puts the installation's signature on a request."""
        self._sign = sign
        self._warehouse = warehouse
        self._producer = producer
        self._config = config
        self._encoder = encoder or WordLlamaEncoder()
        self._tenants: dict[str, _Memory] = {}

    def run(self, tenant: str, watermark: datetime, now: datetime) -> list[Row]:
        """Judge the windows that the watermark has completed and return their rows, as written to `drift_windows`.

        `watermark` is the event time (UTC) before which everything has arrived; `now` dates requests and revisions.
        Returns at once, without a query, while no further window is complete.
        """
        memory = self._remembered(tenant)
        until = complete_before(watermark, self._config.window_ms)
        if until > memory.known_until_ms:
            memory.served += history.served(
                self._warehouse, tenant, memory.known_until_ms, until, self._config.window_ms
            )
            memory.known_until_ms = until
        todo = due(
            memory.served,
            memory.judged_until_ms,
            self._config.reference_windows,
            self._config.min_reference_searches,
        )
        rows: list[Row] = []
        for window in todo[: self._config.max_windows_per_run]:
            rows += self._judge(tenant, memory, window, now)
        return rows

    def _judge(self, tenant: str, memory: _Memory, window: Due, now: datetime) -> list[Row]:
        reference = self._reference(tenant, memory, window)
        sample = self._load(tenant, window.model, window.start_ms, self._config.max_queries, reference.since_ms)
        measured = measure(reference.samples, sample, self._config)
        earlier = {signal.name: memory.verdicts.get((window.model, signal.name), []) for signal in SIGNALS}
        judged = judge(measured, reference.thresholds, earlier, self._config)
        end = instant(window.start_ms + self._config.window_ms)
        asked, hindered = self._ask(tenant, memory, end, judged, now)
        rows = [self._row(tenant, window, end, j, asked, hindered, now) for j in judged]
        self._warehouse.insert("drift_windows", {name: [row[name] for row in rows] for name in rows[0]})
        memory.judged_until_ms = window.start_ms + self._config.window_ms
        for j in judged:
            newest_first = [j.verdict, *earlier[j.measured.signal]]
            memory.verdicts[(window.model, j.measured.signal)] = newest_first[:_KEPT_VERDICTS]
        return rows

    def _ask(
        self, tenant: str, memory: _Memory, end: datetime, judged: Sequence[Judged], now: datetime
    ) -> tuple[str, str]:
        """Send the request of a tripped window; return the run asked for, or why it was not (both may be empty)."""
        if not any(j.verdict == "tripped" for j in judged):
            return "", ""
        runs = history.runs(self._warehouse, tenant)
        hindered = obstacle(tenant, end, memory.last_request_end, runs, self._config, now)
        if hindered:
            _log.info("drift of %s up to %s asks for no training: %s", tenant, end.isoformat(), hindered)
            return "", hindered
        event = request(tenant, end, judged, self._config, now)
        if run_id(tenant, end) not in {run.run for run in runs}:
            publish(self._producer, [self._sign(event)])
        memory.last_request_end = end
        _log.warning("drift of %s: %s requested: %s", tenant, event.run, event.reason)
        return event.run, ""

    def _reference(self, tenant: str, memory: _Memory, window: Due) -> _Reference:
        kept = memory.reference
        if kept is not None and (kept.model, kept.starts) == (window.model, window.reference):
            return kept
        first = window.reference[0]
        since = history.first_search_ms(self._warehouse, tenant, first, first + self._config.window_ms)
        most = max(1, self._config.max_reference_queries // len(window.reference))
        samples = tuple(self._load(tenant, window.model, start, most, since) for start in window.reference)
        kept = _Reference(window.model, window.reference, since, samples, thresholds(samples, self._config))
        memory.reference = kept
        return kept

    def _load(self, tenant: str, model: str, start_ms: int, most: int, since_ms: int) -> Sample:
        return history.load(
            self._warehouse,
            self._encoder,
            self._config,
            tenant=tenant,
            model=model,
            start_ms=start_ms,
            most=most,
            since_ms=since_ms,
        )

    def _remembered(self, tenant: str) -> _Memory:
        memory = self._tenants.get(tenant)
        if memory is None:
            memory = _recalled(history.verdicts(self._warehouse, tenant, self._history_rows()))
            self._tenants[tenant] = memory
        return memory

    def _history_rows(self) -> int:
        windows = max(10 * self._config.of_windows, self._config.cooldown_windows + 1)
        return windows * len(SIGNALS)

    def _row(
        self, tenant: str, window: Due, end: datetime, judged: Judged, asked: str, hindered: str, now: datetime
    ) -> Row:
        m = judged.measured
        detail: dict[str, Any] = {**m.detail, "people_reference": m.people_reference, "people_window": m.people_window}
        if judged.verdict == "tripped":
            detail.update({name: text for name, text in (("asked", asked), ("not_asked", hindered)) if text})
        return {
            "tenant": tenant,
            "signal": m.signal,
            "window_start": end - timedelta(seconds=self._config.window_s),
            "window_end": end,
            "model": window.model,
            "value": m.value,
            "reference": m.reference,
            "effect": m.effect,
            "p": m.p,
            "q": judged.q,
            "threshold": judged.threshold,
            "n_reference": m.n_reference,
            "n_window": m.n_window,
            "verdict": judged.verdict,
            "detail": json.dumps(detail, ensure_ascii=False),
            "revision": milliseconds(now),
        }


def _recalled(rows: Sequence[Row]) -> _Memory:
    """Return the memory that the latest rows of `drift_windows`, newest first, hold."""
    memory = _Memory()
    for row in rows:
        memory.verdicts.setdefault((row["model"], row["signal"]), []).append(row["verdict"])
        memory.judged_until_ms = max(memory.judged_until_ms, row["end_ms"])
        if row["asked"] and memory.last_request_end is None:
            memory.last_request_end = instant(row["end_ms"])
    return memory
