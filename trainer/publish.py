"""What a run leaves behind: a model on the shelf with all that explains it, or a report of why there is none."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from schemas.ids import stable_id
from schemas.learning import Comparison, ModelRefused, ModelTrained, TrainingRequested
from stores.shelf import Shelf
from stores.warehouse import Warehouse
from trainer.config import TrainingConfig
from trainer.data.examples import Document
from trainer.data.snapshot import Manifest, Snapshot
from trainer.judging.evaluate import BASE, BM25, CANDIDATE, LIVE, Report, by_slice, score_rows, table
from trainer.judging.gate import Verdict, slice_intervals
from trainer.run_directory import Desk

EVENT = "event"
"""Key of a shelf entry's `about` with the ModelTrained event, so that a restarted trainer can say it again."""

_MAX_ID = 64
_EVENTS: TypeAdapter[ModelTrained | ModelRefused] = TypeAdapter(ModelTrained | ModelRefused)


def model_id(tenant: str, run: str) -> str:
    """Return the id of the model that a run makes: the same for the same run, at most 64 characters."""
    name = f"{tenant}-{run}"
    return name if len(name) <= _MAX_ID else f"{name[: _MAX_ID - 13].rstrip('-')}-{stable_id(tenant, run)[:12]}"


def comparison(found: Report, verdict: Verdict) -> Comparison:
    """Return the gate's figures as the event carries them."""
    means = {system: scores.get("ndcg@10", 0.0) for system, scores in table(found).items()}
    return Comparison(
        queries=len(found.queries),
        ndcg_candidate=means[CANDIDATE],
        ndcg_live=means[LIVE],
        ndcg_base=means[BASE],
        ndcg_bm25=means[BM25],
        difference=verdict.difference.mean,
        low=verdict.difference.low,
        high=verdict.difference.high,
    )


def said_before(shelf: Shelf, desk: Desk, request: TrainingRequested) -> ModelTrained | ModelRefused | None:
    """Return the event that this run has ended in already, on this machine or, for a win, on any."""
    text = desk.remembered()
    if text is None:
        entry = shelf.entry(request.tenant, model_id(request.tenant, request.run))
        text = entry.about.get(EVENT) if entry else None
    return _EVENTS.validate_json(text) if text else None


def trained(
    request: TrainingRequested, known: Mapping[str, str], outcome: Comparison, verdict: Verdict, now: datetime
) -> ModelTrained:
    """Return the event of a win; said again, it is the same event."""
    return ModelTrained(
        event_id=stable_id("ModelTrained", request.tenant, request.run),
        tenant=request.tenant,
        occurred_at=now,
        run=request.run,
        model=model_id(request.tenant, request.run),
        parent=known["parent"],
        snapshot=known["snapshot"],
        comparison=outcome,
        reasons=verdict.reasons,
    )


def refused(
    request: TrainingRequested,
    verdict: str,
    reasons: tuple[str, ...],
    now: datetime,
    **known: Any,  # noqa: ANN401  # fields of the event
) -> ModelRefused:
    """Return the event of a run without a model; `known` is what it got to: parent, snapshot, comparison."""
    return ModelRefused.model_validate(
        {
            "event_id": stable_id("ModelRefused", request.tenant, request.run),
            "tenant": request.tenant,
            "occurred_at": now,
            "run": request.run,
            "verdict": verdict,
            "reasons": tuple(reason[:4_000] for reason in reasons),
            **known,
        }
    )


def record_snapshot(
    warehouse: Warehouse, shelf: Shelf, taken: Snapshot, manifest: Manifest, rows: dict[str, list[Any]], desk: Path
) -> None:
    """Put the manifest on the shelf of snapshots and the lineage into the warehouse; again changes nothing."""
    directory = desk / "manifest"
    directory.mkdir(exist_ok=True)
    (directory / "manifest.json").write_bytes(manifest.content)
    shelf.put(taken.tenant, manifest.id, directory, {"run": taken.run, "parent": taken.parent}, taken.as_of)
    warehouse.insert("snapshot_pairs", rows)


def record_scores(warehouse: Warehouse, found: Report, request: TrainingRequested) -> None:
    """Write every system's score on every held-out query."""
    warehouse.insert("query_scores", score_rows(found, request.tenant, request.run))


