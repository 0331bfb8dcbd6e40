"""What is damaged: a tenant's collection of generated pages, by the base model, on an embedded stack of stores."""

import hashlib
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.documents.population import GROUPS, WORDS
from bench.output import say
from embedded import control
from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync, SyncConfig, Target
from retrieval.encoders import Encoders
from schemas.documents import EVERYONE
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.vector_rows import VectorRow, vector_digest
from stores.vectors import Vectors
from stores.warehouse import Warehouse

TENANT = "proof"
GONE = "page-gone"
"""A document that was deleted."""

_UPDATED = datetime(2026, 1, 1, tzinfo=UTC)
_LONG_EVERY = 10
"""One page in so many has several passages."""


class Shown(NamedTuple):
    """What a row shows: its fields but for the vector, and that."""

    fields: tuple[tuple[str, str], ...]
    dense: NDArray[np.float32]

    def same(self, other: "Shown", least: float) -> bool:
        """Return whether both show the same, their vectors with a cosine of `least` at least; 1 for the same bits."""
        if self.fields != other.fields or least == 1:
            return self.fields == other.fields and vector_digest(self.dense) == vector_digest(other.dense)
        norms = float(np.linalg.norm(self.dense)) * float(np.linalg.norm(other.dense))
        return float(np.dot(self.dense, other.dense)) >= least * norms > 0


@dataclass
class World:
    """A filled collection, and the stores that it and its truth are in."""

    settings: Settings
    seed: int

    @cached_property
    def vectors(self) -> Vectors:
        """Return Milvus, into which damage is put."""
        return Vectors.connect(self.settings)

    @cached_property
    def serving(self) -> Serving:
        """Return Redis, where audits note how far they are."""
        return Serving.connect(self.settings)

    @cached_property
    def sync(self) -> Sync:
        """Return what fills and mends the collection."""
        warehouse = Warehouse.connect(self.settings)
        warehouse.migrate()
        encoders, rules = Encoders(self._shelf), SyncConfig(seal_pause_s=0.0)
        return Sync(Documents(warehouse), self.vectors, encoders, rules, lambda: datetime.now(UTC))

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf.open(self.settings)

    @cached_property
    def target(self) -> Target:
        """Return the collection."""
        return Target(TENANT, BASE, self._shelf.manifest(TENANT, BASE))

    def fill(self, pages: int) -> None:
        """Make the pages and their collection; one page more is made, indexed and deleted."""
        rng = random.Random(self.seed)
        self._write([_page(number, rng) for number in range(pages)])
        self._write([(GONE, f"About {GONE}", _text(rng, 1), [EVERYONE])])
        self.sync.ensure(self.target)
        self.sync.advance(self.target, float("inf"))
        self._write([(GONE, f"About {GONE}", "", [EVERYONE])], version=2, deleted=True)
        self.sync.advance(self.target, float("inf"))
        self.sync.seal(self.target.collection)

    def _write(self, found: list[tuple[str, str, str, list[str]]], version: int = 1, deleted: bool = False) -> None:
        names, titles, bodies, lists = zip(*found, strict=True)
        contents = [_content(title, body) for title, body in zip(titles, bodies, strict=True)]
        rows = len(names)
        self.sync.documents.warehouse.insert(
            "documents",
            {
                "tenant": [TENANT] * rows, "document": list(names), "version": [version] * rows,
                "deleted": [int(deleted)] * rows, "kind": ["page"] * rows, "title": list(titles), "body": list(bodies),
                "acl": list(lists), "updated_at": [_UPDATED] * rows, "content_hash": contents,
            },
        )  # fmt: skip

    def rows(self) -> dict[str, VectorRow]:
        """Return every row of the collection by key."""
        collection = self.target.collection
        return self.vectors.rows(collection, sorted(self.vectors.scan_keys(collection)))

    def shown(self) -> dict[str, Shown]:
        """Return what every row shows, in a form that can be compared; authority, which moves with time, is rounded."""
        return {key: _shown(row) for key, row in self.rows().items()}


@contextmanager
def running(seed: int) -> Iterator[World]:
    """Run a stack without services for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="tidewheel-proof-") as directory:
        home = Path(directory) / "home"
        endpoints = control.start_in_background(home, tied=True)
        try:
            yield World(Settings.model_validate({"home": home, **endpoints}), seed)
        finally:
            control.down(home)
            say("the stack is stopped")


def _page(number: int, rng: random.Random) -> tuple[str, str, str, list[str]]:
    name = f"page-{number:05d}"
    body = f"{name.replace('-', '')} says: {_text(rng, 40 if number % _LONG_EVERY == 0 else 2)}"
    return name, f"About {name}", body, [rng.choice(GROUPS)]


def _content(title: str, body: str) -> str:
    return hashlib.sha256(f"{title}\x1f{body}".encode()).hexdigest()[:32]


def _text(rng: random.Random, sentences: int) -> str:
    return " ".join(f"The {' '.join(rng.sample(WORDS, 6))}." for _ in range(sentences))


def _shown(row: VectorRow) -> Shown:
    rounded = {**row, "authority": round(row["authority"], 3)}
    plain = {name: str(value) for name, value in sorted(rounded.items()) if name != "dense"}
    return Shown(tuple(plain.items()), np.asarray(row["dense"], dtype=np.float32))
