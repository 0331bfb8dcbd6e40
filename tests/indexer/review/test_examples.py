"""Which queries, and what of them, an operator is shown."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexer.review.examples import SHOWN, Tried, examples, shown

NAMES = [f"d{n}" for n in range(12)]


class Titles:
    """A warehouse that knows titles and lists; it notes how many documents it is asked for at once."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self.lists = lists
        self.asked: list[int] = []

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
        assert name == "index_titles"
        self.asked.append(len(parameters["documents"]))
        return [
            {"document": d, "title": d.upper(), "acl": self.lists[d]}
            for d in parameters["documents"]
            if d in self.lists
        ]


def tried(query: str, wanted: str, live: str, shadow: str) -> Tried:
    return Tried(query, frozenset(wanted), tuple(live), tuple(shadow), 0.5, 1.0)


def test_hidden_documents_are_left_out_and_others_take_their_places() -> None:
    example = shown(tried("q", "b", "xaybcdef", "b"), dict(zip("abcdef", "ABCDEF", strict=True)))
    assert example is not None
    assert [(d.document, d.title, d.wanted) for d in example.live] == [
        ("a", "A", False), ("b", "B", True), ("c", "C", False), ("d", "D", False), ("e", "E", False),
    ]  # fmt: skip
    assert len(example.live) == SHOWN
    assert (example.ndcg_live, example.ndcg_shadow) == (0.5, 1.0)


def test_a_result_tells_its_rank_in_live_behind_what_is_shown_of_that() -> None:
    example = shown(tried("q", "", "xabcdefgh", "hbyf"), dict.fromkeys("abcdefghy", "t"))
    assert example is not None
    assert [(one.document, one.before) for one in example.shadow] == [("h", 8), ("b", None), ("y", 0), ("f", 6)]
    assert {one.before for one in example.live} == {None}
    assert len(example.live) == SHOWN, "and what is hidden counts in no rank"


def test_a_title_is_shown_as_plain_text() -> None:
    class Marked:
        def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the named query's own
            return [{"document": "a", "title": "# The **form**", "acl": ["everyone"]}]

    (example,) = examples(Marked(), "acme", [tried("q", "", "a", "a")], 1)
    assert [one.title for one in (*example.live, *example.shadow)] == ["The form"] * 2


def test_an_example_keeps_all_that_people_opened_for_it_in_one_order() -> None:
    example = shown(tried("q", "cba", "a", "b"), dict(zip("abc", "ABC", strict=True)))
    assert example is not None
    assert example.wanted == ("a", "b", "c")


def test_a_query_that_leads_to_what_is_hidden_is_not_shown() -> None:
    known = {"a": "A"}
    assert shown(tried("q", "x", "a", "a"), known) is None, "people opened a hidden document for it"
    assert shown(tried("q", "ax", "a", "a"), known) is None
    assert shown(tried("q", "", "x", "y"), known) is None, "nothing else was found"
    assert shown(tried("q", "", "x", "a"), known) is not None


def test_the_first_that_may_be_shown_are_shown_and_no_more_are_looked_up_than_needed() -> None:
    titles = Titles({"a": ["everyone"], "b": ["board"]})
    many = [tried(f"q{n}", "b" if n % 2 else "a", "ab", "ab") for n in range(200)]
    assert [one.query for one in examples(titles, "acme", many, 3)] == ["q0", "q2", "q4"]
    assert titles.asked == [2]
    assert len(examples(titles, "acme", many, 150)) == 100
    assert examples(titles, "acme", [], 3) == ()


@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.sampled_from(["everyone", "board", "e\u0301veryone"]), max_size=2)
    ),
    st.lists(
        st.builds(
            Tried,
            st.sampled_from(["q1", "q2"]),
            st.frozensets(st.sampled_from(NAMES), max_size=3),
            st.lists(st.sampled_from(NAMES), max_size=10, unique=True),
            st.lists(st.sampled_from(NAMES), max_size=10, unique=True),
            st.just(0.0),
            st.just(1.0),
        ),
        max_size=6,
    ),
)
def test_no_document_that_is_not_for_everyone_is_ever_named(lists: dict[str, list[str]], asked: list[Tried]) -> None:
    secret = set(NAMES) - {name for name, acl in lists.items() if "everyone" in acl}
    for example in examples(Titles(lists), "acme", asked, 5):
        named = {d.document for d in (*example.live, *example.shadow)}
        assert named
        assert not named & secret
    assert len(examples(Titles(lists), "acme", asked, 5)) == len(
        [t for t in asked if not t.wanted & secret and ({*t.live, *t.shadow} - secret)][:5]
    )