def write_report(
    directory: Path, found: Report, verdict: Verdict, documents: Mapping[str, Document], config: TrainingConfig
) -> None:
    """Write what people read: metrics, slices with intervals, behaviours, and the queries that changed most."""
    directory.mkdir(parents=True, exist_ok=True)
    scores = found.scores()
    metrics = {
        "verdict": verdict.verdict,
        "reasons": list(verdict.reasons),
        "difference": asdict(verdict.difference),
        "systems": table(found),
        "slices": by_slice(found),
        "slice_differences": {name: asdict(span) for name, span in slice_intervals(scores, config.gate).items()},
        "behaviours": {
            name: {"tests": n, "live": live, "candidate": candidate}
            for name, (n, live, candidate) in found.behaviours.items()
        },
        "lost_behaviour_tests": list(found.lost_tests),
        "rules": config.model_dump(),
    }
    _write(directory / "metrics.json", metrics)
    _write(directory / "examples.json", examples(found, documents, config.evaluation.shown))


def examples(found: Report, documents: Mapping[str, Document], shown: int) -> dict[str, list[dict[str, Any]]]:
    """Return the worst losses and the best wins: the query, what was sought, and what each model put first."""
    scores = found.scores()
    change = scores.candidate - scores.live
    order = sorted(range(len(change)), key=lambda n: (float(change[n]), found.queries[n].text))
    losses = [n for n in order[:shown] if change[n] < 0]
    wins = [n for n in order[::-1][:shown] if change[n] > 0]
    return {
        "worst_losses": [_example(found, n, documents) for n in losses],
        "best_wins": [_example(found, n, documents) for n in wins],
    }


def put(shelf: Shelf, weights: Path, report: Path, manifest: Manifest, event: ModelTrained) -> None:
    """Put the model on the shelf, with manifest, metrics, examples and card. Raises `Refused` or `Misconfigured`."""
    shutil.copytree(report, weights / "tidewheel", dirs_exist_ok=True)
    (weights / "tidewheel" / "manifest.json").write_bytes(manifest.content)
    (weights / "README.md").write_text(card(event))
    about = {
        "run": event.run,
        "parent": event.parent,
        "snapshot": event.snapshot,
        "ndcg_10": f"{event.comparison.ndcg_candidate:.4f}",
        EVENT: event.model_dump_json(),
    }
    shelf.put(event.tenant, event.model, weights, about, event.occurred_at)


def card(event: ModelTrained) -> str:
    """Return the model's card."""
    seen = event.comparison
    return f"""# {event.model}

A sentence encoder for the searches of `{event.tenant}`, fine-tuned from `{event.parent}` by run `{event.run}`
on {event.occurred_at:%d %B %Y}. It belongs to that tenant alone: its training signals are that tenant's.

| system | nDCG@10 on {seen.queries} held-out queries |
|---|---|
| this model | {seen.ndcg_candidate:.3f} |
| live model before | {seen.ndcg_live:.3f} |
| base model | {seen.ndcg_base:.3f} |
| BM25 | {seen.ndcg_bm25:.3f} |

Difference to the live model: {seen.difference:+.3f}, 95 % interval {seen.low:+.3f} to {seen.high:+.3f}, by a paired
bootstrap.
No training example touched a held-out document, a copy of one, or a query like a held-out one.

- `tidewheel/manifest.json`: snapshot `{event.snapshot}`, every signal with its weight, and hashes of all texts.
- `tidewheel/metrics.json`: all metrics by system and slice, behaviour tests, and the gate's rules.
- `tidewheel/examples.json`: the queries that became worse or better most. Read the losses before you approve.

Its vectors cannot be mixed with another model's: every document is embedded anew before it serves.
"""


def _example(found: Report, n: int, documents: Mapping[str, Document]) -> dict[str, Any]:
    query = found.queries[n]

    def title(name: str) -> str:
        return documents[name].title if name in documents else name

    return {
        "query": query.text,
        "slices": list(found.slices[n]),
        "sought": {name: title(name) for name in sorted(query.relevant)},
        "ndcg_live": round(float(found.ndcg(LIVE)[n]), 4),
        "ndcg_candidate": round(float(found.ndcg(CANDIDATE)[n]), 4),
        "first_live": [title(name) for name in found.rankings[LIVE][n][:5]],
        "first_candidate": [title(name) for name in found.rankings[CANDIDATE][n][:5]],
    }


def _write(path: Path, content: Any) -> None:  # noqa: ANN401  # anything JSON takes
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
