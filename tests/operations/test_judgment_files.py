import pytest

from operations.judgment_files import (
    Judgment,
    Unreadable,
    numbered,
    qrel_lines,
    qrels,
    quepid,
    run_lines,
    topic_lines,
    topics,
)

TOPICS = "7\tpaid  leave\n\n12\tpark my car\n"


def test_qrels_are_read_with_what_their_ids_stand_for() -> None:
    found = qrels("7 0 a%20b 2\n12\tQ0\tc\t-1\n", topics(TOPICS))
    assert found == [Judgment("paid leave", "a b", 2.0), Judgment("park my car", "c", 0.0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("7 0 a", "line 1 of the qrels has 3 parts"),
        ("7 0 a 1\n8 0 a 1", "line 2 of the qrels names the query '8'"),
        ("7 0 a good", "no number"),
        ("7 0 a nan", "numbers up to"),
        ("7 0 a 1e9", "numbers up to"),
    ],
)
def test_a_wrong_line_is_named(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        qrels(text, topics(TOPICS))


def test_a_query_without_an_id_is_named() -> None:
    with pytest.raises(Unreadable, match="line 2 of the queries"):
        topics("7\ta\nno tab")


@pytest.mark.parametrize(
    "heads", ["query,docid,rating", "Team Name,Case ID,Query Text,Doc ID,Doc Position,Title,Rating"]
)
def test_both_exports_of_quepid_are_read(heads: str) -> None:
    names = heads.lower().replace("query text", "query").replace("doc id", "docid").split(",")
    rows = [
        {"query": '"car, ""park"""', "docid": "d1", "rating": "3"},
        {"query": "leave", "docid": "d 2", "rating": ""},
        {"query": "leave", "docid": "d3", "rating": "N/A"},
        {"query": "leave", "docid": "d4", "rating": "0"},
    ]
    text = "\ufeff" + "\r\n".join([heads, *(",".join(row.get(name, "x") for name in names) for row in rows), ""])
    assert quepid(text) == [Judgment('car, "park"', "d1", 3.0), Judgment("leave", "d4", 0.0)]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column 'query'"),
        ("query,docid\na,b", "no column 'rating'"),
        ("query,docid,rating\na,b", "2 columns"),
        ("query,docid,rating\na,b,very", "no number"),
        ('query,docid,rating\n"a,b,1', "no CSV"),
    ],
)
def test_what_is_no_csv_of_ratings_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        quepid(text)


def test_what_is_written_is_read_again() -> None:
    ids = numbered(["b query", "a query", "b query"])
    assert ids == {"a query": "q1", "b query": "q2"}
    kept = [Judgment("a query", "a b%c", 3.0), Judgment("b query", "d", 0.0)]
    assert qrels(qrel_lines(kept, ids), topics(topic_lines(ids))) == kept
    assert qrel_lines([Judgment("a query", "d", 0.5)], ids) == "q1 0 d 50\n"


def test_a_run_has_six_columns_and_falling_scores() -> None:
    lines = run_lines({"a query": ["x", "y z"]}, {"a query": "q1"}, "live dense").splitlines()
    assert lines == ["q1 Q0 x 1 1.000000 live%20dense", "q1 Q0 y%20z 2 0.500000 live%20dense"]


@pytest.mark.parametrize("name", ["docs/報告\u3000一", "a\u2028b", "a\u00a0b", "100%25", "a\x1cb\x85c", "plain"])
def test_a_document_of_any_name_is_read_again(name: str) -> None:
    judgments = [Judgment("paid leave", name, 2.0)]
    ids = numbered(["paid leave"])
    assert qrels(qrel_lines(judgments, ids), topics(topic_lines(ids))) == judgments
