"""What is compared on one world: words, the base model, the cheap rungs, the product's own fit, and a plain script.

Models are learned and embedded by the product's own processes; a line of figures comes of each, as `bench.recipe` has
them. All weights of rankings are chosen on the validation queries, by what clicks say of them.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.output import peak_mib
from bench.recipe.scoring import Scoring, gains
from bench.recipe.world import Lesson, World
from bench.trainer.plain import PlainJob
from retrieval.bm25 import Bm25
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.query_side import QuerySide, mapped, with_query_side
from schemas.fusion import EVEN
from stores.shelf import base_model
from trainer.data.examples import Document, Example
from trainer.data.snapshot import Snapshot
from trainer.data.split import Query, Split
from trainer.judging import embed_in_child, weights
from trainer.judging.corpus import Vectors
from trainer.judging.served import WANTED, ServedRanking
from trainer.learning import child, fit, query_map
from trainer.learning.build_job import build_job
from trainer.learning.job import FitRules
from trainer.learning.mine import Mined
from trainer.learning.query_encoder import QueryRules, query_job
from trainer.learning.query_lessons import QueryLessons
from trainer.learning.row_rules import damped

Line = dict[str, Any]
_AT = datetime(2026, 1, 1, tzinfo=UTC)
SIDES = ("validation", "test", "guard")


class Known:
    """A model's vectors that are there, by text: what `Scoring` judges."""

    def __init__(
        self, texts: Sequence[str], vectors: Vectors, by: Vectors | None = None, reader: Encoder | None = None
    ) -> None:
        self._rows, self._by = {text: n for n, text in enumerate(texts)}, by
        self._vectors, self._reader = vectors, reader

    def vectors(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Return the vectors of passages."""
        return self._vectors[[self._rows[text] for text in texts]]

    def asked(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Return the vectors of queries, by what reads them or through the map if there is one."""
        if self._reader:
            return self._reader.encode_queries(texts)
        found = self.vectors(texts, tokens)
        return found if self._by is None else mapped(found, self._by)


@dataclass(slots=True)
class Learned:
    """What is seen of a child that learns: when each step ended (seconds), and the most memory it has had."""

    steps: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    def __call__(self, facts: Mapping[str, Any]) -> None:
        """Take a line of progress."""
        if "step" in facts and "validation" not in facts:
            self.steps.append(time.monotonic())
        self.peak_mib = max([self.peak_mib, *(peak_mib(child.pid) for child in psutil.Process().children())])

    def line(self, batch: int) -> Line:
        """Return the figures of the training itself, steps of `batch` pairs; none where there was but one step."""
        spent = self.steps[-1] - self.steps[0] if len(self.steps) > 1 else 0.0
        speed = {"pairs_per_s": round(batch * (len(self.steps) - 1) / spent, 2)} if spent else {}
        return speed | {"train_s": round(spent, 1), "rss_mib": round(self.peak_mib)}


class Arms:
    """The arms of one world, in a directory where what was embedded is kept."""

    def __init__(self, world: World, directory: Path) -> None:
        self._world, self._directory, self._scoring = world, directory, Scoring(world)
        self._stop = threading.Event()
        queries = [one.text for side in SIDES for one in getattr(world, side)]
        anchors = [lesson.anchor for lessons in world.lessons for lesson in lessons.rows]
        self._judged_texts = list(dict.fromkeys([*world.passages, *queries]))
        self._texts = list(dict.fromkeys([*self._judged_texts, *anchors]))  # those that a query side learns from, too

    def words(self, rows: Sequence[Lesson], clicked: bool) -> Line:
        """Return what BM25 serves, with the queries that people clicked after or without."""
        corpus = self._world.corpus()
        if clicked:
            said: dict[str, list[str]] = {}
            for lesson in rows:
                said.setdefault(lesson.document, []).append(lesson.anchor)
            corpus = replace(corpus, clicked=tuple(tuple(sorted(said.get(name, ()))) for name in corpus.names))
        served = ServedRanking(corpus, Bm25(self._world.passages))
        fusion = weights.WORDS[-1] if clicked else weights.WORDS[0]
        found: Line = {}
        for side in SIDES:
            asked = getattr(self._world, side)
            (ranked,) = served.rank_words([one.text for one in asked], [fusion])
            score = gains([row[:WANTED] for row in ranked], [dict.fromkeys(one.relevant, 1.0) for one in asked])
            found[side] = {"served": float(score.mean()), "each_served": np.rint(1_000 * score).astype(int).tolist()}
        return found

    def base(self, reweighted: bool) -> Line:
        """Return what the base model serves, with even weights or with chosen ones (the rung `weights`)."""
        return self._scoring.judged(
            Known(self._texts, self._embedded("base", base_model(), self._texts)), None if reweighted else EVEN
        )

    def mapped(self, rows: Sequence[Lesson]) -> Line:
        """Return what the rung `query_map` serves; how much of the map is used is chosen on validation queries."""
        began, vectors = time.monotonic(), self._embedded("base", base_model(), self._texts)
        taught, anchors = self._taught(rows, vectors)
        row_of = {text: n for n, text in enumerate(self._texts)}
        asked = vectors[[row_of[anchor] for anchor in anchors]]
        added = query_map.learn(asked, taught.documents, taught.own, taught.never, taught.weights, query_map.MapRules())
        seconds, best = time.monotonic() - began, self.base(reweighted=True)
        for strength in query_map.STRENGTHS:
            by = np.asarray(np.eye(len(added)) + strength * added, dtype=np.float32)
            found = self._scoring.judged(Known(self._texts, vectors, by)) | {"strength": strength}
            if found["validation"]["served_clicks"] > best["validation"]["served_clicks"]:
                best = found
        return best | {"learn_s": round(seconds, 1)}

    def query_encoder(self, name: str, rows: Sequence[Lesson], rules: QueryRules) -> Line:
        """Return what the rung `query_encoder` serves: documents keep the vectors of the base model."""
        directory, vectors = self._directory / name, self._embedded("base", base_model(), self._texts)
        directory.mkdir(parents=True, exist_ok=True)
        taught, anchors = self._taught(rows, vectors)
        job = query_job(taught, anchors, base_model(), "0" * 64, directory, rules)
        began = time.monotonic()
        side = QuerySide.of(fit.run(job, directory, _unread, self._stop, attempts=1))
        seconds = time.monotonic() - began
        assert side is not None  # it is what the process makes
        reader = Encoder(with_query_side(base_model(), side, directory / "model", ()), EncoderConfig())
        return self._scoring.judged(Known(self._texts, vectors, reader=reader)) | {"learn_s": round(seconds, 1)}

    def _taught(self, rows: Sequence[Lesson], vectors: Vectors) -> tuple[QueryLessons, list[str]]:
        """Return what a query side learns by, and the queries of its examples; `vectors` are of all texts."""
        row_of, teachable = {text: n for n, text in enumerate(self._texts)}, self._world.teachable()
        names = sorted(teachable)
        number = {name: n for n, name in enumerate(names)}
        used = [n for n, lesson in enumerate(rows) if lesson.document in number]
        taught = QueryLessons(
            documents=vectors[[row_of[teachable[name]] for name in names]],
            used=used,
            own=[number[rows[n].document] for n in used],
            never=[[number[name] for name in rows[n].never if name in number] for n in used],
            weights=damped([rows[n].weight for n in used]),
        )
        return taught, [rows[n].anchor for n in used]

    def fitted(self, name: str, rows: Sequence[Lesson], rules: FitRules) -> Line:
        """Return what a model serves that the trainer's own process learned, with its speed and memory."""
        directory = self._directory / name
        directory.mkdir(parents=True, exist_ok=True)
        job, learned = self._job(directory / "model", rows, rules), Learned()
        began = time.monotonic()
        fit.run(job, directory, learned, self._stop, attempts=1)
        seconds = time.monotonic() - began
        return self._judged(name, job.output, seconds) | learned.line(rules.batch_size)

    def plain(self, name: str, rows: Sequence[Lesson], rules: FitRules, rate: float, seconds: float) -> Line:
        """Return what a plain script's model serves, of the same pairs in the same time of training."""
        directory = self._directory / name
        directory.mkdir(parents=True, exist_ok=True)
        job = PlainJob(
            parent=base_model(), output=directory / "model", pairs=tuple((row.anchor, row.text) for row in rows),
            rate=rate, seconds=seconds, tokens=rules.max_tokens, batch=rules.batch_size, threads=rules.threads,
            seed=rules.seed,
        )  # fmt: skip
        path, learned = directory / "plain.json", Learned()
        path.write_text(job.model_dump_json())
        began = time.monotonic()
        child.run("bench.trainer.plain", path, learned, self._stop, attempts=1)
        seconds = time.monotonic() - began
        return self._judged(name, job.output, seconds) | learned.line(rules.batch_size) | {"rate": rate}

    def _judged(self, name: str, model: Path, seconds: float) -> Line:
        texts = self._judged_texts
        found = self._scoring.judged(Known(texts, self._embedded(name, model, texts)))
        return found | {"learn_s": round(seconds, 1)}

    def _embedded(self, name: str, model: Path, texts: Sequence[str]) -> Vectors:
        directory = self._directory / "vectors"
        directory.mkdir(parents=True, exist_ok=True)
        made = embed_in_child.embed(
            name, {name: model}, texts, directory, EncoderConfig(), _unread, self._stop, attempts=1
        )
        return made[name].vectors

    def _job(self, output: Path, rows: Sequence[Lesson], rules: FitRules) -> Any:  # noqa: ANN401  # a FitJob
        world, corpus = self._world, self._world.corpus()
        texts = {name: world.passages[first] for name, first in zip(world.names, world.first, strict=True)}
        documents = {name: Document(name, 1, "", text, "", frozenset(), 0, _AT) for name, text in texts.items()}
        validation = tuple(
            Query(one.text, one.clicked, one.group, False, 1, _AT) for one in world.validation if one.clicked
        )
        lessons = [
            Example(
                row.anchor, row.document, row.text, row.weight, frozenset({"search_click"}), (f"p{n}",), frozenset(),
                frozenset(), _AT, _AT,
            )
            for n, row in enumerate(rows)
        ]  # fmt: skip
        mined = Mined(tuple(row.near for row in rows), tuple(frozenset(row.never) for row in rows))
        held = frozenset(world.names) - world.teachable().keys()
        return build_job(
            base_model(), output, lessons, mined, Split((), validation, (), (), held),
            Snapshot("bench", output.parent.name, "base", _AT, (), documents, {}), corpus, rules,
        )  # fmt: skip


def _unread(facts: Mapping[str, Any]) -> None:
    """Take progress that nobody reads."""
