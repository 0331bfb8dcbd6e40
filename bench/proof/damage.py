"""The kinds of damage: each puts something wrong straight into the collection and says what it concerns.

A kind takes the world, its rows by key, and a source of chance, and returns the documents and keys that are damaged: a
document that has to be made anew, or a key of a row that belongs to none.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import numpy as np

from bench.proof.world import GONE, World
from schemas.documents import EVERYONE
from stores.vector_rows import VectorRow, primary_key

Rows = Mapping[str, VectorRow]
Planted = frozenset[str]
Kind = Callable[[World, Rows, random.Random], Planted]

_LEAST_SHARE = 100
"""One vector in so many, where a share of all is wrong."""


def _put(world: World, rows: Iterable[VectorRow]) -> Planted:
    damaged = [{**row, "dense": [float(x) for x in row["dense"]]} for row in rows]
    world.vectors.upsert(world.target.collection, damaged)
    return frozenset(row["pk"].rpartition("#")[0] for row in damaged)


def _some(rows: Rows, rng: random.Random, count: int = 1) -> list[VectorRow]:
    """Return rows of so many documents: each one's first passage."""
    return [rows[key] for key in rng.sample(sorted(key for key in rows if key.endswith("#0")), count)]


def _later(rows: Rows, rng: random.Random) -> VectorRow:
    """Return a row that is neither the first nor the last of its document."""
    inner = [key for key in rows if not key.endswith("#0") and _next(key) in rows]
    return rows[rng.choice(sorted(inner))]


def _next(key: str) -> str:
    document, _, number = key.rpartition("#")
    return primary_key(document, int(number) + 1)


def _noise(rng: random.Random, dimension: int) -> list[float]:
    """Return a random unit vector."""
    vector = np.array([rng.gauss(0, 1) for _ in range(dimension)], dtype=np.float32)
    return [float(x) for x in vector / np.linalg.norm(vector)]


def _field(name: str, change: Callable[[VectorRow, random.Random], object]) -> Kind:
    """Return the kind that changes one field of one row."""

    def plant(world: World, rows: Rows, rng: random.Random) -> Planted:
        (row,) = _some(rows, rng)
        return _put(world, [{**row, name: change(row, rng)}])

    return plant


def _swapped(name: str) -> Kind:
    """Return the kind that exchanges a field between rows of two documents."""

    def plant(world: World, rows: Rows, rng: random.Random) -> Planted:
        one, two = _some(rows, rng, 2)
        return _put(world, [{**one, name: two[name]}, {**two, name: one[name]}])

    return plant


def _swapped_within(world: World, rows: Rows, rng: random.Random) -> Planted:
    one = _later(rows, rng)
    two = rows[_next(one["pk"])]
    return _put(world, [{**one, "dense": two["dense"]}, {**two, "dense": one["dense"]}])


def _share_of_vectors(world: World, rows: Rows, rng: random.Random) -> Planted:
    count = max(2, len(rows) // _LEAST_SHARE)
    return _put(world, [{**row, "dense": _noise(rng, len(row["dense"]))} for row in _some(rows, rng, count)])


def _almost(row: VectorRow, rng: random.Random) -> list[float]:
    """Return a vector that no cosine tells from the right one: one number is the next one that float32 has."""
    vector, which = np.array(row["dense"], dtype=np.float32), rng.randrange(len(row["dense"]))
    vector[which] = np.nextafter(vector[which], np.float32(1))
    return [float(x) for x in vector]


def _missing(world: World, rows: Rows, rng: random.Random) -> Planted:
    (row,) = _some(rows, rng)
    world.vectors.delete(world.target.collection, [row["pk"]])
    return frozenset({row["document"]})


def _missing_within(world: World, rows: Rows, rng: random.Random) -> Planted:
    row = _later(rows, rng)
    world.vectors.delete(world.target.collection, [row["pk"]])
    return frozenset({row["document"]})


def _placed(document: str | None, number: int) -> Kind:
    """Return the kind that puts a copy of a row into another place; without a document, behind its own."""

    def plant(world: World, rows: Rows, rng: random.Random) -> Planted:
        (row,) = _some(rows, rng)
        name = document or row["document"]
        key = primary_key(name, number)
        _put(world, [{**row, "pk": key, "document": name, "passage": number}])
        return frozenset({key} if document not in (None, GONE) else {name})

    return plant


def _resurrected_as_it_was(world: World, rows: Rows, rng: random.Random) -> Planted:
    """Put the deleted document back with all that a true row has: its id, its number, a list, a version."""
    (row,) = _some(rows, rng)
    place = {"pk": primary_key(GONE, 0), "document": GONE, "passage": 0, "title": f"About {GONE}", "acl": [EVERYONE]}
    return _put(world, [{**row, **place}])


def _wrong_from_the_start(world: World, rows: Rows, rng: random.Random) -> Planted:
    """Make a share of all vectors wrong in the embedding store, and have the documents made of it.

    Row, record and store agree then, and only the model can tell.
    """
    chosen = _some(rows, rng, max(2, len(rows) // _LEAST_SHARE))
    store = world.sync.embedder(world.target)
    store.keep({row["text"]: np.array(_noise(rng, len(row["dense"])), dtype=np.float32) for row in chosen})
    names = [row["document"] for row in chosen]
    documents = world.sync.documents
    documents.void(world.target.tenant, world.target.collection, names, datetime.now(UTC))
    world.sync.advance(world.target, float("inf"))
    return frozenset(names)


KINDS: dict[str, Kind] = {
    "wrong_text": _field("text", lambda row, _: f"{row['text']} And more."),
    "empty_text": _field("text", lambda *_: ""),
    "swapped_text": _swapped("text"),
    "wrong_title": _field("title", lambda *_: "Another title"),
    "wrong_words": _field("terms", lambda *_: "quite other words"),
    "wrong_clicked_queries": _field("clicked", lambda *_: "what nobody asked"),
    "wrong_authority": _field("authority", lambda *_: 0.99),
    "wrong_content_hash": _field("content_hash", lambda *_: "0" * 32),
    "wrong_date": _field("updated_at", lambda row, _: row["updated_at"] + 1),
    "wrongly_said_to_be_cut": _field("truncated", lambda *_: True),
    "wrong_passage_number": _field("passage", lambda *_: 7),
    "wrong_document_name": _field("document", lambda *_: "page-0"),
    "stale_version": _field("version", lambda *_: 0),
    "wider_list": _field("acl", lambda row, _: [*row["acl"], EVERYONE]),
    "narrower_list": _field("acl", lambda *_: []),
    "one_wrong_vector": _field("dense", lambda row, rng: _noise(rng, len(row["dense"]))),
    "one_bit_of_a_vector": _field("dense", _almost),
    "one_percent_of_vectors": _share_of_vectors,
    "swapped_vectors": _swapped("dense"),
    "swapped_vectors_within_a_document": _swapped_within,
    "missing_row": _missing,
    "missing_row_within": _missing_within,
    "surplus_row": _placed(None, 900),
    "foreign_row": _placed("nobody's", 0),
    "resurrected_row": _resurrected_as_it_was,
    "resurrected_later_row": _placed(GONE, 3),
}
"""Kinds that reading every row back must find."""

SAMPLED: dict[str, Kind] = {"one_percent_of_vectors_wrong_from_the_start": _wrong_from_the_start}
"""Kinds that only the model can tell: the sample must find them."""
