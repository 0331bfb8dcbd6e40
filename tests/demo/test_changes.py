from datetime import UTC, datetime

from demo.changes import ChangeCounts, changes
from demo.corpus import RESTRICTED_GROUP, Corpus, CorpusSize, load_corpus
from schemas.codec import Rejection, decode, encode
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.topics import DOCUMENTS, key_of

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_each_document_changes_once_to_version_two(corpus: Corpus) -> None:
    result = changes([corpus.first, corpus.second], "acme", NOW, seed=7)
    assert len(result) == 300
    assert len({event.document for event in result}) == 300
    assert {event.version for event in result} == {2}
    for event in result:
        assert not isinstance(decode(DOCUMENTS, key_of(event), encode(event), NOW), Rejection)


def test_edits_add_a_real_sentence_and_closings_leave_the_text(corpus: Corpus) -> None:
    first = {document.id: document for document in (*corpus.first.documents, *corpus.second.documents)}
    result = changes([corpus.first, corpus.second], "acme", NOW, seed=7)
    upserts = [event for event in result if isinstance(event, DocumentUpserted)]
    edited = [event for event in upserts if event.body != first[event.document].body]
    closed = [event for event in upserts if event.acl != first[event.document].acl]
    assert (len(edited), len(closed)) == (240, 40)
    assert all(event.acl == (RESTRICTED_GROUP,) for event in closed)
    assert all(event.body == first[event.document].body for event in closed)
    for event in edited:
        before = first[event.document]
        assert event.body.removeprefix(before.body + "\n") in before.notes


def test_deletions_take_what_nobody_asks_for(corpus: Corpus) -> None:
    result = changes([corpus.first, corpus.second], "acme", NOW, seed=7)
    gone = {event.document for event in result if isinstance(event, DocumentDeleted)}
    wanted = {document for query in corpus.first.queries + corpus.second.queries for document in query.relevant}
    assert len(gone) == 20
    assert not gone & wanted


def test_changes_follow_from_the_seed(corpus: Corpus) -> None:
    assert changes([corpus.first], "acme", NOW, 7) == changes([corpus.first], "acme", NOW, 7)
    assert changes([corpus.first], "acme", NOW, 7) != changes([corpus.first], "acme", NOW, 8)


def test_a_small_corpus_changes_as_far_as_it_goes() -> None:
    small = load_corpus(CorpusSize(documents=20))
    result = changes([small.first], "acme", NOW, 7, ChangeCounts(edited=15, deleted=10, closed=10))
    assert 15 <= len(result) <= 20
    assert len({event.document for event in result}) == len(result)
