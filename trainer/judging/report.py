"""What people read about a run: metrics, slices with intervals, model tests, the most changed queries, the card.

Those who operate are in no group: documents that are not for everyone, and the queries that lead to them, count in
every figure and are named nowhere.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from retrieval.fusion import in_words
from schemas.fusion import Fusion
from schemas.learning import Comparison, ModelTrained
from schemas.opinion import Opinion
from trainer.config import TrainingConfig
from trainer.data.examples import Document
from trainer.judging.evaluate import CANDIDATE, LIVE, Evaluation
from trainer.judging.failures import figures
from trainer.judging.gate import Verdict, slice_intervals
from trainer.judging.ladder import ADOPT
from trainer.judging.model_tests import is_general
from trainer.judging.tables import by_slice, table


def write(
    directory: Path, found: Evaluation, verdict: Verdict, documents: Mapping[str, Document], config: TrainingConfig
) -> None:
    """Write what people read: metrics, slices with intervals, behaviours, and the queries that changed most."""
    directory.mkdir(parents=True, exist_ok=True)
    scores = found.scores()
    metrics = {
        "verdict": verdict.verdict,
        "reasons": list(verdict.reasons),
        "difference": asdict(verdict.difference),
        "look": asdict(verdict.look) if verdict.look else None,
        "needed_queries": verdict.needed,
        "documents": dict(zip(("ranked", "of"), found.documents, strict=True)) if found.documents else None,
        "systems": table(found),
        "fusions": {name: _weighing(found, name) for name in found.choices} | {"today": found.today.model_dump()},
        "slices": by_slice(found),
        "slice_differences": {name: asdict(span) for name, span in slice_intervals(scores, config.gate).items()},
        "failure_patterns": figures(found.queries, documents, scores.candidate, scores.live),
        "judged": asdict(judged) if (judged := found.judged_change(config.gate)) else None,
        "behaviours": {name: asdict(tally) for name, tally in found.behaviours.items()},
        "lost_behaviour_tests": _lost(found, documents),
        "rules": config.model_dump(),
    }
    _write_json(directory / "metrics.json", metrics)
    _write_json(directory / "examples.json", examples(found, documents, config.evaluation.shown))


def write_asides(directory: Path, synthetic: Mapping[str, Any] | None, opinion: Opinion | None) -> None:
    """Write what stands beside the figures, each where there is any: queries that were made, and an opinion."""
    if synthetic is not None:
        _write_json(directory / "synthetic.json", synthetic)
    if opinion is not None:
        _write_json(directory / "opinion.json", opinion.model_dump())


def examples(found: Evaluation, documents: Mapping[str, Document], shown: int) -> dict[str, list[dict[str, Any]]]:
    """Return the worst losses and the best wins: the query, what was sought, and what each model put first."""
    scores = found.scores()
    change = scores.candidate - scores.live
    public = [n for n, query in enumerate(found.queries) if _for_everyone(query.relevant, documents)]
    order = sorted(public, key=lambda n: (float(change[n]), found.queries[n].text))
    losses = [n for n in order if change[n] < 0][:shown]
    wins = [n for n in order[::-1] if change[n] > 0][:shown]
    return {
        "worst_losses": [_example(found, n, documents) for n in losses],
        "best_wins": [_example(found, n, documents) for n in wins],
    }


def card(event: ModelTrained) -> str:
    """Return the model's card."""
    seen = event.comparison
    return f"""# {event.model}

{_origin(event)}

| ranking of {seen.queries} held-out queries | nDCG@10 |
|---|---|
| served with this model ({_weight(seen.fusion_candidate)}) | {seen.ndcg_candidate:.3f} |
| served with the live model before ({_weight(seen.fusion_live)}) | {seen.ndcg_live:.3f} |
| served by the live model with weights chosen anew | {_figure(seen.ndcg_live_reweighted)} |
| this model's vectors alone | {_figure(seen.dense_candidate)} |
| the live model's vectors alone | {_figure(seen.dense_live)} |
| the base model's vectors alone | {seen.ndcg_base:.3f} |
| words alone (BM25) | {seen.ndcg_bm25:.3f} |
| words and the queries that people clicked after | {_figure(seen.ndcg_bm25_clicked)} |

Clicks are corrected for what people were shown, of {seen.corrected or 0} of the queries; by clicks as they are it is
{_figure(seen.clicks_candidate)} with this model and {_figure(seen.clicks_live)} with the live one before.

Difference between the first two, which is what people get: {seen.difference:+.3f}, by a paired bootstrap
{seen.low:+.3f} to {seen.high:+.3f} ({shown_confidence(seen)}).
This model's weights were chosen on validation queries, which are not among these.
No training example touched a held-out document, a copy of one, or a query like a held-out one, in this run or in any
that it builds on.

- `tidewheel/manifest.json`: snapshot `{event.snapshot}`, every signal with its weight, and hashes of all texts.
- `tidewheel/metrics.json`: all metrics by system and slice, the weights that were tried, behaviour tests, and the
  gate's rules.
- `tidewheel/examples.json`: the queries that became worse or better most. Read the losses before you approve.

{_rungs(seen)}{_asides(seen)}{_documents(event)}
"""


