"""The story of drift: windows due ▸ reference ▸ sample ▸ measure ▸ judge ▸ weigh ▸ ask ▸ write.

A request is sent before the window's rows are written: the rows are what marks a window as judged, so a crash between
the two judges it again and sends the same request, under the same ids, which counts once. Nothing is remembered that
is not in rows, but for requests that are on their way there.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from schemas.instants import instant, milliseconds
from schemas.learning import TrainingRequested
from stores.drift_decisions import DriftDecisions
from stores.learning import publish
from stores.ports import Sends
from streams.drift import history
from streams.drift.calibration import calibrated
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder, WordLlamaEncoder
from streams.drift.history import Row, Rows
from streams.drift.judgement import Judged, Span, judge, silent
from streams.drift.measurement import measure
from streams.drift.memory import Memory, Seen, recalled
from streams.drift.requests import Run, muted, obstacle, overdue, request, run_id, with_dismissals
from streams.drift.rows import rows as rows_of
from streams.drift.sample import Sample
from streams.drift.stored_reference import Reference, reference_id
from streams.drift.windows import Due, Epoch, complete_before, due, first_epoch, leaders, searches_between
from streams.drift.worth import harm, worth

_log = logging.getLogger(__name__)


class DriftJob:
    """Judges a tenant's complete windows, each once, and again when events came late to it.

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
        decisions: Callable[[str], DriftDecisions] = lambda tenant: DriftDecisions(),
    ) -> None:
        """`sign` puts the installation's signature on a request; `decisions`: what operators decided on a tenant."""
        self._sign = sign
        self._decisions = decisions
        self._warehouse = warehouse
        self._producer = producer
        self._config = config
        self._encoder = encoder or WordLlamaEncoder()
        self._width = self._encoder.encode([]).shape[1]
        self._asked: dict[str, list[Run]] = {}
        self._rules_noted = False
        self.behind: set[str] = set()
        """Tenants with more windows to judge than one call does."""

    def run(self, tenant: str, watermark: datetime, now: datetime) -> list[Row]:
        """Judge the windows that the watermark has completed and return their rows, as written to `drift_windows`.

        `watermark` is the event time (UTC) before which everything has arrived; `now` dates requests and revisions.
        """
        until = complete_before(watermark, self._config.window_ms)
        reference = history.kept(self._warehouse, tenant, self._width)
        memory = self._recalled(tenant, reference)
        todo, reference = self._todo(tenant, reference, memory, until, now)
        (self.behind.add if len(todo) > self._config.max_windows_per_run else self.behind.discard)(tenant)
        revision, rows = memory.revision(milliseconds(now)), list[Row]()
        for window in todo[: self._config.max_windows_per_run]:
            if reference is None or reference.epoch != window.epoch:
                reference, memory = self._made(tenant, window.epoch, now), Memory()
            written, memory = self._judge(tenant, reference, memory.before(window.start_ms), window, now, revision)
            rows += written
        return rows

    def _todo(
        self, tenant: str, reference: Reference | None, memory: Memory, until: int, now: datetime
    ) -> tuple[list[Due], Reference | None]:
        """Return the windows to be judged, those that events came late to first, and the reference they begin with."""
        shape, unit = self._config.shape, self._config.window_ms
        begin = 0
        if reference is not None:
            judged_until = memory.seen[-1].end_ms if memory.seen else reference.epoch.began_ms
            begin = max(0, judged_until - (2 * shape.most + 2 * shape.reference_days) * unit)
        led = leaders(history.served(self._warehouse, tenant, begin, until, unit, self._config.per_user))
        if reference is None:
            epoch = first_epoch(led, shape)
            if epoch is None:
                return [], None
            reference, judged_until = self._made(tenant, epoch, now), epoch.began_ms
        again = {
            window.start_ms: searches_between(led, reference.epoch.model, window.start_ms, window.end_ms)
            for window in memory.seen
            if window.start_ms >= begin
        }
        late = memory.redo(again, reference.epoch)
        return [*late, *due(led, reference.epoch, judged_until, until, shape)], reference

    def _judge(
        self, tenant: str, reference: Reference, memory: Memory, window: Due, now: datetime, revision: int
    ) -> tuple[list[Row], Memory]:
        before, span = memory.watch(reference.watch), Span.of(instant(window.start_ms), window.days)
        if window.searches:
            sample = self._load(
                tenant, window.epoch.model, window.start_ms, window.end_ms, self._config.max_queries, reference.since_ms
            )
            judged, watch = judge(measure(reference.samples, sample, self._config), before, self._config, span)
        else:
            judged, watch = silent(before, self._config, span)
        end = instant(window.end_ms)
        asked, hindered = self._ask(tenant, end, instant(window.epoch.began_ms), judged, now)
        rows = rows_of(
            tenant, window, judged, self._config, reference=reference_id(tenant, reference.epoch),
            missing=reference.missing, asked=asked, hindered=hindered, revision=revision,
        )  # fmt: skip
        self._note_rules(now)
        self._warehouse.insert("drift_windows", history.columns(rows))
        seen = Seen(window.start_ms, window.end_ms, window.days, window.searches, asked, revision)
        return rows, memory.after(seen, watch)

    def _ask(
        self, tenant: str, end: datetime, began: datetime, judged: Sequence[Judged], now: datetime
    ) -> tuple[str, str]:
        """Send the request of a tripped or overdue window; return the run asked for, or why not (both may be empty)."""
        tripped = any(j.verdict == "tripped" for j in judged)
        if not tripped and not self._config.at_latest_days:
            return "", ""
        decisions, why = self._decisions(tenant), ""
        runs = with_dismissals(self._runs(tenant), decisions)
        own = run_id(tenant, end)
        due = overdue(tenant, end, began, [run for run in runs if run.run != own], self._config)
        if not tripped and not due:
            return "", ""
        hindered = muted(end, decisions) or obstacle(tenant, end, runs, self._config, now)
        if tripped and not hindered:
            others = [run for run in runs if run.run != own]
            harmed = partial(harm, self._warehouse, tenant, began, end, self._config)
            weighed = worth(judged, harmed, others, self._config)
            why = weighed.why if weighed.asks else due
            hindered = "" if why else weighed.why
        if hindered:
            _log.info("drift of %s up to %s asks for no training: %s", tenant, end.isoformat(), hindered)
            return "", hindered
        event = request(tenant, end, judged, self._config, now, why or due)
        if event.run not in {run.run for run in runs}:
            publish(self._producer, [self._sign(event)])
            self._asked.setdefault(tenant, []).append(Run(event.run, now, None))
        _log.warning("drift of %s: %s requested: %s", tenant, event.run, event.reason)
        return event.run, ""

    def _runs(self, tenant: str) -> list[Run]:
        """Return the tenant's runs; what was asked for a moment ago is one before the warehouse has heard of it."""
        found = history.runs(self._warehouse, tenant)
        known = {run.run for run in found}
        self._asked[tenant] = [run for run in self._asked.get(tenant, ()) if run.run not in known]
        return found + self._asked[tenant]

    def _made(self, tenant: str, epoch: Epoch, now: datetime) -> Reference:
        """Make the reference of an epoch, keep it, and return it as every later process will read it."""
        first = epoch.reference[0][0]
        unit = self._config.window_ms
        since = history.first_search_ms(self._warehouse, tenant, first, first + unit)
        most = max(1, self._config.max_reference_queries // len(epoch.reference))
        samples = tuple(self._load(tenant, model, start, start + unit, most, since) for start, model in epoch.reference)
        made = Reference(epoch, since, samples, calibrated(samples, self._config))
        self._note_rules(now)
        history.keep(self._warehouse, tenant, made, self._config.hash, milliseconds(now))
        return history.kept(self._warehouse, tenant, self._width) or made

    def _load(self, tenant: str, model: str, start_ms: int, end_ms: int, most: int, since_ms: int) -> Sample:
        return history.load(
            self._warehouse,
            self._encoder,
            self._config,
            tenant=tenant,
            model=model,
            start_ms=start_ms,
            end_ms=end_ms,
            most=most,
            since_ms=since_ms,
        )

    def _recalled(self, tenant: str, reference: Reference | None) -> Memory:
        if reference is None:
            return Memory()
        found = history.verdicts(self._warehouse, tenant, reference_id(tenant, reference.epoch))
        return recalled(found, reference.watch, self._config)

    def _note_rules(self, now: datetime) -> None:
        if not self._rules_noted:
            history.note_rules(self._warehouse, self._config, milliseconds(now))
            self._rules_noted = True
