import time
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from demo.corpus import Corpus, arrivals
from demo.library import Library
from demo.people import People, batches
from demo.planning import DAY_LASTS, workdays
from demo.population import populate
from demo.reactions import Reading
from schemas.activity import CitationOpened, DocumentOpened, Reacted, SearchServed
from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.topics import TOPIC_OF, key_of
from tests.demo.search import WordSearch

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
DAYS = workdays(NOW, 6)


def people(corpus: Corpus, seed: int = 7) -> People:
    library = Library()
    library.apply(arrivals(corpus.first, "acme", DAYS[0]))
    return People("acme", populate(corpus, seed), Reading(library), seed)


@pytest.fixture(scope="module")
def lived(corpus: Corpus) -> list[Event]:
    search = WordSearch(corpus.first.documents)
    company = people(corpus)
    return [event for day in DAYS for event in company.live_through(day, 0.0, search)]


def test_a_phase_has_the_volume_that_learning_needs(lived: list[Event]) -> None:
    counts = Counter(type(event) for event in lived)
    assert 1_200 <= counts[SearchServed] <= 1_900
    assert counts[DocumentOpened] >= 700
    assert counts[CitationOpened] >= 50
    assert counts[Reacted] >= 40
    clicked = {event.from_search.query for event in lived if isinstance(event, DocumentOpened) and event.from_search}
    assert len(clicked) >= 400


def test_every_event_is_valid_unique_ordered_and_past(lived: list[Event]) -> None:
    assert len({event.event_id for event in lived}) == len(lived)
    assert all(a.occurred_at <= b.occurred_at for a, b in pairwise(lived))
    assert DAYS[0] <= lived[0].occurred_at
    assert lived[-1].occurred_at < DAYS[-1] + DAY_LASTS < NOW
    for event in lived:
        topic = TOPIC_OF[type(event).__name__]
        assert not isinstance(decode(topic, key_of(event), encode(event), NOW, {"acme"}), Rejection)


def test_people_open_only_what_they_were_shown_or_what_is_linked(lived: list[Event], corpus: Corpus) -> None:
    links = {document.id: {link.target for link in document.links} for document in corpus.first.documents}
    shown = {e.search: [r.document for r in e.results] for e in lived if isinstance(e, SearchServed)}
    reached = {target for targets in links.values() for target in targets}
    for event in lived:
        if isinstance(event, DocumentOpened) and event.from_search:
            assert shown[event.from_search.search][event.from_search.rank - 1] == event.document
        elif isinstance(event, DocumentOpened):
            assert event.document in reached
        elif isinstance(event, CitationOpened):
            assert list(event.cited) == shown[event.answer][:3]


def test_no_label_enters_an_event(corpus: Corpus) -> None:
    """Whoever is shown nothing leaves no trace of what would have met the need."""
    company, nothing = people(corpus), WordSearch([])
    names = {document.id for group in (corpus.first, corpus.second) for document in group.documents}
    for event in company.live_through(DAYS[0], 0.5, nothing):
        sent = encode(event).decode()
        assert not any(f'"{name}"' in sent for name in names)


def test_what_is_not_found_is_tried_again_in_other_words(corpus: Corpus) -> None:
    company, nothing = people(corpus), WordSearch([])
    searches = company.plan_day(DAYS[0], 0.0)
    response = company.react(searches, nothing(searches))
    first = {search.need.text + search.user: search for search in searches}
    assert len(response.again) == pytest.approx(len(searches) / 2, rel=0.25)
    assert all(search.query != first[search.need.text + search.user].query for search in response.again)
    assert not company.react(response.again, nothing(response.again)).again


def test_the_same_answers_give_the_same_events_however_batched(corpus: Corpus) -> None:
    search, company = WordSearch(corpus.first.documents), people(corpus)
    searches = company.plan_day(DAYS[0], 0.0)
    whole = company.react(searches, search(searches))
    parts = [company.react(searches[n : n + 7], search(searches[n : n + 7])) for n in range(0, len(searches), 7)]
    assert {e.event_id: e for part in parts for e in part.events} == {e.event_id: e for e in whole.events}
    assert people(corpus, seed=8).plan_day(DAYS[0], 0.0) != searches


def test_batches_keep_access_groups_apart_and_lose_nobody(corpus: Corpus) -> None:
    searches = people(corpus).plan_day(DAYS[0], 0.0)
    result = list(batches(searches, 20))
    assert sorted(position for _, positions in result for position in positions) == list(range(len(searches)))
    assert all(len(positions) <= 20 for _, positions in result)
    assert all(searches[position].groups == groups for groups, positions in result for position in positions)
    assert len({groups for groups, _ in result}) == 2


def test_a_day_is_made_in_well_under_half_a_second(corpus: Corpus) -> None:
    company, search = people(corpus), WordSearch(corpus.first.documents)
    searches = company.plan_day(DAYS[0], 0.0)
    answers = search(searches)
    began = time.process_time()
    company.plan_day(DAYS[0], 0.0)
    company.react(searches, answers)
    assert time.process_time() - began < 1.0
