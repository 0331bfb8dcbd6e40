"""The stack that the benchmark runs on: all stores, the streams for decisions, and one indexer beside them."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
import orjson

from bench.indexer.documents import write
from bench.indexer.process import Process
from bench.output import say
from bench.retrieval.pages import Page
from bench.stack import Stack
from console.embedded_stack import services
from embedded import control
from indexer.feed.documents import Documents
from retrieval.config import EncoderConfig
from retrieval.identity import PRECISIONS, encoding
from retrieval.word_pieces import WordPieces
from schemas.topics import TOPICS
from stores import kafka
from stores.embeddings import Embeddings
from stores.serving import Serving
from stores.shelf import BASE, Shelf, base_model
from stores.vector_rows import collection_name
from stores.vectors import Vectors
from stores.warehouse import Warehouse

TENANT, OTHER = "indexer", "killed"
"""The tenant whose builds are measured, and the one whose indexer is killed."""


class World:
    """The stores as the benchmark sees them; `directory` holds what is passed between its processes."""

    def __init__(self, stack: Stack, directory: Path) -> None:
        self.stack, self.directory = stack, directory
        where = stack.settings()
        self.warehouse = Warehouse.connect(where)
        self.warehouse.migrate()
        self.documents, self.serving = Documents(self.warehouse), Serving.connect(where)
        self.vectors, self.shelf = Vectors.connect(where), Shelf.open(where)
        self.base = self.shelf.manifest(TENANT, BASE)
        self.config = EncoderConfig()

    @cached_property
    def pieces(self) -> WordPieces:
        """Return how the base model reads text."""
        return WordPieces.of(base_model(), self.config)

    def write(self, tenant: str, pages: Mapping[str, Page], version: int = 1) -> None:
        """Write a version of these documents."""
        write(self.warehouse, tenant, pages, version)

    def whole(self, tenant: str, model: str, documents: int) -> bool:
        """Return whether a collection shows the newest version of each of so many documents, and is not rebuilt."""
        collection = collection_name(tenant, model)
        counts = self.documents.counts(tenant, collection)
        rebuilt = collection in self.serving.rebuilds.of(tenant)
        return not rebuilt and counts.done == documents and not counts.pending

    def lose(self, tenant: str, model: str) -> None:
        """Drop a collection behind the indexer's back."""
        self.vectors.drop(collection_name(tenant, model))

    def remember(self, texts: Sequence[str]) -> None:
        """Store the vectors that bare encoding made of these texts as the base model's."""
        vectors = np.load(self.vectors_file)
        name = encoding(self.base, self.pieces.max_tokens, PRECISIONS[0])
        Embeddings(self.warehouse).put(TENANT, name, dict(zip(texts, vectors, strict=True)))

    @property
    def vectors_file(self) -> Path:
        """Return where bare encoding leaves its vectors."""
        return self.directory / "vectors.npy"

    def texts_file(self, texts: Sequence[str]) -> Path:
        """Return a file with these texts."""
        path = self.directory / "texts.json"
        path.write_bytes(orjson.dumps(list(texts)))
        return path

    def second_files(self) -> Path:
        """Return a directory with the base model's weights that counts as another model."""
        path = self.directory / "second"
        shutil.copytree(base_model(), path)
        (path / "SECOND.txt").write_text("The base model's weights under another manifest.\n")
        return path


@contextmanager
def running(directory: Path, forgetful: bool) -> Iterator[tuple[World, Process]]:
    """Run the stack for the length of the block, without an indexer; one can be started on it."""
    home = directory / "home"
    streams = [service for service in services(home) if service.name == "streams"]
    endpoints = {"home": str(home), **control.start_in_background(home, streams, tied=True)}
    try:
        kafka.ensure_topics(endpoints["kafka_bootstrap"], TOPICS.values())
        stack = Stack(endpoints, {})
        with Process(stack, directory, forgetful) as indexer:
            yield World(stack, directory), indexer
    finally:
        control.down(home)
        say("the stack is stopped")
