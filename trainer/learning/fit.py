"""Which examples are learned, in which batches, and the child process that learns them."""

import shutil
import threading
from collections.abc import Sequence
from hashlib import blake2b
from math import sqrt
from pathlib import Path

from retrieval.text import normalized
from trainer.data.examples import BEHAVIOUR, Document, Example
from trainer.data.split import Split
from trainer.learning import child
from trainer.learning.batches import Row, plan
from trainer.learning.child import Report
from trainer.learning.general import General
from trainer.learning.job import FitJob, FitRow, FitRules, Validation
from trainer.learning.mine import Mined

_LIGHTEST, _HEAVIEST = 0.2, 5.0
_DISTRACTORS = 120
_CHARACTERS_PER_TOKEN = 10
"""No text in any language needs more; what lies beyond is cut by the tokenizer anyway."""


def choose(examples: Sequence[Example], rules: FitRules) -> list[Example]:
    """Return at most `max_examples`: what people did before what documents say, newest first, older ones replayed.

    Of each kind of source, `replay_share` of the places goes to a fixed sample of what is older than the newest.
    """
    typed = [example for example in examples if not BEHAVIOUR.isdisjoint(example.kinds)]
    derived = [example for example in examples if BEHAVIOUR.isdisjoint(example.kinds)]
    chosen = _newest_and_replayed(typed, rules.max_examples, rules.replay_share)
    chosen += _newest_and_replayed(derived, rules.max_examples - len(chosen), rules.replay_share)
    return sorted(chosen, key=lambda example: (example.anchor, example.document))


def _newest_and_replayed(examples: Sequence[Example], room: int, replay_share: float) -> list[Example]:
    ordered = sorted(examples, key=lambda e: (-e.last_at.timestamp(), e.anchor, e.document))
    if len(ordered) <= room:
        return ordered
    replayed = round(room * replay_share)
    newest, older = ordered[: room - replayed], ordered[room - replayed :]
    return newest + sorted(older, key=lambda e: blake2b(f"{e.anchor}\0{e.document}".encode()).digest())[:replayed]


def job(
    parent: Path,
    output: Path,
    examples: Sequence[Example],
    mined: Mined,
    split: Split,
    documents: dict[str, Document],
    texts: dict[str, str],
    general: Sequence[General],
    rules: FitRules,
) -> FitJob:
    """Return the whole job. `texts` gives the text of every document that may stand as a negative or a distractor.

    Nothing held out is in it: neither test and validation queries as anchors, nor their documents in any role but the
    validation's own.
    """
    extras = _extras(examples, mined, rules.extra_share)
    rows = [
        Row(normalized(e.anchor), e.document, never, near, (extra,) if extra else ())
        for e, never, near, extra in zip(examples, mined.never, mined.negatives, extras, strict=True)
    ]
    longest = _CHARACTERS_PER_TOKEN * rules.max_tokens
    mean = sum(sqrt(example.weight) for example in examples) / max(1, len(examples))
    fit_rows = [
        FitRow(
            anchor=e.anchor, positive=e.text[:longest], negative=texts.get(extra, ""), weight=_weight(e.weight, mean)
        )
        for e, extra in zip(examples, extras, strict=True)
    ]
    mixed = general[: round(len(examples) * rules.general_share)]
    rows += [Row(pair.anchor, f"general:{pair.anchor}", frozenset()) for pair in mixed]
    fit_rows += [FitRow(anchor=pair.anchor, positive=pair.text, negative="", weight=1.0) for pair in mixed]
    seen = [d for d in documents.values() if d.document not in split.held_out_documents and d.document in texts]
    return FitJob(
        parent=parent,
        output=output,
        rules=rules,
        rows=tuple(fit_rows),
        batches=tuple(
            tuple(map(tuple, plan(rows, rules.batch_size, rules.seed + epoch))) for epoch in range(rules.epochs)
        ),
        validation=_validation(split, seen, texts),
        texts=tuple(f"{d.title}\n{d.body}" for d in seen) if rules.masked_language_steps else (),
    )


def run(job: FitJob, desk: Path, report: Report, stop: threading.Event, attempts: int) -> Path:
    """Learn in a child process and return the model's directory; what was finished or begun before is taken up.

    Raises as `trainer.learning.child.run` does.
    """
    path, done = desk / "fit.json", desk / "fit.done"
    if done.is_file() and done.read_text() == job.fingerprint():
        return job.output
    done.unlink(missing_ok=True)
    path.write_text(job.model_dump_json())
    child.run("trainer.learning.process", path, report, stop, attempts)
    done.write_text(job.fingerprint())
    shutil.rmtree(desk / "checkpoints", ignore_errors=True)
    return job.output


def _weight(weight: float, mean: float) -> float:
    """Damp and bound: popular pairs speak louder, but a hundred clicks are not a hundred lessons."""
    return round(min(_HEAVIEST, max(_LIGHTEST, sqrt(weight) / mean)), 6)


def _extras(examples: Sequence[Example], mined: Mined, share: float) -> list[str]:
    """Give some examples a negative that is nobody's positive: batches cannot bring those by themselves."""
    sought = {example.document for example in examples}
    wanted = round(len(examples) * share)
    extras = [""] * len(examples)
    for n in sorted(range(len(examples)), key=lambda n: blake2b(examples[n].anchor.encode()).digest()):
        free = next((name for name in mined.negatives[n] if name not in sought), "")
        if free and wanted:
            extras[n], wanted = free, wanted - 1
    return extras


def _validation(split: Split, seen: Sequence[Document], texts: dict[str, str]) -> Validation:
    relevant = sorted({name for query in split.validation for name in query.relevant if name in texts})
    names = relevant + [document.document for document in seen if document.document not in relevant][:_DISTRACTORS]
    place = {name: n for n, name in enumerate(names)}
    return Validation(
        queries=tuple(query.text for query in split.validation),
        relevant=tuple(tuple(place[d] for d in query.relevant if d in place) for query in split.validation),
        texts=tuple(texts[name] for name in names),
    )
