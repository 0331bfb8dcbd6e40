import time
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from demo.corpus import (
    FIRST_SERVICES,
    RESTRICTED_GROUP,
    SECOND_SERVICES,
    Corpus,
    CorpusSize,
    Group,
    arrivals,
    load_corpus,
)
from schemas.codec import Rejection, decode, encode
from schemas.topics import DOCUMENTS, key_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture(params=["first", "second"])
def group(request: pytest.FixtureRequest, corpus: Corpus) -> Group:
    found: Group = getattr(corpus, request.param)
    return found


def test_the_groups_are_as_large_as_asked(group: Group) -> None:
    assert len(group.documents) == 600
    assert len({document.id for document in group.documents}) == 600
    assert len(group.queries) >= 500
    assert len(group.asked) >= 40
    assert sum(len(document.links) for document in group.documents) >= 80


def test_the_groups_share_nothing(corpus: Corpus) -> None:
    assert not set(FIRST_SERVICES) & set(SECOND_SERVICES)
    assert not {d.id for d in corpus.first.documents} & {d.id for d in corpus.second.documents}


def test_links_lead_to_documents_of_the_group_and_carry_words(group: Group) -> None:
    names = {document.id for document in group.documents}
    for document in group.documents:
        assert all(link.target in names and link.target != document.id and link.anchor for link in document.links)


def test_labels_name_documents_of_the_group(group: Group) -> None:
    names = {document.id for document in group.documents}
    for query in (*group.queries, *group.asked):
        assert query.relevant
        assert query.relevant <= names


def test_every_need_stands_once_and_chat_questions_are_not_searched(group: Group) -> None:
    result = Counter(query.text.lower() for query in (*group.queries, *group.asked))
    assert max(result.values()) == 1


def test_documents_have_text_without_markup(group: Group) -> None:
    for document in group.documents:
        assert document.title
        assert document.body
        assert not any(mark in document.body for mark in ("<p>", "</li>", "<code>", "<a "))
        assert len(document.body.split()) <= 150 or "\n" not in document.body


def test_some_documents_are_for_operators_alone(group: Group) -> None:
    closed = [document for document in group.documents if document.acl == (RESTRICTED_GROUP,)]
    assert 1 <= len(closed) <= 30
    assert all(document.acl == ("everyone",) for document in group.documents if document not in closed)


def test_some_documents_are_asked_for_by_nobody(group: Group) -> None:
    wanted = {document for query in (*group.queries, *group.asked) for document in query.relevant}
    assert len(wanted) == pytest.approx(480, abs=5)


def test_loading_is_quick_and_repeatable(corpus: Corpus) -> None:
    began = time.process_time()
    assert load_corpus() == corpus
    assert time.process_time() - began < 3


def test_sizes_are_adjustable() -> None:
    small = load_corpus(CorpusSize(documents=50, unlabelled=0.5, words=0, restricted=0, chat_every=0))
    assert len(small.first.documents) == 50
    assert not small.first.asked
    assert len({document for query in small.first.queries for document in query.relevant}) == 25
    assert all(document.acl == ("everyone",) for document in small.first.documents)


def test_arrivals_are_valid_events_in_order(group: Group) -> None:
    events = list(arrivals(group, "acme", NOW))
    assert [event.document for event in events] == [document.id for document in group.documents]
    assert len({event.event_id for event in events}) == len(events)
    assert all(a.occurred_at < b.occurred_at for a, b in pairwise(events))
    for event in events:
        assert not isinstance(decode(DOCUMENTS, key_of(event), encode(event), NOW), Rejection)
