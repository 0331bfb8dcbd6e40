"""The demo's company: two groups of documents and the questions that people have about them.

Documents are botocore's operations, labelled queries are the headings of awscli's examples. The groups are chosen by
theme, before anything was measured: first computing and networks, then identity, security, data and language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.headings import headings, repeats_name
from demo.operations import Operation, clipped, read_service
from schemas.documents import EVERYONE, DocumentUpserted, Link
from schemas.ids import stable_id

# fmt: off
FIRST_SERVICES = (
    "ec2", "autoscaling", "ecs", "eks", "elbv2", "lambda", "cloudfront", "apigateway", "lightsail", "directconnect",
)
SECOND_SERVICES = (
    "iam", "rds", "cognito-idp", "kms", "dynamodb", "s3", "securityhub", "comprehend", "secretsmanager",
    "organizations",
)
# fmt: on

RESTRICTED_GROUP = "operators"
"""The one group besides `everyone` that documents of the demo are restricted to."""


@dataclass(frozen=True, slots=True)
class CorpusSize:
    """How much text the demo works on.

    `documents` of each group, and of each document the first sentences up to `words` words (0: all), because the
    demo's time is spent on embedding them; `unlabelled` is the share (0 to 1) of them that no heading asks for; at most
    `per_service` labelled operations are taken of one service; `restricted` is the share that only operators may read;
    every `chat_every`-th labelled query is set aside to be asked in chat and never searched for.
    """

    documents: int = 600
    words: int = 150
    unlabelled: float = 0.2
    per_service: int = 150
    restricted: float = 0.02
    chat_every: int = 10


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus; `notes` are sentences on the operation's parameters, for later versions."""

    id: str
    app: str
    title: str
    body: str
    links: tuple[Link, ...]
    acl: tuple[str, ...]
    notes: tuple[str, ...]

    def upserted(self, tenant: str, at: datetime) -> DocumentUpserted:
        """Return the event that brings the first version of the document."""
        return DocumentUpserted(
            event_id=stable_id("document", tenant, self.id, 1),
            tenant=tenant,
            occurred_at=at,
            document=self.id,
            version=1,
            app=self.app,
            title=self.title,
            body=self.body,
            links=self.links,
            acl=self.acl,
            updated_at=at,
        )


@dataclass(frozen=True, slots=True)
class LabelledQuery:
    """A heading that somebody wrote, and the documents of its group whose example files carry it."""

    text: str
    service: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """One half of the company: documents, what people search for there, and what they ask in chat instead."""

    name: str
    documents: tuple[Document, ...]
    queries: tuple[LabelledQuery, ...]
    asked: tuple[LabelledQuery, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Both groups."""

    first: Group
    second: Group


def load_corpus(size: CorpusSize | None = None) -> Corpus:
    """Read both groups from the installed packages; the same packages and size give the same corpus."""
    size = size or CorpusSize()
    return Corpus(read_group("first", FIRST_SERVICES, size), read_group("second", SECOND_SERVICES, size))


def arrivals(group: Group, tenant: str, at: datetime) -> Iterator[DocumentUpserted]:
    """Yield the first version of every document of the group, one millisecond apart from `at` on."""
    for position, document in enumerate(group.documents):
        yield document.upserted(tenant, at + timedelta(milliseconds=position))


def read_group(name: str, services: tuple[str, ...], size: CorpusSize) -> Group:
    """Return the documents of these services and what people search for there, up to `size`."""
    labelled: list[tuple[Operation, tuple[str, ...]]] = []
    others: list[Operation] = []
    for service in services:
        asked_for, rest = _asked_for(service, size.per_service)
        labelled += asked_for
        others += rest
    labelled = sorted(labelled, key=_most_asked)[: round(size.documents * (1 - size.unlabelled))]
    others = sorted(others, key=_draw)[: size.documents - len(labelled)]
    chosen = sorted([operation for operation, _ in labelled] + others, key=lambda o: (o.service, o.name))
    queries = _queries(labelled)
    return Group(
        name,
        tuple(_documents(chosen, size)),
        tuple(query for query in queries if not _set_aside(query, size.chat_every)),
        tuple(query for query in queries if _set_aside(query, size.chat_every)),
    )


def _asked_for(service: str, most: int) -> tuple[list[tuple[Operation, tuple[str, ...]]], list[Operation]]:
    """Return a service's operations that headings ask for, those with most headings first, and its other operations.

    Headings that merely repeat the operation's name are left out: whoever knows the name needs no search, and "To
    create a cluster" fits a dozen services while its label names one.
    """
    operations = read_service(service)
    found: list[tuple[Operation, tuple[str, ...]]] = []
    result = headings(service, operations)
    for name, texts in result.items():
        operation = operations[name]
        label = operation.title.partition(":")[0]
        kept = tuple(text for text in texts if not repeats_name(text, name, label))
        if kept and operation.text:
            found.append((operation, kept))
    found = sorted(found, key=_most_asked)
    named = {operation.name for operation, _ in found}
    others = [operation for name, operation in operations.items() if name not in named and operation.text]
    return found[:most], others


def _most_asked(asked_for: tuple[Operation, tuple[str, ...]]) -> tuple[int, str]:
    return -len(asked_for[1]), _draw(asked_for[0])


def _draw(operation: Operation) -> str:
    """Return a key that orders operations by nothing that means anything, the same in every run."""
    return stable_id(operation.service, operation.name)


def _queries(labelled: list[tuple[Operation, tuple[str, ...]]]) -> list[LabelledQuery]:
    """Return the headings in a meaningless order; one that stands in several files has several relevant documents."""
    relevant: dict[str, set[str]] = {}
    first: dict[str, tuple[str, str]] = {}
    for operation, texts in labelled:
        for text in texts:
            first.setdefault(text.lower(), (text, operation.service))
            relevant.setdefault(text.lower(), set()).add(_id(operation.service, operation.name))
    result = [LabelledQuery(text, service, frozenset(relevant[key])) for key, (text, service) in first.items()]
    return sorted(result, key=lambda query: stable_id(query.text))


def _set_aside(query: LabelledQuery, every: int) -> bool:
    return every > 0 and int(stable_id("chat", query.text), 16) % every == 0


def _id(service: str, operation: str) -> str:
    return f"{service}:{operation}"


def _documents(chosen: list[Operation], size: CorpusSize) -> Iterator[Document]:
    names = {_id(operation.service, operation.name) for operation in chosen}
    for operation in chosen:
        named = [(_id(operation.service, name), sentence) for name, sentence in operation.mentions]
        closed = int(stable_id("acl", operation.service, operation.name), 16) % 1_000 < size.restricted * 1_000
        yield Document(
            id=_id(operation.service, operation.name),
            app=operation.service,
            title=operation.title,
            body=clipped(operation.text, size.words),
            links=tuple(Link(target=target, anchor=sentence) for target, sentence in named if target in names),
            acl=(RESTRICTED_GROUP,) if closed else (EVERYONE,),
            notes=operation.notes,
        )
