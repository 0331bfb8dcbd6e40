"""The one mechanism, on real stores: what is desired gets there, once, whatever was there and wherever it stopped."""

from types import SimpleNamespace

import pytest

from indexer.feed.documents import Documents
from indexer.indexing.sync import Sync
from retrieval import passages
from retrieval.encoders import Encoder
from stores.vector_rows import primary_key
from tests.indexer.world import World

NASTY = ["a'] or pk != ''", 'b"] or pk != "', "c\\", "d\\' or 1==1 --", "ünï ✓ '\"", "e#0", "e", "{f:String}", "%s"]


class CountingEncoders:
    """Counts the texts that are embedded."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.texts: list[str] = []

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        encoder, texts = self._world.encoders.get(tenant, model, manifest), self.texts

        class Counting:
            dimension = encoder.dimension
            pieces = encoder.pieces
            encoding = staticmethod(encoder.encoding)

            @staticmethod
            def encode(given: list[str]) -> object:
                texts.extend(given)
                return encoder.encode(given)

        return Counting()  # type: ignore[return-value]  # the part of an encoder that sync uses


def counting(world: World) -> tuple[Sync, CountingEncoders]:
    encoders = CountingEncoders(world)
    return world.new_sync(encoders), encoders  # type: ignore[arg-type]  # a source of encoders


def test_documents_get_there_once(world: World) -> None:
    with world.together():
        for n in range(20):
            world.put(f"d{n}", 1, f"body {n}")
    world.put("chat", 1, "hello", kind="message")
    world.put("never", 1, "gone", deleted=True)
    world.fill()
    assert all(len(world.shown(f"d{n}")) == 1 for n in range(20))
    assert world.shown("chat") == world.shown("never") == []
    counts = world.documents.counts(world.tenant, world.target().collection)
    assert (counts.total, counts.done, counts.pending) == (20, 20, 0)
    assert world.sync.advance(world.target(), 60).documents == 0


def test_the_highest_version_wins_whatever_the_order(world: World) -> None:
    world.put("d", 5, "five")
    world.fill()
    world.put("d", 3, "three")
    assert world.sync.advance(world.target(), 60).documents == 0
    assert [row[0] for row in world.shown("d")] == [5]


def test_a_change_of_access_alone_keeps_the_vector_and_comes_before_new_text(world: World) -> None:
    sync, encoders = counting(world)
    world.put("d", 1, "the text")
    world.fill()
    before = world.vectors.get(world.target().collection, ["d#0"], with_vectors=True)["d#0"].dense
    with world.together():
        for n in range(30):
            world.put(f"new{n}", 1, "more text")
    world.put("d", 2, "the text", acl=("board",))
    world.put("gone", 1, "x")
    first = world.plan()[:1]
    assert [p.document for p in first] == ["d"]
    done = sync.apply(world.target(), first)
    after = world.vectors.get(world.target().collection, ["d#0"], with_vectors=True)["d#0"]
    assert (done.kept, done.embedded, encoders.texts) == (1, 0, [])
    assert (after.version, after.acl, after.dense) == (2, ("board",), before)


def test_changed_text_gets_a_new_vector(world: World) -> None:
    world.put("d", 1, "the old text")
    world.fill()
    world.put("d", 2, "an entirely different sentence")
    world.fill()
    row = world.vectors.get(world.target().collection, ["d#0"], with_vectors=True)["d#0"]
    text = world.sync.read(world.target(), ["d"])["d"].passages[0]
    right = world.encoders.get(world.tenant, world.live).encode([text])[0].tolist()
    assert row.dense == pytest.approx(right, abs=1e-4)


def test_a_document_that_shrinks_or_goes_leaves_nothing_behind(world: World) -> None:
    long = "A sentence of some words. " * 200
    world.put("d", 1, long)
    world.put("e", 1, long)
    world.fill()
    assert len(world.shown("d")) > 5
    world.put("d", 2, "short now")
    world.put("e", 2, deleted=True)
    world.fill()
    assert len(world.shown("d")) == 1
    assert world.shown("e") == []
    world.put("e", 3, "back again")
    world.fill()
    assert [row[0] for row in world.shown("e")] == [3]


def test_a_document_without_text_is_recorded_and_found_by_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.put("empty", 1, "", title=" ")
    world.put("long", 1, "word " * 5_000)
    monkeypatch.setattr(passages, "READ_CHARACTERS", 24_999)
    world.fill()
    assert world.shown("empty") == []
    rows = world.warehouse.rows(
        "SELECT document, passages, truncated FROM applied FINAL WHERE tenant = {t:String} ORDER BY document",
        t=world.tenant,
    )
    assert rows == [
        {"document": "empty", "passages": 0, "truncated": 0},
        {"document": "long", "passages": 41, "truncated": 1},
    ]


@pytest.mark.thorough
def test_names_with_quotes_are_documents_like_any_other(world: World) -> None:
    with world.together():
        for name in NASTY:
            world.put(name, 1, f"text of {name}", acl=(f"group {name}",))
    world.fill()
    assert all([row[0] for row in world.shown(name)] == [1] for name in NASTY)
    for name in NASTY:
        world.put(name, 2, deleted=True)
        world.fill()
        left = NASTY[NASTY.index(name) + 1 :]
        assert [n for n in NASTY if world.shown(n)] == left


class Crash(RuntimeError):
    """Stands for a killed process."""


@pytest.mark.thorough
@pytest.mark.parametrize("where", ["delete", "encode", "upsert_before", "upsert_after", "record"])
def test_a_crash_anywhere_is_made_good_by_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    long = "A sentence of some words. " * 200
    world.put("d", 1, long)
    world.fill()
    world.put("d", 2, "A longer sentence of some more words. " * 150, acl=("a",))
    world.put("e", 1, long)
    with monkeypatch.context() as broken:
        _break(world, broken, where)
        with pytest.raises(Crash):
            world.new_sync().advance(world.target(), 60)
    world.put("d", 3, "short", acl=("b",))
    world.put("e", 2, "short")
    world.sync = world.new_sync()
    world.fill()
    assert [(row[0], row[2]) for row in world.shown("d")] == [(3, ("b",))]
    assert [row[0] for row in world.shown("e")] == [2]


def _break(world: World, broken: pytest.MonkeyPatch, where: str) -> None:
    upsert = type(world.vectors).upsert

    def crash(*_: object, **__: object) -> None:
        raise Crash

    def upsert_then_crash(*given: object) -> None:
        upsert(*given)  # type: ignore[arg-type]  # as given
        raise Crash

    def record_nothing_done(*given: object, step: int = 0) -> None:
        if step:
            raise Crash
        record(*given)  # type: ignore[arg-type]  # as given

    record = type(world.documents).record
    if where == "encode":
        broken.setattr(Encoder, "encode", crash)
    elif where == "record":
        broken.setattr(type(world.documents), "record", record_nothing_done)
    elif where == "upsert_after":
        broken.setattr(type(world.vectors), "upsert", upsert_then_crash)
    else:
        broken.setattr(type(world.vectors), where.removesuffix("_before"), crash)


def test_what_is_written_shows_references_use_and_recency(world: World) -> None:
    world.put("quiet", 1, "x")
    world.put("cited", 1, "x")
    with world.together():
        for n in range(3):
            world.put(f"citing{n}", 1, "x", links=("cited", "cited", f"citing{n}"))
    with world.together():
        for n in range(10):
            world.event("DocumentOpened", f"u{n}", "cited")
            world.event("DocumentOpened", "u0", "cited")
    world.fill()
    rows = world.vectors.get(world.target().collection, [primary_key(d, 0) for d in ("quiet", "cited", "citing0")])
    assert rows["cited#0"].authority == pytest.approx(rows["quiet#0"].authority + 0.4, abs=0.01)
    assert rows["citing0#0"].authority == pytest.approx(rows["quiet#0"].authority, abs=0.01)


def test_a_link_of_a_document_that_only_some_may_see_counts_for_nothing(world: World) -> None:
    with world.together():
        for n, acl in enumerate([("board",), (), ("Everyone",)]):
            world.put(f"hidden{n}", 1, "x", links=("cited",), acl=acl)
    assert world.documents.usage(world.tenant, ["cited"], world.clock()) == {}
    world.put("open", 1, "x", links=("cited",), acl=("board", "everyone"))
    usage = Documents(world.warehouse).usage(world.tenant, ["cited", "open"], world.clock())
    assert {document: found.references for document, found in usage.items()} == {"cited": 1}


def test_a_list_that_changes_without_a_new_version_reaches_the_rows(world: World) -> None:
    world.put("d", 1, "merger plan")
    world.fill()
    world.warehouse.execute("OPTIMIZE TABLE documents FINAL")
    before, mark = world.shown("d"), world.documents.marks()[world.tenant]
    world.put("d", 1, "merger plan", acl=("board",))
    world.warehouse.execute("OPTIMIZE TABLE documents FINAL")
    assert world.documents.marks()[world.tenant] != mark, "when only the row that holds is left, too"
    assert world.documents.counts(world.tenant, world.target().collection).pending == 1
    applied = world.sync.advance(world.target(), 60)
    assert (applied.documents, applied.embedded, applied.finished) == (1, 0, True)
    assert [groups for _, _, groups in world.shown("d")] == [("board",)] * len(before)
    assert world.documents.counts(world.tenant, world.target().collection).pending == 0
    assert world.sync.advance(world.target(), 60).documents == 0


def test_only_work_that_nobody_waits_for_rests(world: World) -> None:
    rested, throttle = list[float](), SimpleNamespace(rest_s=lambda worked_s: 0.7)
    sync = Sync(
        Documents(world.warehouse), world.vectors, world.encoders, world.config, world.clock, rested.append,
        throttle=throttle,
    )  # fmt: skip
    world.put("d", 1, "a text")
    sync.ensure(world.target())
    assert sync.advance(world.target(), 60).documents == 1
    world.put("e", 1, "a text")
    assert sync.advance(world.target(), 60, whole=False).documents == 1
    assert rested == []
    world.put("f", 1, "a text")
    assert sync.advance(world.target(), 60, rests=True).documents == 1
    assert rested == [0.5, pytest.approx(0.2)]
