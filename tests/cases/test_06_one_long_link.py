"""One odd link, or a title that is too long, and the document with its narrowed list is applied all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stores.settings import Settings
from tests.cases.sending import send
from tests.streams.document_events import groups
from tests.streams.world import World

INPUTS = Path(__file__).parent / "06-one-long-link"


@pytest.fixture(scope="module")
def world(stack: Settings) -> Iterator[World]:
    made = World(stack, "case06")
    assert send(made, INPUTS / "public.jsonl", INPUTS / "narrowed.jsonl") == []
    yield made
    made.remove()


def current(world: World) -> dict[str, object]:
    (row,) = world.rows("SELECT version, title, acl, link_targets, body FROM current_documents")
    return row


def test_the_document_and_its_list_are_applied(world: World) -> None:
    """A narrowed version with odd links is applied, its access list and its text with it."""
    row = current(world)
    assert (row["version"], row["acl"]) == (2, ["facilities"])
    assert "stays closed" in str(row["body"])
    assert groups(world, "plan") == {"plan": ("facilities",)}


def test_only_the_odd_links_are_left_out(world: World) -> None:
    """Of its links only those are left out that are too long, empty, broken over two lines, or worded endlessly."""
    assert current(world)["link_targets"] == ["desks", "t" * 256]


def test_what_was_cut_is_counted(world: World) -> None:
    """What was left out is counted in the event's row, and the view `cuts` shows it."""
    found = world.rows(
        "SELECT event_id, what, times FROM cuts WHERE document = 'plan' AND event_id = 'l-2' ORDER BY what"
    )
    assert [(row["what"], row["times"]) for row in found] == [("links.anchor", 1), ("links.target", 3)]
    assert world.rows("SELECT count() AS letters FROM dead_letters") == [{"letters": 0}]


def test_the_ten_thousand_and_first_link_costs_nothing_else(world: World, tmp_path: Path) -> None:
    """The 10,001st link is left out and counted; the first 10,000 stay."""
    line = (INPUTS / "public.jsonl").read_text().replace('"plan"', '"directory"').replace('"l-1"', '"l-5"').strip()
    links = ", ".join(f'{{"target": "page-{number}"}}' for number in range(10_001))
    (tmp_path / "directory.jsonl").write_text(f'{line[:-1]}, "links": [{links}]}}\n')
    assert send(world, tmp_path / "directory.jsonl") == []
    (row,) = world.rows("SELECT length(link_targets) AS n FROM current_documents WHERE document = 'directory'")
    assert row == {"n": 10_000}
    assert world.rows("SELECT what, times FROM cuts WHERE event_id = 'l-5'") == [{"what": "links", "times": 1}]
    world.warehouse.execute("ALTER TABLE documents DELETE WHERE document = 'directory' SETTINGS mutations_sync = 2")


def test_a_long_title_is_cut(world: World) -> None:
    """A title of more than 2,000 characters is cut, and its document applied."""
    assert send(world, INPUTS / "long-title.jsonl") == []
    row = current(world)
    assert (row["version"], len(str(row["title"])), row["acl"]) == (3, 2_000, ["facilities"])
    assert world.rows("SELECT what FROM cuts WHERE event_id = 'l-3'") == [{"what": "title"}]


def test_a_list_is_never_cut(world: World) -> None:
    """An access list that cannot be held whole is an error that is named, and the last good list holds."""
    (problem,) = send(world, INPUTS / "list-too-long.jsonl")
    assert "acl" in problem.reason
    assert groups(world, "plan") == {"plan": ("facilities",)}
