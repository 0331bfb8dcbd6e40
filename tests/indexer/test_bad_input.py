"""Input and surroundings that are wrong: what is said, and that what serves stays as it was."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pymilvus.exceptions import MilvusException

from bench.index_scale.corpus import Corpus
from indexer.indexing.sync import Target
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoders
from retrieval.passages import READ_CHARACTERS
from retrieval.queries import NoWord
from schemas.search import MAX_SEARCH_GROUPS
from stores import milvus
from stores.errors import Refused, Retryable
from stores.vector_rows import VectorRow
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.indexer.loop import approval, first, record
from tests.indexer.world import NOW, World, tiny_model


class OtherModel:
    """A source that gives the same model whichever is asked for."""

    def __init__(self, encoders: Encoders, tenant: str, model: str) -> None:
        self._found = encoders.get(tenant, model)

    def get(self, tenant: str, model: str, manifest: str | None = None) -> object:
        return self._found


def test_vectors_of_another_dimension_are_refused_and_no_document_is_given_up(world: World, tmp_path: Path) -> None:
    world.put("known", 1, "the first text")
    world.fill()
    world.shelf.put(world.tenant, "narrow", tiny_model(tmp_path, 7, width=16), {}, NOW)
    narrow = OtherModel(Encoders(world.shelf, EncoderConfig(threads=1)), world.tenant, "narrow")
    world.put("known", 2, "the second text")
    world.put("new", 1, "a new text")
    sync = world.new_sync(narrow)  # type: ignore[arg-type]  # a source of encoders
    with pytest.raises(Refused, match="32 dimensions and its model makes 16"):
        sync.advance(Target(world.tenant, world.live), 60)  # nobody said what its files are
    assert [version for version, _, _ in world.shown("known")] == [1]
    world.fill()
    assert [version for version, _, _ in world.shown("known")] == [2]
    assert world.shown("new")


@pytest.mark.parametrize(
    "error", [MilvusException(8, "disk quota exhausted"), MilvusException(2, "connection refused")]
)
def test_a_milvus_that_is_full_or_away_is_waited_for(
    world: World, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("known", 1, "the first text")
    world.fill()
    world.put("known", 2, "the second text")

    def failing(collection: str, rows: Sequence[VectorRow]) -> None:
        def call() -> None:
            raise error

        milvus.guarded(call)

    monkeypatch.setattr(world.vectors, "upsert", failing)
    with pytest.raises(Retryable, match="Milvus"):
        world.new_sync().advance(world.target(), 60)
    monkeypatch.undo()
    assert [version for version, _, _ in world.shown("known")] == [1]
    world.fill()
    assert [version for version, _, _ in world.shown("known")] == [2]


@pytest.mark.thorough
def test_a_clock_that_was_set_back_holds_nothing_up(world: World) -> None:
    for name in ("changed", "gone"):
        world.put(name, 1, f"the first text of {name}")
    loop = first(world)
    loop.settle()
    loop.indexer.handle(approval(loop.ready()))
    loop.settle()
    world.clock.ahead = -timedelta(days=3)
    world.put("changed", 2, "the second text")
    world.put("gone", 2, deleted=True)
    loop.settle()
    for model in (world.live, world.next):
        assert [version for version, _, _ in world.shown("changed", model)] == [2]
        assert world.shown("gone", model) == []
    loop.roll_back()
    assert record(world).model == world.live


def test_somebody_in_twenty_thousand_groups_finds_what_they_may_see(world: World) -> None:
    world.put("theirs", 1, "the merger plan", acl=("group-19999",))
    world.put("others", 1, "the merger plan of others", acl=("board",))
    first(world).settle()
    groups = frozenset(f"group-{number}" for number in range(MAX_SEARCH_GROUPS))
    found = world.searcher.search(world.tenant, ["merger plan"], groups)[0]
    documents = [result.document for result in found.results]
    assert documents[0] == "theirs"
    assert "others" not in documents


def test_a_document_of_invisible_text_alone_is_recorded_and_found_by_nobody(world: World) -> None:
    world.put("known", 1, "the merger plan")
    world.put("hidden", 1, "\u200b\u200d\n\u2060 \ufeff", title="\u00ad\u200b")
    first(world).settle()
    counts = world.documents.counts(world.tenant, world.target().collection)
    assert (counts.pending, world.shown("hidden")) == (0, [])
    assert world.shown("known")
    with pytest.raises(NoWord, match="no word"):
        world.searcher.search(world.tenant, ["\u200b"], frozenset())


@pytest.mark.thorough
def test_a_model_whose_files_changed_is_refused_and_what_serves_goes_on(world: World) -> None:
    world.put("known", 1, "the first text")
    world.put("gone", 1, "the merger plan")
    loop = first(world)
    loop.settle()
    weights = Path(world.shelf._place(world.tenant, world.live)) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    world.put("known", 2, "the second text")
    world.put("gone", 2, deleted=True)
    sync = world.new_sync(Encoders(world.shelf, EncoderConfig(threads=1)))
    with pytest.raises(Refused, match="is not what was published"):
        sync.advance(world.target(), 60)
    assert [version for version, _, _ in world.shown("known")] == [1]
    assert world.shown("gone") == [], "a deletion needs no model"
    assert world.searcher.search(world.tenant, ["first text"], frozenset())[0].results


@pytest.mark.parametrize(("length", "cut"), [(1_000_000, False), (READ_CHARACTERS + 100, True)])
@pytest.mark.slow
def test_documents_of_one_and_five_megabytes_are_found_to_their_end(world: World, length: int, cut: bool) -> None:
    """Of few words, because a character of a word unknown to the tokenizer is read as fast as a page."""
    world.put("small", 1, "a small page")
    body = ("x" * 999 + "\n") * (length // 1_000 - 1) + "the very last zebra\n"
    world.put("large", 1, body.ljust(length, " ") if not cut else body + "y" * 10_000)
    first(world).settle()
    found = world.searcher.search(world.tenant, ["very last zebra"], frozenset())[0]
    assert found.results[0].document == "large"
    assert found.results[0].truncated is cut
    assert world.shown("small")


@pytest.mark.slow
def test_ten_thousand_deletions_at_once_leave_nothing_and_touch_no_other(
    warehouse: Warehouse, vectors: Vectors
) -> None:
    corpus = Corpus(warehouse, vectors, 10_100, in_milvus=10_100)
    try:
        corpus.delete(range(100, 10_100))
        done = corpus.sync.advance(corpus.target, 1_800)
        assert (done.deleted, done.embedded, done.finished) == (10_000, 0, True)
        left = {key.rpartition("#")[0] for key in vectors.scan_keys(corpus.target.collection)}
        assert left == {f"page-{number:07d}" for number in range(100)}
    finally:
        vectors.drop(corpus.target.collection)
