"""Which changed queries of a run may be shown, and how."""

from operations.run_report import example, for_everyone
from stores.access_lists import AccessList

ROW = {"query": "q", "wanted": ["a"], "before": 0.2, "after": 0.8, "live": ["b", "a"], "shadow": ["a"]}


def lists(**groups: tuple[str, ...] | None) -> dict[str, AccessList]:
    return {name: AccessList(name, 1, each) for name, each in groups.items()}


def test_a_query_is_shown_where_everyone_may_see_all_of_its_documents() -> None:
    assert for_everyone([ROW], lists(a=("everyone",), b=("everyone", "x"))) == [ROW]
    for current in (
        lists(a=("everyone",), b=("board",)), lists(a=("board",), b=("everyone",)), lists(a=("everyone",)),
        lists(a=("everyone",), b=None), lists(a=("everyone",), b=()), {},
    ):  # fmt: skip
        assert for_everyone([ROW], current) == []


def test_a_query_shows_titles_and_what_was_wanted() -> None:
    one = example(ROW, {"a": "Leave"})
    assert [(shown.document, shown.title, shown.wanted) for shown in one.live] == [
        ("b", "", False),
        ("a", "Leave", True),
    ]
    assert [shown.document for shown in one.shadow] == ["a"]
    assert (one.query, one.ndcg_live, one.ndcg_shadow) == ("q", 0.2, 0.8)
    assert len(example(ROW | {"live": [f"d{n}" for n in range(30)]}, {}).live) == 10
