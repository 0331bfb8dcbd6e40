"""From a request to its answer and its event."""

from indexer.resident.answering import Answering
from schemas.activity import SearchServed
from schemas.search import Rebuilding, SearchRequest
from stores.rebuilds import Rebuild
from tests.indexer.world import NOW, World, live


class Record:
    """Takes events while there is room."""

    def __init__(self, room: bool = True) -> None:
        self.events: list[SearchServed] = []
        self._room = room

    def __call__(self, event: SearchServed) -> bool:
        self.events.append(event)
        return self._room


def request(world: World, **more: object) -> SearchRequest:
    return SearchRequest.model_validate({"tenant": world.tenant, "query": "merger plan", **more})


def filled(world: World) -> World:
    world.put("open", 1, "The merger plan for everyone.", title="Plan")
    world.put("secret", 1, "The merger plan of the board.", title="Secret", acl=("board",))
    live(world)
    return world


def test_an_answer_says_what_answered_and_nobody_is_recorded_without_a_name(world: World) -> None:
    record = Record()
    answering = Answering(filled(world).searcher, record, lambda: NOW)
    answer = answering.answer(request(world))
    assert [(found.rank, found.document, found.title) for found in answer.results] == [(1, "open", "Plan")]
    assert (answer.model, answer.collection, answer.serving_version) == (world.live, world.target().collection, 1)
    assert (answer.search, record.events) == (None, [])
    both = answering.answer(request(world, groups=("board",))).results
    assert {found.document for found in both} == {"open", "secret"}
    assert len(answering.answer(request(world, groups=("board",), k=1)).results) == 1


def test_a_named_person_s_answer_is_recorded_as_it_was_given(world: World) -> None:
    record = Record()
    answering = Answering(filled(world).searcher, record, lambda: NOW)
    answer = answering.answer(request(world, user="ana", search="s-7", surface="assistant"))
    again = answering.answer(request(world, user="ana", search="s-7", surface="assistant"))
    (event, repeated) = record.events
    assert answer.search == again.search == event.search == "s-7"
    assert event.event_id == repeated.event_id, "the same search is one event, however often it is asked for"
    assert (event.tenant, event.user, event.query, event.surface) == (world.tenant, "ana", "merger plan", "assistant")
    assert [(r.document, r.rank, r.score) for r in event.results] == [
        (found.document, found.rank, found.score) for found in answer.results
    ]
    assert (event.model, event.serving_version, event.occurred_at) == (world.live, 1, NOW)


def test_a_search_without_an_id_gets_one_and_one_that_is_not_recorded_has_none(world: World) -> None:
    record, full = Record(), Record(room=False)
    filled(world)
    first, second = (Answering(world.searcher, record, lambda: NOW).answer(request(world, user="ana")) for _ in "12")
    assert {first.search, second.search} == {event.search for event in record.events}
    assert first.search != second.search
    assert Answering(world.searcher, full, lambda: NOW).answer(request(world, user="ana")).search is None


def test_an_index_that_is_being_filled_is_said_to_be(world: World) -> None:
    filled(world)
    rebuild = Rebuild(reason="lost", at=NOW, done=1, total=9)
    world.serving.rebuilds.save(world.tenant, world.target().collection, rebuild)
    answer = Answering(world.searcher, Record(), lambda: NOW).answer(request(world))
    assert answer.rebuilding == Rebuilding(done=1, total=9)


def test_models_of_tenants_that_search_are_loaded_before_they_are_needed(world: World) -> None:
    filled(world)
    asked: list[str] = []

    class Warm(type(world.searcher)):  # type: ignore[misc]  # the world's own kind
        def warm(self, tenant: str) -> None:
            asked.append(tenant)

    searcher = Warm(world.serving, world.vectors, world.encoders, world.current)
    answering = Answering(searcher, Record(), lambda: NOW)
    answering.warm(["a", "b", "c", "d"])
    assert asked == ["a", "b", "c"], "no more than are kept in memory"
    answering.answer(request(world))
    answering.warm()
    assert asked[3:] == [world.tenant]
