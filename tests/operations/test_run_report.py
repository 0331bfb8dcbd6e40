"""Which changed queries of a run may be shown, and how."""

from datetime import UTC, datetime
from pathlib import Path

from operations.run_report import example, for_everyone, keeps
from stores.access_lists import AccessList
from stores.shelf import Shelf, refused_name

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
    ranked = example(ROW | {"live": ["a", "b"], "shadow": ["c", "b"]}, {"c": "# **C**"})
    assert [(each.document, each.title, each.before) for each in ranked.shadow] == [("c", "C", 0), ("b", "", None)]


def test_a_refused_model_can_be_judged_again_while_it_is_kept_whole(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "modules.json").write_text("[]")
    offers = Shelf(str(tmp_path / "offers"), tmp_path / "cache")
    offers.put("acme", refused_name("run-1"), tmp_path / "model", {}, datetime(2026, 5, 1, tzinfo=UTC))
    assert [keeps(offers, "acme", run) for run in ("run-1", "run-2")] == [True, False]
    (tmp_path / "offers" / "acme" / refused_name("run-1") / "MANIFEST.json").write_text("{}")
    assert not keeps(offers, "acme", "run-1")
