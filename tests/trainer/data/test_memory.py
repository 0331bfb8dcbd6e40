"""The memory of the hold-out on the real warehouse: kept over runs, put back when lost, never begun anew by itself."""

import logging
from pathlib import Path
from typing import Any

import pytest

from schemas.ids import stable_id
from stores.errors import Refused
from stores.shelf import Shelf
from stores.warehouse import Warehouse
from tests.trainer.build import START, document
from tests.trainer.world import Click, write_pairs
from trainer.data.hold_out import CHOSE, TAUGHT, TESTED, Key, Used
from trainer.data.memory import Memory

KEY = Key(b"a tenant's key")
KNOWN = {name: document(name) for name in ("a", "b", "c")}


def used(document_name: str, text: str) -> Used:
    return Used(frozenset({KEY.document(document_name)}), {KEY.query(text): KEY.words(text)})


USES = {TAUGHT: used("a", "order a badge"), CHOSE: used("b", "find parking"), TESTED: used("c", "reset my vpn")}


@pytest.fixture
def memory(warehouse: Warehouse, tenant: str, tmp_path: Path) -> Memory:
    return Memory(warehouse, Shelf(str(tmp_path / "shelf"), tmp_path / "cache"), tenant, KEY)


def remember(memory: Memory, work: Path, n: int = 1, uses: dict[str, Used] | None = None) -> None:
    memory.record(f"snapshot-{n}", f"run-{n}", USES if uses is None else uses, work, START)


def lose(memory: Memory, table: str) -> None:
    memory.warehouse.execute(f"ALTER TABLE {table} DELETE WHERE tenant = '{memory.tenant}' SETTINGS mutations_sync = 2")


def roles(
    memory: Memory, needed: dict[str, str] | None = None, but: str = "", given_up: tuple[str, ...] = ()
) -> dict[str, frozenset[str]]:
    hold_out = memory.hold_out(but, KNOWN, needed or {}, given_up, START)
    return {name: hold_out.roles([name]) for name in KNOWN}


ALL = {"a": {TAUGHT}, "b": {CHOSE}, "c": {TESTED}}


