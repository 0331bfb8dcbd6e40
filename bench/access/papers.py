"""Whether what operators read names what they may not see: review packets, and the reports of training runs.

An operator of no group is shown what everyone is shown. Ids, the words that a hidden document alone carries (its title
has one), and the queries by which people found hidden documents all count.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.access.world import World
from bench.documents.scored import Scored, store
from bench.documents.second_model import RUN
from bench.sender import Record
from schemas.activity import DocumentOpened, FromSearch, Result, SearchServed
from schemas.codec import encode
from schemas.documents import EVERYONE
from schemas.fusion import EVEN
from schemas.learning import Comparison
from schemas.topics import CLICKS, SEARCHES, key_of
from stores.evaluation import Evaluation as Rows
from stores.warehouse import Warehouse
from trainer.config import TrainingConfig
from trainer.data import snapshot
from trainer.data.split import Query
from trainer.judging import gate, model_tests
from trainer.judging import report as run_report
from trainer.judging.evaluate import BM25, CANDIDATE, DENSE, LIVE, REWEIGHTED, Choice, Evaluation

_AGO = timedelta(hours=1)
_SYSTEMS = (CANDIDATE, LIVE)
_EACH_LOST = 3
"""Of so many queries one is lost; the others are won."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query that people asked and the document that they opened for it."""

    text: str
    document: str


def questions(world: World, documents: Sequence[str]) -> list[Question]:
    """Return one query for each document that no other document is asked for with."""
    return [Question(f"zebra{world.population.word(document)} merger", document) for document in documents]


def asked(world: World, chosen: Sequence[Question]) -> None:
    """Send each query as a search that showed the document first, and the opening of it."""
    records: list[Record] = []
    for number, question in enumerate(chosen):
        tenant, user, at = world.population.tenant, f"person-{number}", datetime.now(UTC) - _AGO
        search = SearchServed(
            event_id=f"paper-search-{number}", tenant=tenant, occurred_at=at, user=user, search=f"s{number}",
            query=question.text, model="base", collection="c", serving_version=1,
            results=(Result(document=question.document, rank=1, score=1.0),),
        )  # fmt: skip
        source = FromSearch(search=f"s{number}", query=question.text, rank=1)
        opened = DocumentOpened(
            event_id=f"paper-click-{number}", tenant=tenant, occurred_at=at, user=user,
            document=question.document, from_search=source,
        )  # fmt: skip
        records += [(SEARCHES.name, key_of(search), encode(search)), (CLICKS.name, key_of(opened), encode(opened))]
    world.deliver(records)


def judged(world: World, chosen: Sequence[Question], found: Sequence[str]) -> tuple[Comparison, str]:
    """Write the scores of the second model's run on these queries, as the trainer keeps them; return what it signs."""
    rows = [
        Scored(question.text, system, question.document, tuple(found[:10]), _gain(n, system))
        for n, question in enumerate(chosen)
        for system in _SYSTEMS
    ]
    said = store(world.stack.settings(), world.population.tenant, RUN, rows)
    return _comparison(said), said.sha256


def _gain(number: int, system: str) -> float:
    return float((number % _EACH_LOST > 0) == (system == CANDIDATE))


def _comparison(said: Rows) -> Comparison:
    low, high = said.difference / 2, min(1.0, said.difference * 2)
    return Comparison(
        queries=said.queries, ndcg_candidate=0.7, ndcg_live=0.7 - said.difference, ndcg_base=0.3, ndcg_bm25=0.3,
        difference=said.difference, low=low, high=high,
    )  # fmt: skip


def report(world: World, chosen: Sequence[Question], found: Sequence[str]) -> str:
    """Return all that a training run on these queries writes for people to read."""
    where, now, config = world.stack.settings(), datetime.now(UTC), TrainingConfig()
    tenant, rules = world.population.tenant, snapshot.SnapshotRules()
    taken = snapshot.take(Warehouse.connect(where), tenant, RUN, "base", now, rules)
    right, wrong = [[question.document, *found[:5]] for question in chosen], [list(found[:5]) for _ in chosen]
    won = [_gain(number, CANDIDATE) for number in range(len(chosen))]
    candidate = [right[n] if win else wrong[n] for n, win in enumerate(won)]
    live = [wrong[n] if win else right[n] for n, win in enumerate(won)]
    ranked = {CANDIDATE: candidate, LIVE: live, REWEIGHTED: live, BM25: live}
    tests = tuple(
        model_tests.ModelTest(model_tests.PARAPHRASE, question.text, frozenset({question.document}), 5)
        for question in chosen
    )
    made = Evaluation(
        queries=tuple(Query(one.text, {one.document: 1.0}, n, False, 1, now) for n, one in enumerate(chosen)),
        slices=tuple(("all",) for _ in chosen),
        rankings={**ranked, **{alone: ranked.get(model, live) for model, alone in DENSE.items()}},
        tests=tests, behaviours={}, lost_tests=tuple(test.name for test in tests),
        choices={model: Choice(EVEN, {}) for model in _SYSTEMS},
    )  # fmt: skip
    verdict = gate.judge(made.scores(), made.behaviours, config.gate)
    with tempfile.TemporaryDirectory(prefix="tidewheel-report-") as directory:
        run_report.write(Path(directory), made, verdict, taken.documents, config)
        return "\n".join(path.read_text() for path in sorted(Path(directory).iterdir()))


def secrets(world: World, hidden: Sequence[str], chosen: Sequence[Question]) -> list[str]:
    """Return every text that must not be read: ids and words of hidden documents, and the queries that led to them."""
    words = [world.population.word(document) for document in hidden]
    return [*hidden, *words, *(question.text for question in chosen if question.document in set(hidden))]


def hidden_from_operators(world: World, documents: Sequence[str]) -> list[str]:
    """Return the documents that were never for everyone."""
    return [name for name in documents if not world.oracle.ever_shown(name, frozenset({EVERYONE}))]


def leaked(text: str, sought: Sequence[str]) -> list[str]:
    """Return which of the texts stand in what is read; case does not matter. A pure rule."""
    lowered = text.lower()
    return [secret for secret in sought if secret.lower() in lowered]
