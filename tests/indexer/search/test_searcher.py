"""The read path against people who want more than they may see, and a serving record that moves all the time."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from indexer.search.answer import Answer
from indexer.search.searcher import Searcher, retrieve
from indexer.search.visibility import CurrentLists, Viewer
from operations.rollback import rollback
from retrieval.encoders import Encoder
from retrieval.queries import NoWord
from schemas.fusion import Fusion
from stores.errors import Refused, Retryable
from stores.rebuilds import Rebuild
from stores.serving import Serving
from stores.vector_rows import collection_name
from stores.vectors import Rankings, Vectors
from tests.indexer.world import NOW, World, live

NASTY = ["board'] or pk != ''", 'board"] or pk != "', "board\\", "board' or 1==1", "BOARD", " board", "board ", "boar"]


def documents(answer: Answer) -> list[str]:
    return [found.document for found in answer.results]


def ask(world: World, query: str, *groups: str, k: int = 10) -> list[str]:
    return documents(world.searcher.search(world.tenant, [query], frozenset(groups), k)[0])


def test_a_batch_is_answered_in_order_with_what_answered_it(world: World) -> None:
    with world.together():
        for name in ("leave", "travel", "lunch"):
            world.put(name, 1, f"all about {name} and nothing else")
    live(world)
    answers = world.searcher.search(world.tenant, ["lunch", "leave", "travel"], frozenset(), 2)
    assert [documents(answer)[0] for answer in answers] == ["lunch", "leave", "travel"]
    assert [found.rank for found in answers[0].results] == [1, 2]
    assert {(a.model, a.collection, a.serving_version) for a in answers} == {(world.live, world.target().collection, 1)}
    assert answers[0].latency_ms > 0
    assert "all about lunch" in answers[0].results[0].snippet
    assert world.searcher.search(world.tenant, [], frozenset()) == []


def test_a_tenant_whose_record_is_lost_is_not_one_that_sent_nothing(world: World) -> None:
    with pytest.raises(Refused, match="no documents yet"):
        ask(world, "merger")
    world.put("d", 1, "merger plan")
    world.put("gone", 1, deleted=True)
    with pytest.raises(Retryable, match="is being rebuilt, 0 of 1 documents; try again"):
        ask(world, "merger")


def test_an_answer_of_an_index_that_is_being_filled_says_so(world: World) -> None:
    world.put("d", 1, "merger plan")
    live(world)
    rebuild = Rebuild(reason="lost", at=NOW, done=1, total=2)
    world.serving.rebuilds.save(world.tenant, world.target().collection, rebuild)
    answer = world.searcher.search(world.tenant, ["merger"], frozenset())[0]
    assert (documents(answer), answer.rebuild) == (["d"], rebuild)
    world.vectors.drop(world.target().collection)
    with pytest.raises(Retryable, match="is being rebuilt, 1 of 2 documents"):
        ask(world, "merger")


def test_nobody_sees_what_they_may_not(world: World) -> None:
    world.put("open", 1, "merger plan for everyone")
    world.put("secret", 1, "merger plan", acl=("board",))
    world.put("nobody", 1, "merger plan", acl=())
    live(world)
    assert ask(world, "merger plan") == ["open"]
    assert sorted(ask(world, "merger plan", "board")) == ["open", "secret"]
    for name in NASTY:
        assert ask(world, "merger plan", name) == ["open"]
        assert ask(world, f"merger plan {name}") == ["open"]


@pytest.mark.thorough
def test_one_visible_document_among_hundreds_is_found(world: World) -> None:
    with world.together():
        for n in range(300):
            world.put(f"hidden{n}", 1, "merger plan merger plan", acl=("board",))
    world.put("mine", 1, "something else entirely, a lunch menu", acl=("staff",))
    live(world)
    assert ask(world, "merger plan", "staff") == ["mine"]
    assert ask(world, "merger plan") == []
    assert len(ask(world, "merger plan", "board", k=300)) == 300


def test_documents_of_many_passages_do_not_crowd_others_out(world: World) -> None:
    with world.together():
        for n in range(12):
            world.put(f"long{n}", 1, "The merger plan of the company. " * 250)
    with world.together():
        for n in range(5):
            world.put(f"short{n}", 1, "lunch")
    live(world)
    assert len(ask(world, "merger plan", k=17)) == 17


def test_a_withdrawn_access_holds_at_once_and_after_the_next_sync(world: World) -> None:
    world.put("d", 1, "merger plan")
    live(world)
    assert ask(world, "merger plan") == ["d"]
    world.put("d", 2, "merger plan", acl=("board",))
    assert ask(world, "merger plan") == []
    world.fill()
    assert ask(world, "merger plan") == []
    assert ask(world, "merger plan", "board") == ["d"]


def test_one_tenants_search_never_meets_anothers_documents(world: World) -> None:
    world.put("d", 1, "merger plan")
    live(world)
    with pytest.raises(Refused, match="tidewheel emit"):
        world.searcher.search(f"{world.tenant}x", ["merger plan"], frozenset())


@pytest.mark.parametrize("k", [0, -1, 1_001])
def test_an_impossible_number_of_documents_is_refused(world: World, k: int) -> None:
    with pytest.raises(Refused, match="1 to 1000"):
        world.searcher.search(world.tenant, ["x"], frozenset(), k)


@pytest.mark.parametrize(
    "query", ["'a", 'b"', "c\\", "😀" * 500, "a AND (b OR", "\x00a\n", "*1", "%s {x}", "word " * 400]
)
def test_no_query_breaks_a_search(world: World, query: str) -> None:
    world.put("d", 1, "merger plan")
    live(world)
    assert ask(world, query) == ["d"]


@pytest.mark.parametrize("query", ["", "   ", "?!.,", "'", "\\", "*", "\x00\n", "\u200b\u00ad\ufeff", "\u3002", "___"])
def test_a_query_without_a_word_is_refused_in_words(world: World, query: str) -> None:
    world.put("d", 1, "merger plan")
    live(world)
    with pytest.raises(NoWord, match="there is no word in the query"):
        world.searcher.search(world.tenant, ["plan", query], frozenset())


def test_the_record_says_how_an_answer_is_fused(world: World) -> None:
    with world.together():
        for n in range(30):
            world.put(f"d{n}", 1, f"body {n} about topic {n % 4} and {n % 7}")
    live(world)
    before, answers = world.serving.record(world.tenant), list[list[str]]()
    assert before is not None
    encoder = world.encoders.get(world.tenant, before.model, before.manifest)
    for version, fusion in ((2, Fusion(dense=0.1)), (3, Fusion(dense=0.9))):
        world.serving.move(before.model_copy(update={"version": version, "fusion": fusion}), {})
        (expected,) = retrieve(world.vectors, encoder, before.collection, ["topic 1 and 5"], None, 10, fusion)
        answers.append(ask(world, "topic 1 and 5"))
        assert answers[-1] == [found.document for found in expected]
    assert answers[0] != answers[1]


@dataclass
class Witness:
    """Stands between a search and its encoder and collection, and notes when the two do not belong together."""

    world: World
    mixed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    last: threading.local = field(default_factory=threading.local)

    def get(self, tenant: str, model: str, manifest: str | None = None) -> Encoder:
        encoder, last = self.world.encoders.get(tenant, model, manifest), self.last

        class Noting:
            @staticmethod
            def encode_queries(texts: Sequence[str]) -> object:
                last.model = model
                return encoder.encode_queries(texts)

        return Noting()  # type: ignore[return-value]  # the part of an encoder that a search uses

    def search(self, collection: str, *given: object, **named: object) -> list[Rankings]:
        if collection != collection_name(self.world.tenant, self.last.model):
            self.mixed.append(f"{self.last.model} in {collection}")
        self.seen.add(collection)
        return self.world.vectors.search(collection, *given, **named)  # type: ignore[arg-type]  # as given


class ReadsTwice(Searcher):
    """The mistake that must be noticed: encoder and collection from two reads of the record."""

    def __init__(self, serving: Serving, vectors: Vectors, encoders: Witness, lists: CurrentLists) -> None:
        super().__init__(serving, vectors, encoders, lists)
        self.parts, self.lists = (serving, vectors, encoders), lists

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        serving, vectors, encoders = self.parts
        first = serving.record(tenant)
        assert first is not None
        encoder = encoders.get(tenant, first.model)
        time.sleep(0.005)
        second = serving.record(tenant)
        assert second is not None
        found = retrieve(
            vectors, encoder, second.collection, queries, Viewer(self.lists, tenant, groups), k, second.fusion
        )
        return [Answer(tuple(r), first.model, first.collection, second.version, 0.0) for r in found]


def moved_all_the_time(world: World, kind: type[Searcher], moves: int = 60) -> tuple[Witness, list[Answer], list[str]]:
    """Search in three threads while the record moves back and forth; return the witness, answers and failures."""
    witness = Witness(world)
    searcher = kind(world.serving, witness, witness, world.current)
    answers, failures, over = list[Answer](), list[str](), threading.Event()

    def people() -> None:
        while not over.is_set():
            try:
                answers.extend(searcher.search(world.tenant, ["merger", "plan"], frozenset()))
            except Exception as error:  # whatever it is, somebody's search failed
                failures.append(repr(error))

    threads = [threading.Thread(target=people) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(moves):
            sign = world.signing.as_operator
            rollback(world.serving, lambda record: None, sign, world.tenant, "op", "again", world.clock())
            time.sleep(0.02)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return witness, answers, failures


@pytest.mark.thorough
def test_while_the_record_moves_no_search_fails_and_none_mixes(both: World) -> None:
    witness, answers, failures = moved_all_the_time(both, Searcher)
    assert failures == []
    assert witness.mixed == []
    assert len(witness.seen) == 2
    assert len({answer.serving_version for answer in answers}) > 5
    for answer in answers:
        assert answer.collection == collection_name(both.tenant, answer.model)
        assert (answer.model == both.live) is (answer.serving_version % 2 == 0)
        assert len(answer.results) == 10


@pytest.mark.thorough
def test_the_witness_notices_a_record_read_twice(both: World) -> None:
    witness, _, _ = moved_all_the_time(both, ReadsTwice)
    assert witness.mixed


@pytest.mark.thorough
def test_warming_loads_what_may_be_live_next(both: World) -> None:
    asked: list[str] = []

    class Noting:
        @staticmethod
        def get(tenant: str, model: str, manifest: str | None = None) -> Encoder:
            asked.append(model)
            return both.encoders.get(tenant, model, manifest)

    Searcher(both.serving, both.vectors, Noting(), both.current).warm(both.tenant)
    assert asked == [both.live, both.next]
