from indexer.ranking import AUTHORITY_WEIGHT, SNIPPET_CHARACTERS, rank, snippet
from stores.vector_rows import Hit


def hit(document: str, score: float, number: int = 0, acl: tuple[str, ...] = ("everyone",), weight: float = 0.0) -> Hit:
    return Hit(document, number, score, acl, "t", f"t\ntext of {document}", weight)


def test_a_document_counts_once_with_its_best_passage() -> None:
    found = rank("q", [hit("a", 0.9, 1), hit("b", 0.8), hit("a", 0.7, 0)], frozenset(), 10)
    assert [(f.document, f.rank, f.score) for f in found] == [("a", 1, 0.9), ("b", 2, 0.8)]


def test_what_may_not_be_seen_leaves_no_trace() -> None:
    found = rank("q", [hit("secret", 0.9, acl=("board",)), hit("open", 0.5)], frozenset({"staff"}), 10)
    assert [(f.document, f.rank) for f in found] == [("open", 1)]
    assert [f.document for f in rank("q", [hit("s", 0.9, acl=())], None, 10)] == ["s"]


def test_authority_settles_what_is_close_and_nothing_else() -> None:
    close = [hit("a", 1.0), hit("b", 1.0 - AUTHORITY_WEIGHT / 2, weight=1.0)]
    far = [hit("a", 1.0), hit("b", 1.0 - AUTHORITY_WEIGHT * 2, weight=1.0)]
    assert [f.document for f in rank("q", close, frozenset(), 2)] == ["b", "a"]
    assert [f.document for f in rank("q", far, frozenset(), 2)] == ["a", "b"]


def test_the_snippet_begins_at_the_sentence_that_answers() -> None:
    text = "Nothing here. The parental leave is ten weeks. " + "More text follows. " * 30
    assert snippet("parental leave", text).startswith("The parental leave is ten weeks.")
    assert len(snippet("parental leave", text)) <= SNIPPET_CHARACTERS + 1
    assert snippet("absent", "") == ""