def test_what_a_run_used_is_known_to_the_next_and_not_to_itself(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    assert roles(memory) == ALL
    assert roles(memory, but="snapshot-1") == dict.fromkeys(KNOWN, frozenset())
    hold_out = memory.hold_out("", KNOWN, {}, (), START)
    assert hold_out.alike(["My VPN reset", "parking"], (TESTED,), 0.75) == {0}
    assert [(one.run, one.rows) for one in memory.runs().values()] == [("run-1", 6)]


def test_a_repeat_changes_nothing_and_a_later_run_stands_for_itself(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    remember(memory, tmp_path)
    remember(memory, tmp_path, 2, {**USES, TAUGHT: used("b", "order a badge")})
    assert {one.run: one.rows for one in memory.runs().values()} == {"run-1": 6, "run-2": 6}
    assert roles(memory) == {**ALL, "b": {CHOSE, TAUGHT}}


def test_who_gives_up_a_run_does_not_give_up_what_a_later_one_shared_with_it(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    remember(memory, tmp_path, 2, {TAUGHT: used("a", "order a badge"), TESTED: used("b", "order a badge today")})
    for table in ("hold_out", "hold_out_runs"):
        memory.warehouse.execute(
            f"ALTER TABLE {table} DELETE WHERE tenant = '{memory.tenant}' AND snapshot = 'snapshot-1' "
            "SETTINGS mutations_sync = 2"
        )
    memory.shelf.remove(memory.tenant, "hold-out-" + stable_id("snapshot-1")[:24])
    with pytest.raises(Refused, match="lost for run-1"):
        roles(memory, {"snapshot-1": "run-1"})
    assert roles(memory, {"snapshot-1": "run-1"}, given_up=("run-1",)) == {"a": {TAUGHT}, "b": {TESTED}, "c": set()}


def test_no_text_is_kept(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    rows = memory.warehouse.rows("SELECT * FROM hold_out WHERE tenant = {t:String}", t=memory.tenant)
    files = "".join(path.read_text() for path in (tmp_path / "shelf").rglob("hold_out.json"))
    for word in ("badge", "parking", "vpn"):
        assert word not in f"{rows}{files}"
    assert KEY.query("reset my vpn") in files


@pytest.mark.parametrize("lost", [("hold_out",), ("hold_out", "hold_out_runs"), ("hold_out_runs",)])
def test_what_the_warehouse_lost_comes_back_from_the_shelf_and_is_said(
    memory: Memory, tmp_path: Path, lost: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    remember(memory, tmp_path)
    remember(memory, tmp_path, 2, {TAUGHT: used("b", "cancel the lease")})
    for table in lost:
        lose(memory, table)
    with caplog.at_level(logging.WARNING):
        assert roles(memory) == {**ALL, "b": {CHOSE, TAUGHT}}
    assert "run-1" in caplog.text
    assert "put back" in caplog.text
    caplog.clear()
    assert roles(memory) == {**ALL, "b": {CHOSE, TAUGHT}}
    assert caplog.text == ""


def test_a_run_that_no_store_has_stops_training_and_names_what_to_do(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    with pytest.raises(Refused, match=r"lost for run-9.*from a backup.*training\.split\.given_up"):
        roles(memory, {"snapshot-9": "run-9"})
    assert roles(memory, {"snapshot-1": "run-1"}) == ALL


def test_what_is_partly_lost_and_nowhere_else_stops_training(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    bare = Memory(memory.warehouse, Shelf(str(tmp_path / "empty"), tmp_path / "other"), memory.tenant, KEY)
    assert roles(bare) == ALL
    memory.warehouse.execute(
        f"ALTER TABLE hold_out DELETE WHERE tenant = '{memory.tenant}' AND role = 'tested' SETTINGS mutations_sync = 2"
    )
    with pytest.raises(Refused, match="lost for run-1"):
        roles(bare)


def test_runs_before_there_was_a_memory_are_read_from_their_signals(memory: Memory, warehouse: Warehouse) -> None:
    clicks = [Click("order a badge", "a"), Click("find parking", "b"), Click("reset my vpn", "c")]
    write_pairs(warehouse, memory.tenant, clicks)
    warehouse.insert(
        "snapshot_pairs",
        {
            "tenant": [memory.tenant] * 3,
            "snapshot": ["snapshot-0"] * 3,
            "pair": [click.id for click in clicks],
            "side": ["train", "validation", "test"],
            "weight": [1.0] * 3,
        },
    )
    assert roles(memory, {"snapshot-0": "run-0"}) == ALL
    assert memory.hold_out("", KNOWN, {}, (), START).alike(["reset the vpn"], (TESTED,), 0.75) == {0}


def test_another_key_finds_nothing_and_takes_nothing_for_granted(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    other = Memory(memory.warehouse, memory.shelf, memory.tenant, Key(b"a new key"))
    with pytest.raises(Refused, match="lost for run-1"):
        roles(other)
    assert roles(other, given_up=("run-1",)) == dict.fromkeys(KNOWN, frozenset())


def test_tenants_do_not_share_a_memory(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    neighbour = Memory(memory.warehouse, memory.shelf, f"{memory.tenant}-b", KEY)
    assert roles(neighbour) == dict.fromkeys(KNOWN, frozenset())


def test_a_run_that_an_older_backup_lacks_is_read_from_the_shelf(memory: Memory, tmp_path: Path) -> None:
    remember(memory, tmp_path)
    remember(memory, tmp_path, 2, {**USES, TESTED: used("d", "a new question")})
    for table in ("hold_out", "hold_out_runs"):
        memory.warehouse.execute(
            f"ALTER TABLE {table} DELETE WHERE tenant = '{memory.tenant}' AND snapshot = 'snapshot-2' "
            "SETTINGS mutations_sync = 2"
        )
    assert set(memory.runs()) == {"snapshot-1"}
    hold_out = memory.hold_out("", KNOWN, {}, (), START)
    assert hold_out.alike(["a new question"], (TESTED,), 0.75) == {0}
    assert set(memory.runs()) == {"snapshot-1", "snapshot-2"}


def test_signals_of_which_most_are_gone_are_no_memory(memory: Memory, warehouse: Warehouse) -> None:
    clicks = [Click(f"question {n}", "a") for n in range(20)]
    write_pairs(warehouse, memory.tenant, clicks[:18])
    used_pairs: dict[str, list[Any]] = {
        "tenant": [memory.tenant] * 20,
        "snapshot": ["snapshot-0"] * 20,
        "weight": [1.0] * 20,
    }
    warehouse.insert("snapshot_pairs", {**used_pairs, "pair": [c.id for c in clicks], "side": ["train"] * 20})
    assert roles(memory, {"snapshot-0": "run-0"})["a"] == {TAUGHT}, "two of twenty: people who were forgotten"
    few: dict[str, list[Any]] = {**used_pairs, "snapshot": ["snapshot-1"] * 20, "side": ["train"] * 20}
    warehouse.insert("snapshot_pairs", {**few, "pair": [c.id for c in clicks[:2]] + [f"gone{n}" for n in range(18)]})
    with pytest.raises(Refused, match="lost for run-1"):
        roles(memory, {"snapshot-1": "run-1"})
