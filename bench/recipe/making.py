"""The world of a sweep, made of the demo's source on this machine's CPUs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bench.output import say
from bench.recipe import people
from bench.recipe.world import Asked, Lessons, World
from bench.retrieval.pages import Library, Page
from demo.corpus import CorpusSize, LabelledQuery, read_group
from retrieval.encoders import Encoder
from trainer.data.examples import Document

# fmt: off
SERVICES = (
    "apigateway", "apigatewayv2", "autoscaling", "codecommit", "cognito-idp", "comprehend", "docdb", "dynamodb", "ec2",
    "ecs", "eks", "elbv2", "greengrass", "iam", "iot", "ivs-realtime", "kms", "lambda", "omics", "organizations", "rds",
    "s3", "securityhub", "ssm",
)
# fmt: on
"""The services with the most headings that people wrote."""

UNCLICKED = frozenset({"comprehend", "ecs", "kms", "rds"})
"""Services that nobody clicks on: what is searched for there stands guard."""

_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WorldSize:
    """Services, labelled documents of each at most, lessons of each simulation, and which simulations there are.

    `wrong` are shares of the lessons; people make so many `searches`, and some give no lesson.
    """

    services: tuple[str, ...] = SERVICES
    per_service: int = 100_000
    whole: bool = True
    lessons: int = 2_000
    seeds: tuple[int, ...] = (1, 2, 3)
    wrong: tuple[float, ...] = (0.0, 0.2, 0.4)
    searches: int = 8_000


QUICK = WorldSize(("autoscaling", "elbv2", "iam", "kms"), 25, False, 64, (1,), (0.2,), 500)


def made(size: WorldSize, encoder: Encoder) -> World:
    """Read documents and headings, embed them, and let people search and click."""
    unlabelled = 0.5 if size.whole else 0.2
    documents_wanted = 100_000 if size.whole else 2 * size.per_service * len(size.services)
    everything = CorpusSize(documents_wanted, unlabelled=unlabelled, per_service=size.per_service, chat_every=0)
    group = read_group("all", size.services, everything)
    documents = {
        d.id: Document(d.id, 1, d.title, d.body, "", frozenset(x.target for x in d.links), 0, _WRITTEN)
        for d in group.documents
    }
    library = Library({d.id: Page(d.title, d.body) for d in group.documents}, encoder)
    say(f"{len(documents)} documents in {len(library.corpus.texts)} passages")
    clicked = [one for one in group.queries if not any(_unclicked(name) for name in one.relevant)]
    guard = [one for one in group.queries if all(_unclicked(name) for name in one.relevant)]
    parts = people.sides(clicked, documents)
    held_out = _held_out(parts, documents)
    lessons = tuple(_lessons(parts, documents, held_out, library, size))
    return World(
        names=library.corpus.names,
        passages=library.corpus.texts,
        first=tuple(int(n) for n in library.corpus.first),
        test=_asked(parts.test, parts, library),
        validation=_asked(parts.validation, parts, library),
        guard=_asked(guard, people.sides(guard, documents), library),
        lessons=lessons,
    )


def _unclicked(document: str) -> bool:
    return document.partition(":")[0] in UNCLICKED


def _held_out(parts: people.Sides, documents: dict[str, Document]) -> frozenset[str]:
    """Return every document that is sought by a judging query, its near copies, and all that nobody clicks on."""
    judged = {parts.groups[name] for one in (*parts.test, *parts.validation) for name in one.relevant}
    return frozenset(name for name in documents if parts.groups[name] in judged or _unclicked(name))


def _asked(
    headings: tuple[LabelledQuery, ...] | list[LabelledQuery], parts: people.Sides, library: Library
) -> tuple[Asked, ...]:
    return tuple(people.asked(headings, parts.groups, library))


def _lessons(
    parts: people.Sides, documents: dict[str, Document], held_out: frozenset[str], library: Library, size: WorldSize
) -> list[Lessons]:
    found = []
    for seed in size.seeds:
        planned = people.searches(parts.train, seed, size.searches)
        rows = people.clicked_rows(planned, library, seed)
        true: dict[str, frozenset[str]] = {}
        for search in planned:
            true[search.query] = true.get(search.query, frozenset()) | search.relevant
        for wrong in size.wrong:
            found.append(
                people.lessons(rows, true, documents, held_out, library, seed=seed, wrong=wrong, wanted=size.lessons)
            )
            say(f"lessons of seed {seed} with {wrong:.0%} wrong: {len(found[-1].rows)}")
    return found
