"""A made-up tenant whose queries lie apart from their documents by one turn: a map can learn it, words cannot."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from retrieval.config import EncoderConfig
from schemas.fusion import EVEN, Fusion
from tests.trainer.build import START, base_pieces, document, example
from trainer.config import TrainingConfig
from trainer.context import RunContext
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split
from trainer.judging import corpus
from trainer.judging.corpus import Vectors
from trainer.judging.questions import Questions
from trainer.ladder import Ladder
from trainer.learning.general import General
from trainer.learning.mine import Mined

WIDTH, DOCUMENTS, TAUGHT = 16, 90, 50
NAMES = [f"d{n:02}" for n in range(DOCUMENTS)]
GUARD = [General(anchor="capital of france", text="Paris is the capital.")]


def query(n: int) -> Query:
    return Query(f"zz{n}", {NAMES[n]: 1.0}, n, False, 1, START)


VALIDATION, TEST = tuple(query(n) for n in range(TAUGHT, 75)), tuple(query(n) for n in range(75, DOCUMENTS))


@dataclass
class Heard:
    """Stands in for the status of a run."""

    facts: list[Any] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def stage(self, stage: str) -> None:
        self.stages.append(stage)

    def progress(self, facts: object) -> None:
        self.facts.append(facts)


def questions(validation: Sequence[Query] = VALIDATION) -> Questions:
    known = {name: document(name, f"text w{name}") for name in NAMES}
    built = corpus.build(known, (*TEST, *validation), GUARD, DOCUMENTS, base_pieces())
    return Questions(built, TEST, (("tail",),) * len(TEST), (), tuple(validation))


def vectors(asked: Questions) -> Vectors:
    """Return live's: of passages, test and validation queries, then one lesson's anchor a document that teaches."""
    random = np.random.default_rng(5)
    places = random.standard_normal((DOCUMENTS + len(GUARD), WIDTH))
    places[:, WIDTH // 2 :] = 0
    units = (places / np.linalg.norm(places, axis=1, keepdims=True)).astype(np.float32)
    turned = np.roll(units, WIDTH // 2, axis=1)
    sought = [NAMES.index(next(iter(query.relevant))) for query in (*asked.queries, *asked.validation)]
    return np.concatenate([units, turned[sought], turned[:TAUGHT]])


def ladder(
    tmp_path: Path, live: Path, rules: TrainingConfig, validation: Sequence[Query] = VALIDATION, today: Fusion = EVEN
) -> Ladder:
    """Return a run's rungs, without stores."""
    asked = questions(validation)
    held = frozenset(NAMES[TAUGHT:])
    lessons = [example(f"zz{n}", NAMES[n]) for n in range(TAUGHT)]
    context = SimpleNamespace(
        config=rules, fusion=lambda tenant: today, stop=threading.Event(), encoder=EncoderConfig(threads=1)
    )
    context.check = lambda: RunContext.check(cast("Any", context))
    return Ladder(
        context=cast("Any", context),
        directory=cast("Any", SimpleNamespace(path=tmp_path, candidate=tmp_path / "candidate")),
        status=cast("Any", Heard()),
        snapshot=Snapshot("acme", "run-1", "base", START, (), {name: document(name) for name in NAMES}, {}),
        split=Split((), tuple(validation), TEST, (), held),
        asked=asked,
        lessons=lessons,
        mined=Mined(((),) * TAUGHT, tuple(frozenset({one.document}) for one in lessons)),
        vectors=vectors(asked),
        live=live,
        start=live,
        manifest="a" * 64,
    )
