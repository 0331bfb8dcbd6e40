"""Lessons become the fitting process's job: weighted rows, batches, negatives, a validation task. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import cycle, islice
from pathlib import Path

from retrieval.text import normalized
from stores.errors import Refused
from trainer.data.examples import Document, Example
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.judging.corpus import Corpus
from trainer.learning import general
from trainer.learning.batches import Row, barred, plan
from trainer.learning.job import FitJob, FitRow, FitRules, Validation
from trainer.learning.mine import Mined
from trainer.learning.row_rules import damped, extras

_DISTRACTORS = 120
"""Documents that the validation queries must not find first: those that most lessons have as a hard negative.

Not those that the validation queries themselves find: many of them are right, and have no label.
"""

_CHARACTERS_PER_TOKEN = 10
"""No text in any language needs more; what lies beyond is cut by the tokenizer anyway."""


def build_job(
    parent: Path,
    output: Path,
    lessons: Sequence[Example],
    mined: Mined,
    split: Split,
    snapshot: Snapshot,
    corpus: Corpus,
    rules: FitRules,
) -> FitJob:
    """Return the whole job: from the weights in `parent` to those in `output`.

    A document stands by its first passage in `corpus`. Nothing held out is in the job: neither test and validation
    queries as anchors, nor their documents in any role but the validation's own: raises `Refused` if one would teach,
    as a negative too.
    """
    texts = corpus.leading()
    rows, fit_rows = _rows(lessons, mined, texts, rules)
    if leaked := {name for row in rows for name in (row.document, *row.extra)} & split.held_out_documents:
        raise Refused(f"{len(leaked)} held-out documents would teach, as an answer or a negative: nothing is learned")
    mixed = list(islice(cycle(general.replayed()), round(len(lessons) * rules.general_share)))
    rows += [Row(pair.anchor, f"general:{pair.anchor}", frozenset()) for pair in mixed]
    fit_rows += [FitRow(anchor=pair.anchor, positive=pair.text, negative="", weight=1.0) for pair in mixed]
    seen = [
        d for d in snapshot.documents.values() if d.document not in split.held_out_documents and d.document in texts
    ]
    batches = [plan(rows, rules.batch_size, rules.seed + epoch) for epoch in range(rules.epochs)]
    out = [pair for epoch in batches for batch in epoch for pair in barred(rows, batch)]
    return FitJob(
        parent=parent,
        output=output,
        rules=rules,
        rows=tuple(fit_rows),
        batches=tuple(tuple(map(tuple, epoch)) for epoch in batches),
        barred=frozenset((one, other) for one, other, document, _ in out if document),
        barred_negatives=frozenset((one, other) for one, other, _, brought in out if brought),
        validation=_validation(split, _distracting(seen, mined), texts),
        texts=tuple(f"{d.title}\n{d.body}" for d in seen) if rules.loaded_rung().reads_corpus else (),
    )


def _rows(
    examples: Sequence[Example], mined: Mined, texts: Mapping[str, str], rules: FitRules
) -> tuple[list[Row], list[FitRow]]:
    """Return for every example what batching must know of it, and what is learned."""
    sought = {example.document for example in examples}
    brought = extras([e.anchor for e in examples], mined.negatives, sought, rules.extra_share)
    rows = [
        Row(normalized(e.anchor), e.document, never, near, (extra,) if extra else ())
        for e, never, near, extra in zip(examples, mined.never, mined.negatives, brought, strict=True)
    ]
    longest = _CHARACTERS_PER_TOKEN * rules.max_tokens
    weights = damped([example.weight for example in examples])
    fit_rows = [
        FitRow(anchor=e.anchor, positive=e.text[:longest], negative=texts.get(extra, ""), weight=weight)
        for e, extra, weight in zip(examples, brought, weights, strict=True)
    ]
    return rows, fit_rows


def _distracting(seen: Sequence[Document], mined: Mined) -> list[str]:
    times = Counter(name for negatives in mined.negatives for name in negatives)
    names = (document.document for document in seen)
    return sorted(names, key=lambda name: (-times[name], blake2b(name.encode()).digest()))


def _validation(split: Split, distracting: Sequence[str], texts: Mapping[str, str]) -> Validation:
    relevant = sorted({name for query in split.validation for name in query.relevant if name in texts})
    names = relevant + [name for name in distracting if name not in relevant][:_DISTRACTORS]
    number = {name: n for n, name in enumerate(names)}
    return Validation(
        queries=tuple(query.text for query in split.validation),
        relevant=tuple(tuple(number[d] for d in query.relevant if d in number) for query in split.validation),
        texts=tuple(texts[name] for name in names),
    )
