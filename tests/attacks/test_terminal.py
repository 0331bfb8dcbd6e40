"""Names and texts that would move a terminal or be taken for markup, wherever they are stored, shown by each command.

Tables also fit 80 columns whatever they show, and JSON keeps all of it.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from schemas.activity import DocumentOpened, FromSearch
from schemas.codec import encode
from schemas.documents import DocumentUpserted
from schemas.learning import TrainingRequested
from schemas.packet import ExampleQuery, HeldOut, ShownDocument
from schemas.topics import CLICKS, REACTIONS, key_of
from stores import training_status
from stores.collection_states import State
from stores.serving import Collection, Progress, Serving, ServingRecord, Standby
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine, Ended
from tests.schemas.packets import packet
from tests.streams.lives import NOW, Streams, streams

TENANT = "hostile"
SHOWN = "[red]x[/red] [/]"
EVIL = f"{SHOWN} \x1b[2J\x1b]0;title\x07 \x9b31m \u202etxt.exe\u2066 \r\nnext\tcell \x7f\u2028 {'long' * 40}"
"""Colours, a title, the 8-bit form of both, text that turns round, new lines, and a word that fits no column."""
ID = re.sub("[\x00-\x1f\x7f]", "", EVIL)[:200]
"""As much of it as an id may hold."""
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069]")

COMMANDS = [
    ("status", "--tenant", TENANT),
    ("drift", "--tenant", TENANT),
    ("runs", "--tenant", TENANT),
    ("ledger",),
    ("packet", "--tenant", TENANT),
    ("dead-letters", "list"),
    ("dead-letters", "show", "clicks", "0", "1"),
    ("dead-letters", "show", "reactions", "0", "0"),
    ("dead-letters", "replay", "--dry-run"),
    ("lineage", "evil-event"),
    ("operators", "list"),
    ("sql", "SELECT query, user FROM clicks"),
    ("up", "--status"),
]
TABLES = {"status", "drift", "runs", "ledger", "packet", "dead-letters list", "operators list", "up --status"}
"""Those that fit 80 columns; the others show ids and bytes, which are for copying, whole."""


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    """A database and a tenant in which everything that can be named by others is named badly."""
    with streams(stack, "hostile_names") as town:
        _say(town)
        _judge(town)
        serving = Serving.connect(stack)
        _serve(serving)
        training_status.write(serving._client, TENANT, dict.fromkeys(("run", "state", "step", "loss", "note"), EVIL))
        yield town
        for key in serving._client.keys(f"*:{TENANT}"):
            serving._client.delete(key)
        serving._client.srem("tenants:served", TENANT)
        serving.close()


def _say(town: Streams) -> None:
    common: dict[str, Any] = {"tenant": TENANT, "occurred_at": NOW - timedelta(hours=1)}
    click = DocumentOpened(
        **common, event_id="evil-event", user=ID, document=ID, from_search=FromSearch(search="s", query=EVIL, rank=1)
    )
    town.read(CLICKS, [(key_of(click), encode(click)), (None, json.dumps({EVIL: 1, "type": EVIL}).encode())])
    town.read(REACTIONS, [(EVIL.encode(), b"\xff" + EVIL.encode())])
    town.take(
        DocumentUpserted(
            **common, event_id="d", document=ID, version=1, app=ID, title=EVIL, body=EVIL, updated_at=NOW, acl=(ID,)
        ),
        TrainingRequested(**common, event_id="t", run=f"{'r' * 60}", requested_by="drift", reason=EVIL),
    )


def _judge(town: Streams) -> None:
    window = {"tenant": TENANT, "signal": EVIL, "window_end": NOW, "verdict": EVIL, "effect": 1e9, "q": 1e-9}
    town.warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    letter = {"topic": "learning", "topic_id": EVIL, "code": "forged", "reason": EVIL, "received_at": NOW}
    town.warehouse.insert("dead_letters", {name: [value] for name, value in letter.items()})


def _serve(serving: Serving) -> None:
    shown = (ShownDocument(document=ID, title=EVIL, wanted=True),)
    example = ExampleQuery(query=EVIL, ndcg_live=0.5, ndcg_shadow=0.4, live=shown, shadow=shown)
    made = packet(tenant=TENANT, model=EVIL, run=EVIL, held_out=HeldOut(wins=(example,), losses=(example,)))
    about = Collection(tenant=TENANT, model=EVIL, collection=EVIL, created_at=NOW, packet=serving.save_packet(made))
    serving.register(about, State.READY)
    serving.set_progress(TENANT, EVIL, Progress(done=1, total=10**9, rate=0.1, eta_s=1e9, at=NOW))
    standby = Standby(model=EVIL, collection=EVIL, until=NOW)
    record = ServingRecord(
        tenant=TENANT, model=EVIL, collection=EVIL, version=1, standby=standby, by=EVIL, packet=EVIL, moved_at=NOW
    )
    serving.move(record, {})


@pytest.fixture
def run(
    tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ended]:
    monkeypatch.delenv("COLUMNS", raising=False)
    point_at(stack, town.warehouse.database, monkeypatch)
    return tidewheel


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_word_of_anybody_is_obeyed_and_every_table_fits(run: Callable[..., Ended], command: tuple[str, ...]) -> None:
    """Catches `click.echo(name)`, `Console().print(f"... {name}")` of anything that was stored, and cells that fold."""
    ended = run(*command)
    assert ended.code == 0, ended.err
    assert OBEYED.findall((ended.out + ended.err).replace("\t", "")) == []
    if " ".join(command).removesuffix(f" --tenant {TENANT}") in TABLES:
        assert [line for line in ended.out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] in ("status", "runs", "packet", "sql")], ids=" ".join)
def test_markup_is_shown_as_it_is(run: Callable[..., Ended], command: tuple[str, ...]) -> None:
    """Catches a console whose markup is on: `[red]` would vanish, `[/]` end the command with an error."""
    assert "[red]x[/red]" in run(*command).out


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c[0] not in ("sql", "up") and "show" not in c], ids=" ".join
)
def test_json_keeps_everything_and_moves_no_terminal(run: Callable[..., Ended], command: tuple[str, ...]) -> None:
    """Catches JSON that was shortened or escaped like a table, and control characters that are not escaped in it."""
    ended = run(*command, "--json")
    content = json.loads(ended.out)
    assert re.findall("[\x00-\x09\x0b-\x1f]", ended.out) == []
    if command[0] in ("status", "drift", "runs", "packet"):
        assert EVIL in list(_texts(content))


def test_an_error_that_repeats_a_name_obeys_none_of_it(run: Callable[..., Ended]) -> None:
    """Catches errors that are printed as they are: their texts repeat ids that anybody chose."""
    digest = json.loads(run("packet", "--tenant", TENANT, "--json").out)["packet"]
    for command in (("approve", "--packet", "0000"), ("approve", "--packet", digest), ("rollback", "--by", "ana")):
        ended = run(*command, "--tenant", TENANT)
        assert ended.code == 3
        assert OBEYED.findall(ended.out + ended.err) == []
        assert len(ended.err.splitlines()) == 1


def test_what_is_wrong_with_a_file_obeys_none_of_it(run: Callable[..., Ended], tmp_path: Path) -> None:
    """Catches problems of a file's lines that are printed as they are: they repeat the file's own words."""
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in ({"type": EVIL}, {"type": "Reacted", EVIL: EVIL})))
    ended = run("emit", "--check", str(file))
    assert ended.code == 5
    assert OBEYED.findall(ended.out + ended.err) == []
    assert "line 1" in ended.err


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
