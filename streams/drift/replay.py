"""Past events judged once more, by other rules: what would have been asked for, and when.

The job is the product's own. What it reads of people and documents are the warehouse's rows; what it remembers, and the
runs that it asks for, are kept here and stored nowhere. Event time is the only clock, so the same events and rules give
the same answer. A model that a request brought is taken to be as the events say: nothing of it changes what people did.
An imagined run gains and takes what the tenant's real ones did, on average.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import fmean, median
from typing import Any

import orjson

from schemas.ids import stable_id
from schemas.instants import instant, milliseconds
from schemas.learning import TrainingRequested
from stores.columns import Column
from stores.ports import Queries
from streams.drift.config import DriftConfig
from streams.drift.encoder import ReferenceEncoder
from streams.drift.job import DriftJob
from streams.drift.journal import Journal

Row = dict[str, Any]

_REQUESTS = "requests"
"""The journal's name for what was asked for."""

_RUN_MS = 86_400_000
"""How long a run that is only imagined takes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one set of rules made of a span: how many windows it judged, and the requests, each by its window's end."""

    windows: int
    requests: tuple[TrainingRequested, ...]

    def since(self, onset: datetime | None) -> Row:
        """Return how many requests came before an onset, if there is one, and after how many days the first one did."""
        ends = [request.occurred_at for request in self.requests]
        after = [end for end in ends if onset is None or end > onset]
        delay = (after[0] - onset).total_seconds() / 86_400 if onset is not None and after else None
        return {
            "requests": len(ends),
            "first": after[0] if after else None,
            "before_onset": None if onset is None else len(ends) - len(after),
            "delay_days": delay,
        }


@dataclass(slots=True)
class Imagined:
    """A warehouse whose events are real, from an instant on, and whose rows of drift and runs are of this replay."""

    warehouse: Queries
    from_ms: int
    refused: bool
    now_ms: int = 0
    requests: list[TrainingRequested] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        """Take up what the journal has of a replay that was cut off."""
        for table, rows in self.journal.read():
            if table == _REQUESTS:
                self.requests.extend(TrainingRequested.model_validate_json(orjson.dumps(row)) for row in rows)
            else:
                self.tables.setdefault(table, []).extend(rows)

    @property
    def judged(self) -> set[datetime]:
        """Return the ends of the windows that are judged."""
        return {row["window_end"] for row in self.tables.get("drift_windows", ())}

    def query(self, name: str, **parameters: Any) -> list[Row]:  # noqa: ANN401  # the named query's own
        """Return the rows of a named query, as of now. Raises `Retryable`."""
        if name == "drift_reference_newest":
            return sorted(self.tables.get("drift_references", ()), key=lambda row: row["began"])[-1:]
        if name == "drift_samples":
            return [r for r in self.tables.get("drift_samples", ()) if r["reference"] == parameters["reference"]]
        if name == "drift_history":
            judged = self.tables.get("drift_windows", ())
            return [_judged(row) for row in judged if row["reference_id"] == parameters["reference"]]
        if name == "drift_runs":
            real = self.warehouse.query(name, **parameters) if self.requests else []
            known = [row for row in real if row["compared"]]
            return [self._run(request, known) for request in reversed(self.requests)]
        if name == "drift_served":
            parameters["from_ms"] = max(self.from_ms, parameters["from_ms"])
        if name == "drift_pairs":
            parameters["until_ms"] = self.now_ms
        return self.warehouse.query(name, **parameters)

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        """Keep rows for as long as the replay lasts."""
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        self.tables.setdefault(table, []).extend(rows)
        self.journal.write(table, rows)
        return len(rows)

    def ask(self, request: TrainingRequested) -> TrainingRequested:
        """Note a request; it takes the place of signing it."""
        self.requests.append(request)
        self.journal.write(_REQUESTS, [request.model_dump(mode="json")])
        return request

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        """Send nothing anywhere."""

    def flush(self) -> int:
        """Return that nothing waits to be sent."""
        return 0

    def _run(self, request: TrainingRequested, known: Sequence[Row]) -> Row:
        asked = milliseconds(request.occurred_at)
        ended = "refused" if self.refused else "live"
        return {
            "run": request.run,
            "requested_ms": asked,
            "ended_ms": asked + _RUN_MS,
            "outcome": "running" if self.now_ms < asked + _RUN_MS else ended,
            "compared": bool(known),
            "gain": fmean(row["gain"] for row in known) if known else 0.0,
            "work_s": median(row["work_s"] for row in known) if known else 0.0,
        }


def replay(
    warehouse: Queries,
    tenant: str,
    config: DriftConfig,
    begin: datetime,
    end: datetime,
    refused: bool = False,
    encoder: ReferenceEncoder | None = None,
    directory: Path | None = None,
    moved: Callable[[int], None] = lambda days: None,
) -> Outcome:
    """Judge the whole days from `begin` to `end` as if they came now, and return what was asked for.

    The first days are the reference. A request is answered a day later: by a model that goes live, or with `refused` by
    one that is refused. What operators muted or dismissed does not count. In `directory` it keeps what it judged, and
    goes on from there the next time; `moved` is told how many units of time are behind. Raises `Retryable`.
    """
    unit = config.window_ms
    first, last = -(-milliseconds(begin) // unit) * unit, milliseconds(end) // unit * unit
    name = stable_id("replay", tenant, first, last, refused, config.hash)
    rows = Imagined(warehouse, first, refused, journal=Journal(directory / f"{name}.jsonl" if directory else None))
    job = DriftJob(rows, rows, config, rows.ask, encoder)
    known = max(map(milliseconds, rows.judged), default=first + unit)
    for at in range(known, last + 1, unit):
        rows.now_ms = at
        while job.run(tenant, instant(at), instant(at)):
            pass
        moved((at - first) // unit)
    return Outcome(len(rows.judged), tuple(rows.requests))


def _judged(row: Row) -> Row:
    """Return a row of `drift_windows` as the query `drift_history` does."""
    return {
        **row,
        "start_ms": milliseconds(row["window_start"]),
        "end_ms": milliseconds(row["window_end"]),
        "learned": row["effect"] - row["chance"],
    }