def _origin(event: ModelTrained) -> str:
    by = f"by run `{event.run}`\non {event.occurred_at:%d %B %Y}"
    if event.comparison.rung == ADOPT:
        return (
            f"A sentence encoder from elsewhere for the searches of `{event.tenant}`, judged against `{event.parent}` "
            f"{by}. It learned nothing here."
        )
    return (
        f"A sentence encoder for the searches of `{event.tenant}`, made from `{event.parent}` {by}. "
        "It belongs to that tenant alone: its training signals are that tenant's."
    )


def _rungs(seen: Comparison) -> str:
    """Return the table of what was tried, empty where nothing was there to choose from."""
    if not seen.rungs:
        return ""
    rows = "".join(
        f"| {one.rung}{' (this)' * (one.rung == seen.rung)} | {one.gain:+.3f} ({one.low:+.3f} to {one.high:+.3f}) "
        f"| {one.seconds:g} | {one.documents:,} documents, {one.passages:,} passages |\n"
        for one in seen.rungs
    )
    head = f"| tried | gain as served, on {seen.rungs[0].queries} validation queries | seconds | to be embedded |"
    return f"{head}\n|---|---|---|---|\n{rows}\nWeights were chosen on these queries, so gains look larger there.\n\n"


def _asides(seen: Comparison) -> str:
    """Return what is said beside the figures: of queries that were made, and of an opinion that decides nothing."""
    made = f"Learned with {seen.synthetic} (`tidewheel/synthetic.json`).\n\n" if seen.synthetic else ""
    return made + (f"Beside it, {seen.opinion.in_words()}.\n\n" if seen.opinion else "")


def _documents(event: ModelTrained) -> str:
    if event.documents:
        return (
            f"It reads documents as `{event.parent}` does, and is served from the same collection: nothing is embedded."
        )
    return "Its vectors cannot be mixed with another model's: every document is embedded anew before it serves."


def shown_confidence(seen: Comparison) -> str:
    """Return how sure the interval of a comparison is, and which look at the hold-out it comes from."""
    look = "" if seen.look is None else f", look {seen.look} at the hold-out"
    return f"{100 * seen.confidence:.4g} %{look}"


def _weight(fusion: Fusion | None) -> str:
    return "even weights" if fusion is None else in_words(fusion)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _weighing(found: Evaluation, model: str) -> dict[str, Any]:
    """Return the fusion of a model, and what each that was tried gave on the validation queries."""
    choice = found.choices[model]
    tried = [{**fusion.model_dump(), "ndcg@10": round(mean, 6)} for fusion, mean in choice.tried.items()]
    return {**choice.fusion.model_dump(), "tried": tried}


def _example(found: Evaluation, n: int, documents: Mapping[str, Document]) -> dict[str, Any]:
    query = found.queries[n]

    def first(system: str) -> list[str]:
        seen = [name for name in found.rankings[system][n] if _for_everyone([name], documents)]
        return [documents[name].title for name in seen[:5]]

    return {
        "query": query.text,
        "slices": list(found.slices[n]),
        "sought": {name: documents[name].title for name in sorted(query.relevant)},
        "ndcg_live": round(float(found.ndcg_of(LIVE)[n]), 4),
        "ndcg_candidate": round(float(found.ndcg_of(CANDIDATE)[n]), 4),
        "first_live": first(LIVE),
        "first_candidate": first(CANDIDATE),
    }


def _lost(found: Evaluation, documents: Mapping[str, Document]) -> list[str]:
    """Return the lost tests that expect no document which is not for everyone: their questions are its words."""
    secret = {
        test.name
        for test in found.tests
        if not _for_everyone((name for name in test.expected if not is_general(name)), documents)
    }
    return [name for name in found.lost_tests if name not in secret]


def _for_everyone(names: Iterable[str], documents: Mapping[str, Document]) -> bool:
    """Tell whether all of these are documents that everyone may see."""
    return all(name in documents and documents[name].for_everyone for name in names)


def _write_json(path: Path, content: Any) -> None:  # noqa: ANN401  # anything JSON takes
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
