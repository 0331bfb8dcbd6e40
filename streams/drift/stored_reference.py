"""A reference as rows: what it was made of, person by person, and what its own windows taught.

It is made once and read ever after, so a restart, a late event, a new title or a changed setting leaves it as it was.
A forgotten person's rows are deleted (`operations/forget.py`), and windows that are judged afterwards say so.
"""

import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from schemas.ids import stable_id
from schemas.instants import instant, milliseconds
from streams.drift.detectors.baseline import Quiet
from streams.drift.judgement import Watch
from streams.drift.sample import Changed, Counts, Sample, Values
from streams.drift.signals import SIGNALS
from streams.drift.windows import Epoch

Row = dict[str, Any]

_DOCUMENTS = ""
"""The `user` of the row that holds a window's opened documents, which belong to nobody."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A frozen reference: its epoch, since when changes of documents count, its samples, and the watch it begins.

    `missing` person-days were forgotten since.
    """

    epoch: Epoch
    since_ms: int
    samples: tuple[Sample, ...]
    watch: Watch
    missing: int = 0


def reference_id(tenant: str, epoch: Epoch) -> str:
    """Return the id of the epoch's reference."""
    return stable_id("reference", tenant, epoch.model, epoch.began_ms)


def header(tenant: str, reference: Reference, rules: str, revision: int) -> Row:
    """Return the reference's row of `drift_references`."""
    epoch = reference.epoch
    quiet = {name: [[q.effect, q.variance, q.weekday] for q in rows] for name, rows in reference.watch.quiet.items()}
    return {
        "tenant": tenant,
        "reference": reference_id(tenant, epoch),
        "model": epoch.model,
        "began": instant(epoch.began_ms),
        "days": [instant(start) for start, _ in epoch.reference],
        "day_models": [model for _, model in epoch.reference],
        "since": instant(reference.since_ms),
        "people_days": sum(len(sample.people) for sample in reference.samples),
        "quiet": orjson.dumps(quiet).decode(),
        "rules": rules,
        "revision": revision,
    }


def sample_rows(tenant: str, reference: Reference) -> list[Row]:
    """Return the samples as rows of `drift_samples`: one a person and day, and one a day for its documents."""
    key = {"tenant": tenant, "reference": reference_id(tenant, reference.epoch)}
    rows = []
    for sample in reference.samples:
        at = {**key, "window_start": sample.start}
        documents = [[d.document, d.openings, d.moved] for d in sample.documents]
        rows.append({**at, "user": _DOCUMENTS, "content": orjson.dumps(documents).decode()})
        rows += [
            {**at, "user": person, "content": _content(sample, number)} for number, person in enumerate(sample.people)
        ]
    return rows


def restored(head: Row, rows: Sequence[Row], width: int) -> Reference:
    """Return the reference that the rows hold; vectors have `width` numbers."""
    days = [milliseconds(day) for day in head["days"]]
    epoch = Epoch(head["model"], milliseconds(head["began"]), tuple(zip(days, head["day_models"], strict=True)))
    by_day: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_day[milliseconds(row["window_start"])].append(row)
    samples = tuple(_sample(day, sorted(by_day[day], key=lambda row: row["user"]), width) for day in days)
    quiet = {name: tuple(Quiet(*one) for one in found) for name, found in orjson.loads(head["quiet"]).items()}
    missing = head["people_days"] - sum(len(sample.people) for sample in samples)
    return Reference(epoch, milliseconds(head["since"]), samples, Watch(quiet), max(0, missing))


def _content(sample: Sample, number: int) -> str:
    own = np.flatnonzero(sample.query_person == number)
    values = {name: v.value[v.cluster == number].tolist() for name, v in sample.values.items()}
    content = {
        "words": [sorted(sample.query_words[i]) for i in own],
        "vectors": base64.b64encode(np.ascontiguousarray(sample.vectors[own], dtype="<f4").tobytes()).decode(),
        "fit": [None if np.isnan(sample.fit[i]) else float(sample.fit[i]) for i in own],
        "counts": {name: [float(c.hits[number]), float(c.cases[number])] for name, c in sample.counts.items()},
        "values": values,
    }
    return orjson.dumps(content).decode()


def _sample(start_ms: int, rows: Sequence[Row], width: int) -> Sample:
    documents = [d for row in rows if row["user"] == _DOCUMENTS for d in orjson.loads(row["content"])]
    people = [(row["user"], orjson.loads(row["content"])) for row in rows if row["user"] != _DOCUMENTS]
    contents = [content for _, content in people]
    vectors = b"".join(base64.b64decode(content["vectors"]) for content in contents)
    fits = [fit for content in contents for fit in content["fit"]]
    return Sample(
        start=instant(start_ms),
        people=tuple(person for person, _ in people),
        query_person=_repeated([len(content["fit"]) for content in contents]),
        query_words=tuple(frozenset(words) for content in contents for words in content["words"]),
        vectors=np.frombuffer(vectors, dtype="<f4").reshape(-1, width).astype(np.float32),
        fit=np.array([np.nan if fit is None else fit for fit in fits], dtype=np.float64),
        counts={signal.name: _counts(signal.name, contents) for signal in SIGNALS if signal.tally},
        values={signal.name: _values(signal.name, contents) for signal in SIGNALS if signal.value},
        documents=tuple(Changed(document, openings, moved) for document, openings, moved in documents),
    )


def _counts(name: str, contents: Sequence[Mapping[str, Any]]) -> Counts:
    both = np.array([content["counts"].get(name, (0.0, 0.0)) for content in contents], dtype=np.float64).reshape(-1, 2)
    return Counts(both[:, 0], both[:, 1])


def _values(name: str, contents: Sequence[Mapping[str, Any]]) -> Values:
    own = [content["values"].get(name, []) for content in contents]
    return Values(
        _repeated([len(values) for values in own]), np.array([v for values in own for v in values], dtype=float)
    )


def _repeated(lengths: Sequence[int]) -> Any:  # noqa: ANN401  # an array of indices
    return np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
