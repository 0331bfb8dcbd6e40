"""Clicks on documents of the demo, and what they teach: how the world of a sweep comes to be.

People search as the demo's do, are shown what the base model serves with even weights, and open results by the demo's
click model. Lessons are then cleaned as a training run cleans them, and drawn so that exactly the wanted share is
wrong. Queries of one group of documents (near copies, or sought by one heading) are on one side alone, by a hash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from random import Random

from bench.recipe.clicked import clicks
from bench.recipe.world import Asked, Lesson, Lessons
from bench.retrieval.pages import Library
from demo.clicks import ClickModel
from demo.corpus import Corpus, Group, LabelledQuery
from demo.phrasing import Phrasing, vary
from demo.planning import Habits, PlannedSearch, plan_day, workdays
from demo.population import PopulationSize, populate
from retrieval.text import normalized
from schemas.fusion import EVEN
from trainer.data import examples
from trainer.data.examples import CleaningRules, Document, Example, PairRow
from trainer.data.joined import components
from trainer.data.near_copies import near_copies
from trainer.data.snapshot import ANSWER_DEPTH
from trainer.data.split import SplitRules
from trainer.judging.served import WANTED
from trainer.learning.mine import MiningRules, mine, never_negative

TEST, VALIDATION = 0.36, 0.12
"""Shares of the groups of documents whose queries judge and choose; the others teach."""

_TRIES = 4
"""Searches by which a judging query gets the labels that clicks would give it."""

_CARELESS = 0.3
"""How often people here open what they looked at and did not need, so that there is enough to draw from."""

_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sides:
    """Headings by what they are for."""

    train: tuple[LabelledQuery, ...]
    validation: tuple[LabelledQuery, ...]
    test: tuple[LabelledQuery, ...]
    groups: Mapping[str, int]


def sides(headings: Sequence[LabelledQuery], documents: Mapping[str, Document]) -> Sides:
    """Divide the headings so that no document, and no near copy of one, is sought on two sides. A pure rule."""
    names = sorted(documents)
    copies = near_copies(documents.values(), SplitRules().document_similarity)
    first: dict[int, int] = {}
    alike = [(n, first.setdefault(copies[name], n)) for n, name in enumerate(names)]
    number = {name: n for n, name in enumerate(names)}
    sought = [sorted(heading.relevant) for heading in headings]
    joined = [(number[one], number[other]) for every in sought for one in every[:1] for other in every]
    labels = components(len(names), [*alike, *joined])
    groups = {name: labels[number[name]] for name in names}
    head = {label: min(n for n in names if groups[n] == label) for label in {groups[s[0]] for s in sought}}
    parts: dict[str, list[LabelledQuery]] = {"train": [], "validation": [], "test": []}
    for heading, found in zip(headings, sought, strict=True):
        parts[_side(head[groups[found[0]]])].append(heading)
    return Sides(tuple(parts["train"]), tuple(parts["validation"]), tuple(parts["test"]), groups)


def _side(name: str) -> str:
    at = int.from_bytes(blake2b(name.encode(), digest_size=4).digest()) / 2**32
    return "test" if at < TEST else "validation" if at < TEST + VALIDATION else "train"


def asked(headings: Sequence[LabelledQuery], groups: Mapping[str, int], library: Library) -> list[Asked]:
    """Return what the headings ask for, as people type it, with true labels and those of a few simulated searches."""
    texts = [vary(one.text, Random(f"typed:{one.text}"), Phrasing()) for one in headings]
    shown = library.fused(library.asked(texts), texts, EVEN)
    found = []
    for heading, text, ranked in zip(headings, texts, shown, strict=True):
        rng = Random(f"label:{heading.text}")
        seen: dict[str, float] = {}
        for _ in range(_TRIES):
            for click in clicks(ranked[:WANTED], heading.relevant, rng, ClickModel()):
                seen[click.document] = seen.get(click.document, 0.0) + click.weight
        most = max(seen.values(), default=1.0)
        clicked = {name: round(weight / most, 4) for name, weight in sorted(seen.items())}
        relevant, first = tuple(sorted(heading.relevant)), min(heading.relevant)
        found.append(
            Asked(
                text=text, relevant=relevant, clicked=clicked, group=groups[first], shown=tuple(ranked[:ANSWER_DEPTH])
            )
        )
    return found


def searches(headings: Sequence[LabelledQuery], seed: int, wanted: int) -> list[PlannedSearch]:
    """Return the first `wanted` searches of the demo's people with these needs, day after day."""
    group = Group("first", (), tuple(headings), ())
    population = populate(Corpus(group, Group("second", (), (), ())), seed, PopulationSize(people=200))
    found: list[PlannedSearch] = []
    for week in count():
        for day in workdays(_MONDAY + timedelta(weeks=week), 7):
            found += plan_day(day, "bench", population, 0.0, seed, Habits(assistant=0.0))
            if len(found) >= wanted:
                return found[:wanted]
    return found


