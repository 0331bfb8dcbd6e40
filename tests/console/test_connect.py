"""`tidewheel connect` as people call it: README's examples as written, and one source end to end."""

import json
import re
import shlex
from pathlib import Path

import pytest

from schemas.documents import DocumentRenamed, DocumentUpserted
from schemas.topics import CLICKS, DOCUMENTS, SEARCHES
from stores.exit_codes import EXIT_MISCALLED
from stores.settings import Settings
from tests.connectors.confluence import exports as confluence
from tests.connectors.pages.repositories import Commit, grow, repository
from tests.connectors.slack import exports as slack
from tests.console.running import CommandLine, sent

README = (Path(__file__).parent.parent.parent / "README.md").read_text()
SHOWN = re.search(r"<!-- connectors -->\n```sh\n(.*?)```", README, re.DOTALL)
MAPPING = re.search(r"<!-- mapping -->\n```toml\n(.*?)```", README, re.DOTALL)
assert SHOWN is not None
assert MAPPING is not None
EXAMPLES = [shlex.split(line, comments=True)[1:] for line in SHOWN[1].splitlines()]
WIFI = "# Guest network\n\nAsk the front desk for a voucher.\n" + "It lasts a day.\n" * 30


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that README's examples name, in the forms in which people have them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDEWHEEL_HOME", str(tmp_path / "home"))
    repository(
        tmp_path / "handbook",
        [Commit(1_700_000_000, "ana", {"wifi.md": WIFI, "leave.md": "# Leave\n\nSixteen weeks."})],
    )
    slack.zipped(tmp_path / "slack-export.zip")
    confluence.zipped(tmp_path / "space.zip", confluence.PAGES)
    (tmp_path / "tickets.toml").write_text(MAPPING[1] if MAPPING else "")
    (tmp_path / "tickets.csv").write_text(
        "id,subject,summary,text,changed_on,groups\nT-1,Printer,jams,often,2026-11-02,it;support\n"
    )
    (tmp_path / "searches.csv").write_text(
        "query,user,time,search,results,clicked\n"
        "guest wifi,ana,2026-11-02T09:00:00Z,s1,handbook/wifi.md;T-1,handbook/wifi.md\n"
    )
    return tmp_path


def test_readme_shows_every_connector() -> None:
    assert [example[1] for example in EXAMPLES] == ["pages", "slack", "confluence", "table", "searches"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example[1]))
def test_each_example_of_the_readme_works_without_a_stack(
    example: list[str], sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = CommandLine(monkeypatch, capsys)(*example, "--dry-run", "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert sum(found["events"].values()) >= 1
    assert (found["private"], found["faults"]) == (0, [])
    assert not (sources / "home").exists()


def test_a_repository_is_sent_once_and_its_rename_later(tidewheel: CommandLine, sources: Path, tenant: str) -> None:
    call = ("connect", "pages", "handbook", "--tenant", tenant, "--acl", "staff")
    assert "sent 2 DocumentUpserted" in tidewheel(*call).out
    assert tidewheel(*call).out.splitlines() == ["sent nothing", "2 as they were sent before"]
    grow(sources / "handbook", [Commit(1_700_000_100, "ben", {}, [("wifi.md", "it/wifi.md")])])
    assert "sent 1 DocumentRenamed, 1 DocumentUpserted" in tidewheel(*call).out


@pytest.mark.thorough
def test_what_was_sent_is_on_its_topics(tidewheel: CommandLine, sources: Path, stack: Settings, tenant: str) -> None:
    for example in EXAMPLES[0], EXAMPLES[4]:
        assert tidewheel(*[tenant if part == "acme" else part for part in example]).code == 0
    documents = sent(stack, tenant, DOCUMENTS, 2)
    assert {(each.document, each.acl) for each in documents if isinstance(each, DocumentUpserted)} == {
        ("handbook/wifi.md", ("everyone",)), ("handbook/leave.md", ("everyone",)),
    }  # fmt: skip
    assert not [each for each in documents if isinstance(each, DocumentRenamed)]
    assert len(sent(stack, tenant, SEARCHES)) == len(sent(stack, tenant, CLICKS)) == 1


def test_without_a_list_it_says_that_nobody_finds_it(
    sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = CommandLine(monkeypatch, capsys)("connect", "pages", "handbook", "--tenant", "acme", "--dry-run")
    assert "would send 2 DocumentUpserted" in ended.out
    assert "2 are private: nobody finds them" in ended.out


def test_what_cannot_be_read_is_a_line_and_an_exit_code(
    sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = CommandLine(monkeypatch, capsys)
    (sources / "searches.csv").write_text("query,user,time\nwifi,ana,noon\nwifi,ana,2026-11-02\n")
    ended = run("connect", "searches", "searches.csv", "--tenant", "acme", "--dry-run")
    assert ended.code == 5
    assert "line 2: time: 'noon' is none" in ended.err
    assert "would send 1 SearchServed" in ended.out
    assert run("connect", "slack", "none.zip", "--tenant", "acme", "--dry-run").code == EXIT_MISCALLED
    assert run("connect", "pages", "handbook", "--tenant", "acme", "--name", "../x").code == EXIT_MISCALLED


def test_slack_says_who_is_in_the_groups_of_its_private_channels(
    sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = CommandLine(monkeypatch, capsys)("connect", "slack", "slack-export.zip", "--tenant", "acme", "--groups")
    assert json.loads(ended.out) == {"slack:G01PAY": ["ana@acme.example"]}
