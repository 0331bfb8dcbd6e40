"""A directory and a repository as items: pages with links, times and authors, renames that keep clicks."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors import archives
from connectors.items import Document, Fault, Item, Removed
from connectors.pages.reading import Naming, read
from connectors.planning import Planner
from connectors.sent_file import Sent
from connectors.sent_file import read as remembered
from tests.connectors.pages.repositories import Commit, grow, repository

NAMING = Naming("wiki/", ("staff",))
LEAVE = "# Leave\n\nSixteen weeks of leave, see [what we pay](pay.md).\n" + "More words about leave.\n" * 20


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def documents(items: list[Item]) -> dict[str, Document]:
    return {item.document: item for item in items if isinstance(item, Document)}


def test_a_directory_gives_pages_with_links_and_names_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "leave.md").write_text(LEAVE)
    (tmp_path / "pay.md").write_text("# Pay\n\nMonthly.")
    (tmp_path / "old.md").write_bytes("caf\xe9".encode("latin-1"))
    (tmp_path / "notes.txt").write_text("no page")
    items = list(read(tmp_path, NAMING))
    found = documents(items)
    assert sorted(found) == ["wiki/leave.md", "wiki/pay.md"]
    leave = found["wiki/leave.md"]
    assert (leave.title, leave.acl, leave.links) == ("Leave", ("staff",), (("wiki/pay.md", "what we pay"),))
    assert [item.document for item in items if isinstance(item, Fault)] == ["wiki/old.md"]


HISTORY = [
    Commit(1_700_000_000, "ana", {"leave.md": LEAVE, "pay.md": "# Pay\n\nMonthly."}),
    Commit(1_700_000_100, "ben", {"it/wifi.md": "# Wi-Fi", "tmp.md": "soon"}, branch="side", begins="refs/heads/main"),
    Commit(1_700_000_200, "ana", {"pay.md": "# Pay\n\nWeekly."}),
    Commit(1_700_000_300, "cleo", {"it/wifi.md": "# Wi-Fi", "tmp.md": "soon"}, merges="side"),
    Commit(1_700_000_400, "ben", {"tmp.md": None}, [("leave.md", "hr/leave.md")]),
]  # fmt: skip


def test_a_repository_gives_time_and_author_of_the_change_and_where_pages_went(tmp_path: Path) -> None:
    items = list(read(repository(tmp_path / "r", HISTORY), NAMING))
    found = documents(items)
    assert {name: (page.changed, page.author) for name, page in found.items()} == {
        "wiki/hr/leave.md": (at(1_700_000_400), "ben@acme.example"),
        "wiki/it/wifi.md": (at(1_700_000_300), "ben@acme.example"),
        "wiki/pay.md": (at(1_700_000_200), "ana@acme.example"),
    }
    assert [item for item in items if isinstance(item, Removed)] == [
        Removed("wiki/leave.md", at(1_700_000_400), "wiki/hr/leave.md"),
        Removed("wiki/tmp.md", at(1_700_000_400)),
    ]


def test_a_page_of_too_many_bytes_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    items = list(read(repository(tmp_path / "r", HISTORY), NAMING))
    assert sorted(documents(items)) == ["wiki/it/wifi.md", "wiki/pay.md"]
    assert [item for item in items if isinstance(item, Fault)] == [
        Fault("hr/leave.md", "more than 100 bytes", "wiki/hr/leave.md")
    ]


def test_the_next_run_sends_what_changed_since(tmp_path: Path) -> None:
    path, lines = repository(tmp_path / "r", HISTORY), list[str]()

    def run() -> list[tuple[str, str]]:
        planner = Planner("acme", "wiki", remembered(lines) if lines else Sent(), at(1_800_000_000))
        planned = [found for item in read(path, NAMING) if (found := planner.take(item))]
        planned += planner.missing(False)
        lines.extend(each.line for each in planned)
        return [(each.event["type"], each.event["document"]) for each in planned]

    assert len(run()) == 5
    assert run() == []
    grow(path, [Commit(1_700_000_500, "ana", {"pay.md": "# Pay\n\nDaily."}, [("it/wifi.md", "it/network.md")])])
    assert run() == [
        ("DocumentUpserted", "wiki/it/network.md"),
        ("DocumentUpserted", "wiki/pay.md"),
        ("DocumentRenamed", "wiki/it/wifi.md"),
    ]


def test_a_folder_that_its_repository_does_not_keep_is_read_as_it_is(tmp_path: Path) -> None:
    path = repository(tmp_path / "r", HISTORY) / "export"
    path.mkdir()
    (path / "a.md").write_text("# A")
    assert sorted(documents(list(read(path, NAMING)))) == ["wiki/a.md"]


def test_the_files_of_a_repository_can_be_read_as_they_are(tmp_path: Path) -> None:
    path = repository(tmp_path / "r", HISTORY)
    (path / "draft.md").write_text("not committed")
    assert "wiki/draft.md" in documents(list(read(path, NAMING, with_git=False)))
    assert "wiki/draft.md" not in documents(list(read(path, NAMING)))