def clicked_rows(planned: Sequence[PlannedSearch], library: Library, seed: int) -> list[PairRow]:
    """Return the training signals that the searches give."""
    texts = list(dict.fromkeys(search.query for search in planned))
    shown = dict(zip(texts, library.fused(library.asked(texts), texts, EVEN), strict=True))
    rows = []
    for search in planned:
        rng = Random(f"reaction:{seed}:{search.id}")
        careless = ClickModel(other=_CARELESS)
        for click in clicks(shown[search.query][:WANTED], search.relevant, rng, careless):
            pair, query = f"{search.id}:{click.document}", search.query
            rows.append(PairRow(pair, "search_click", query, "", click.document, click.weight, (), search.at))
    return rows


def lessons(
    rows: Sequence[PairRow],
    true: Mapping[str, frozenset[str]],
    documents: Mapping[str, Document],
    held_out: frozenset[str],
    library: Library,
    *,
    seed: int,
    wrong: float,
    wanted: int,
) -> Lessons:
    """Return exactly `wanted` lessons, of which the share `wrong` shows a document that meets no need.

    `true` has for each query text the documents that meet it. No lesson shows a held-out document. Raises `ValueError`
    when there are too few clicks.
    """
    kept = [row for row in rows if row.document not in held_out]
    by_truth: dict[bool, list[Example]] = {True: [], False: []}
    for right in (True, False):
        part = [row for row in kept if (row.document in true[row.anchor]) == right]
        by_truth[right] = list(examples.build(part, documents, CleaningRules()).kept)
    rng = Random(f"lessons:{seed}")
    bad = round(wrong * wanted)
    if len(by_truth[True]) < wanted - bad or len(by_truth[False]) < bad:
        raise ValueError(f"{len(by_truth[True])} right and {len(by_truth[False])} wrong lessons are too few")
    for part_of in by_truth.values():
        rng.shuffle(part_of)
    chosen = by_truth[True][: wanted - bad] + by_truth[False][:bad]
    chosen.sort(key=lambda example: (example.anchor, example.document))
    known = {(normalized(e.anchor), e.document) for e in chosen}
    copies = near_copies(documents.values(), SplitRules().document_similarity)
    never = never_negative(chosen, known, documents, copies, {})
    names = library.corpus.names
    vectors = library.vectors[library.corpus.first]
    anchors = library.asked([example.anchor for example in chosen])
    mined = mine(chosen, anchors, names, vectors, never, frozenset(), held_out, MiningRules())
    return Lessons(
        seed=seed,
        wrong=wrong,
        rows=tuple(
            Lesson(
                anchor=e.anchor,
                document=e.document,
                text=e.text,
                weight=e.weight,
                right=e.document in true[e.anchor],
                never=tuple(sorted(mined.never[n])),
                near=mined.negatives[n],
            )
            for n, e in enumerate(chosen)
        ),
    )
