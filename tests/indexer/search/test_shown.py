"""What a person is shown of a ranked document."""

from indexer.search.shown import SNIPPET_CHARACTERS, best, rank, snippet
from schemas.fusion import EVEN, Fusion
from stores.vector_rows import Hit


def hit(document: str, number: int = 0, truncated: bool = False) -> Hit:
    return Hit(document, number, 1.0, f"title {document}", f"t\ntext of {document}", 0.0, truncated=truncated)


def test_the_best_documents_are_shown_with_place_title_and_snippet() -> None:
    found = rank("text", ([hit("a", truncated=True), hit("b"), hit("c")], []), EVEN, 2)
    assert [(f.document, f.rank, f.title, f.snippet, f.truncated) for f in found] == [
        ("a", 1, "title a", "text of a", True),
        ("b", 2, "title b", "text of b", False),
    ]
    assert found[0].score > found[1].score > 0


def test_the_weights_of_the_record_decide() -> None:
    rankings = [hit("a"), hit("b")], [hit("b"), hit("a")]
    first = {dense: rank("q", rankings, Fusion(dense=dense), 1)[0].document for dense in (0.4, 0.6)}
    assert first == {0.4: "b", 0.6: "a"}
    answers = [best("q", rankings, (True, True), 5, 1, Fusion(dense=dense)) for dense in (0.4, 0.6)]
    assert [[f.document for f in found or ()] for found in answers] == [["b"], ["a"]]


def test_nothing_is_shown_while_more_is_to_be_fetched() -> None:
    deep = [hit(f"d{n}") for n in range(6)]
    assert best("q", (deep, [hit("x")]), (False, False), 5, 3, EVEN) is None
    assert [f.document for f in best("q", (deep, []), (False, True), 5, 3, EVEN) or ()] == ["d0", "d1", "d2"]
    assert best("q", ([], []), (True, True), 5, 3, EVEN) == []


def test_the_snippet_begins_at_the_sentence_that_answers() -> None:
    text = "Nothing here. The parental leave is ten weeks. " + "More text follows. " * 30
    assert snippet("parental leave", text).startswith("The parental leave is ten weeks.")
    assert len(snippet("parental leave", text)) <= SNIPPET_CHARACTERS + 1
    assert snippet("absent", "") == ""


def test_nobody_is_shown_markdown() -> None:
    text = "# Leave\nAsk **your lead**: see [the parental form](https://intranet.example/a/very/long/way). ```\nls\n```"
    assert snippet("parental form", text) == "Leave Ask your lead: see the parental form. ls"
    marked = Hit("a", 0, 1.0, "**Leave** of `absence`", "t\n*Ten* weeks", 0.0, truncated=False)
    (found,) = rank("weeks", ([marked], []), EVEN, 1)
    assert (found.title, found.snippet) == ("Leave of absence", "Ten weeks")
