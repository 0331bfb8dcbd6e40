"""How a run ends: its event, and for a win the model on the shelf with all that explains it."""

import logging
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from schemas.ids import stable_id
from schemas.learning import Comparison, ModelRefused, ModelTrained, TrainingRequested
from stores.evaluation import of_columns
from stores.model_files import files_of, manifest_of
from stores.shelf import EXAMPLES, Shelf, refused_name
from stores.signing import Objecting
from stores.warehouse import Warehouse
from trainer.data.snapshot import Manifest, Snapshot
from trainer.judged_files import CARD, REPORTS, Files, check_judged
from trainer.judging import report
from trainer.judging.bootstrap import Interval
from trainer.judging.evaluate import BASE, BM25, BM25_CLICKED, CANDIDATE, DENSE, LIVE, REWEIGHTED, Evaluation
from trainer.judging.gate import Verdict
from trainer.judging.tables import SCORE, score_rows, table
from trainer.run_directory import RunDirectory

LOG = logging.getLogger(__name__)
EVENT = "event"
"""Key of a shelf entry's `about` with the ModelTrained event, so that a restarted trainer can send it again."""

_MAX_ID = 64
RunOutcome = ModelTrained | ModelRefused
"""The event that a run ends in."""

_OUTCOMES: TypeAdapter[RunOutcome] = TypeAdapter(RunOutcome)


def model_id(tenant: str, run: str) -> str:
    """Return the id of the model that a run makes: the same for the same run, at most 64 characters."""
    name = f"{tenant}-{run}"
    return name if len(name) <= _MAX_ID else f"{name[: _MAX_ID - 13].rstrip('-')}-{stable_id(tenant, run)[:12]}"


def comparison(found: Evaluation, verdict: Verdict, judged: Interval | None = None) -> Comparison:
    """Return the gate's figures as the event carries them; `judged` is of the queries that people judged."""
    of_system = table(found)
    means = {system: scores.get(SCORE, 0.0) for system, scores in of_system.items()}
    return Comparison(
        queries=len(found.queries),
        ndcg_candidate=means[CANDIDATE],
        ndcg_live=means[LIVE],
        ndcg_base=means[BASE],
        ndcg_bm25=means[BM25],
        difference=verdict.difference.mean,
        low=verdict.difference.low,
        high=verdict.difference.high,
        ndcg_live_reweighted=means[REWEIGHTED],
        dense_candidate=means[DENSE[CANDIDATE]],
        dense_live=means[DENSE[LIVE]],
        fusion_candidate=found.choices[CANDIDATE].fusion,
        fusion_live=found.today,
        ndcg_bm25_clicked=means.get(BM25_CLICKED),
        clicks_candidate=of_system[CANDIDATE].get("ndcg@10"),
        clicks_live=of_system[LIVE].get("ndcg@10"),
        corrected=found.known.known,
        coverage=found.coverage(CANDIDATE),
        whole=found.unseen_cost(),
        groups=verdict.difference.groups,
        needed=verdict.needed,
        judged=judged.queries if judged else None,
        judged_difference=judged.mean if judged else None,
        **(verdict.look.shown() if verdict.look else {}),
    )


def keep_refused(
    offers: Shelf, request: TrainingRequested, make: Callable[[], Path], verdict: str, now: datetime
) -> None:
    """Keep what a run trained and did not let in, to be judged again (`tidewheel runs judge`).

    The run has ended as it has, whether there is room for that or not.
    """
    name = refused_name(request.run)
    try:
        offers.put(request.tenant, name, make(), {"run": request.run, "verdict": verdict}, now)
    except Exception as error:  # a library's own of a full disk, too
        LOG.warning("%s: the model of %s is not kept to be judged again: %s", request.tenant, request.run, error)


def past_outcome(
    shelf: Shelf, directory: RunDirectory, request: TrainingRequested, signing: Objecting
) -> RunOutcome | None:
    """Return the event that this run has ended in already, on this machine or, for a win, on any.

    One that this installation did not sign was put there by somebody else, and counts for nothing.
    """
    text = directory.kept_event()
    if text is None:
        entry = shelf.entry(request.tenant, model_id(request.tenant, request.run))
        text = entry.about.get(EVENT) if entry else None
    event = _OUTCOMES.validate_json(text) if text else None
    if event is not None and (rejection := signing.objection(event)):
        LOG.warning("%s %s: its kept end is passed over: %s", request.tenant, request.run, rejection.reason)
        return None
    return event


def trained(
    request: TrainingRequested, known: Mapping[str, str], outcome: Comparison, verdict: Verdict, now: datetime
) -> ModelTrained:
    """Return the event of a win; the same run gives the same event id.

    `known` has parent, snapshot, the hash of its scores, and the model whose vectors of documents it keeps, if any.
    """
    return ModelTrained(
        event_id=stable_id("ModelTrained", request.tenant, request.run),
        tenant=request.tenant,
        occurred_at=now,
        run=request.run,
        model=model_id(request.tenant, request.run),
        parent=known["parent"],
        snapshot=known["snapshot"],
        evaluation=known.get("evaluation"),
        documents=known.get("documents"),
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
    warehouse: Warehouse,
    shelf: Shelf,
    taken: Snapshot,
    manifest: Manifest,
    rows: dict[str, list[Any]],
    work: Path,
    examples: int,
) -> None:
    """Put the manifest on the shelf of snapshots and the lineage into the warehouse; a repeat changes nothing.

    `work` is the run's directory, `examples` how many were made of the signals.
    """
    directory = work / "manifest"
    directory.mkdir(exist_ok=True)
    (directory / "manifest.json").write_bytes(manifest.content)
    about = {"run": taken.run, "parent": taken.parent, EXAMPLES: str(examples)}
    shelf.put(taken.tenant, manifest.id, directory, about, taken.as_of)
    warehouse.insert("snapshot_pairs", rows)


def record_scores(warehouse: Warehouse, found: Evaluation, request: TrainingRequested, snapshot: str) -> str:
    """Write every system's score on every held-out query, and return the hash of what the verdict rests on.

    The rows are this try's, which `snapshot` names: another one's are not touched, whichever is written last.
    """
    rows = score_rows(found, request.tenant, request.run, snapshot)
    warehouse.insert("query_scores", rows)
    return of_columns(rows).sha256


def put(
    shelf: Shelf,
    weights: Path,
    reports: Path,
    manifest: Manifest,
    event: ModelTrained,
    sign: Callable[[ModelTrained], ModelTrained],
    judged: Files,
) -> ModelTrained:
    """Put the model on the shelf, with manifest, metrics, examples and card.

    Returns the event, which names the hash of all these files, signed. Raises `Misconfigured`, and `Refused` when the
    model has other files than the `judged` ones.
    """
    shutil.copytree(reports, weights / REPORTS, dirs_exist_ok=True)
    (weights / REPORTS / "manifest.json").write_bytes(manifest.content)
    (weights / CARD).write_text(report.card(event))
    files = files_of(weights)
    check_judged(files, judged)
    event = sign(event.model_copy(update={"manifest": manifest_of(files)}))
    about = {
        "run": event.run,
        "parent": event.parent,
        "snapshot": event.snapshot,
        "ndcg_10": f"{event.comparison.ndcg_candidate:.4f}",
        EVENT: event.model_dump_json(),
    }
    shelf.put(event.tenant, event.model, weights, about, event.occurred_at)
    return event
