"""A search that comes before the index is made."""

import pytest

from stores.settings import Settings
from tests.cases.house import House
from tests.console.pointing import point_at
from tests.console.running import CommandLine
from tests.indexer.loop import lose_record
from tests.indexer.world import live


@pytest.fixture
def search(tidewheel: CommandLine, stack: Settings, house: House, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on the rows of the test's own tenant."""
    point_at(stack, house.streams.database, monkeypatch)
    return tidewheel


@pytest.mark.parametrize(
    ("file", "words"),
    [("one-document.jsonl", "has 1 document that waits"), ("three-documents.jsonl", "has 3 documents that wait")],
)
def test_it_says_how_many_wait(search: CommandLine, house: House, file: str, words: str) -> None:
    """the tenant has N documents that wait to be indexed; see tidewheel status; exit 4, try again"""
    house.emit(file)
    ended = search("search", "payroll", "--tenant", house.world.tenant)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err == (
        f"tidewheel: the tenant '{house.world.tenant}' {words} to be indexed; see `tidewheel status`\n"
    )


def test_status_says_it_too(search: CommandLine, house: House) -> None:
    """status shows how many documents wait"""
    house.emit("three-documents.jsonl")
    result = search("status", "--tenant", house.world.tenant).out
    assert "Nothing is live" in result
    assert "3 documents wait to be indexed" in result


def test_after_a_restart_documents_are_still_known(search: CommandLine, house: House) -> None:
    """the same right after a restart, with documents stored and nothing served yet"""
    house.emit("three-documents.jsonl")
    live(house.world)
    lose_record(house.world)
    ended = search("search", "payroll", "--tenant", house.world.tenant)
    assert ended.code == 4
    assert "documents" in ended.err
    assert "send some" not in ended.err


def test_nothing_yet_is_another_thing(search: CommandLine, house: House) -> None:
    """a tenant that has sent no document is told to send some, exit 3"""
    house.emit("opened.jsonl")
    ended = search("search", "payroll", "--tenant", house.world.tenant)
    assert ended.code == 3
    assert "has no documents yet; send some with `tidewheel connect` or `tidewheel emit`" in ended.err


def test_an_unknown_tenant_is_named(search: CommandLine, house: House) -> None:
    """a misspelt tenant is not 'nothing yet': the nearest known one is named, exit 2"""
    house.emit("one-document.jsonl")
    ended = search("search", "payroll", "--tenant", house.world.tenant + "s")
    assert ended.code == 2
    assert f"there is no tenant '{house.world.tenant}s', the nearest known name is '{house.world.tenant}'" in ended.err
