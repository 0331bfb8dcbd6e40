"""What serves is audited all the time, in slices, and mended."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from indexer.proof.audit import AuditConfig, Auditor, due
from indexer.upkeep import Upkeep
from stores.audits import Audit
from stores.embeddings import RENEWED_DAYS, passage_hash
from stores.errors import Refused
from stores.rebuilds import Rebuild
from tests.indexer.proof.test_verify import everything, filled, spoil
from tests.indexer.world import World, live

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)
RULES = AuditConfig(slice=10)


@pytest.mark.parametrize(
    ("hours", "done", "wanted"),
    [
        (0, 0, 0),
        (0.13, 0, 1),
        (0.13, 2, 0),
        (6, 50, 0),
        (6, 45, 5),
        (6, 0, 10),
        (12, 95, 5),
        (12, 100, 10),
        (11.9, 100, 0),
        (-3, 0, 0),
    ],
)
def test_as_many_documents_are_due_as_end_the_pass_in_time(hours: float, done: int, wanted: int) -> None:
    assert due(Audit(began=BEGAN, total=100, done=done), BEGAN + timedelta(hours=hours), RULES) == wanted


@pytest.mark.parametrize("documents", [0, 1, 7, 999, 30_000])
def test_a_pass_sees_every_document_within_a_day_without_haste(documents: int) -> None:
    """Asked every minute, as an indexer with much else to do is."""
    audit, most = Audit(began=BEGAN, total=documents), 0
    for minute in range(24 * 60):
        count = due(audit, BEGAN + timedelta(minutes=minute), AuditConfig())
        if audit.done >= documents and count:
            break  # the slice that finds nothing behind the last one
        audit, most = audit.model_copy(update={"done": audit.done + count}), max(most, count)
    assert audit.done == documents
    assert minute < 24 * 60 - 1
    assert most <= AuditConfig().slice


def auditor(world: World, config: AuditConfig = RULES) -> Auditor:
    """As after a restart."""
    return Auditor(world.new_sync(), world.serving, config, world.clock)


def whole_pass(world: World, config: AuditConfig = RULES, restarts: bool = False) -> Audit:
    """Audit the collection once; return what is known of it then."""
    at_work = auditor(world, config)
    at_work.look(world.target(), 60)
    world.clock.ahead += timedelta(hours=13)
    for _ in range(40):
        at_work.look(world.target(), 60)
        if restarts:
            at_work = auditor(world, config)
        audit = world.serving.audits.get(world.tenant, world.target().collection)
        if audit and audit.done == 0 and audit.whole_at:
            return audit
    raise AssertionError("the pass does not end")


@pytest.mark.thorough
def test_a_pass_goes_on_after_restarts_and_finds_nothing_in_what_is_right(world: World) -> None:
    filled(world)
    audit = whole_pass(world, restarts=True)
    assert (audit.total, audit.found, audit.mended) == (31, 0, 0)
    assert auditor(world).look(world.target(), 60) == 0


def test_a_pass_begins_anew_when_the_clock_was_set_back_behind_its_beginning(world: World) -> None:
    filled(world)
    auditor(world).look(world.target(), 60)
    world.clock.ahead -= timedelta(days=3)
    whole_pass(world)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["missing", "foreign row", "deleted document", "wider access", "swapped vectors"])
def test_what_is_wrong_is_found_mended_and_counted(world: World, fault: str) -> None:
    filled(world)
    before, began = everything(world), world.clock()
    wrong = spoil(world, fault)
    audit = whole_pass(world)
    assert audit.found == audit.mended >= 1
    assert everything(world) == before
    touched = set(world.documents.changed(world.tenant, world.target().collection, began))
    assert touched == wrong


@pytest.mark.thorough
def test_a_change_that_is_still_to_come_is_no_fault(world: World) -> None:
    filled(world)
    world.put("d3", 2, "changed just now")
    world.put("d4", 2, deleted=True)
    world.put("d10x", 1, "a new one")
    rows = len(everything(world))
    assert whole_pass(world).found == 0
    assert len(everything(world)) == rows, "nothing of what is to come was taken for a foreign row"


@pytest.mark.thorough
def test_a_vector_that_the_model_would_not_make_is_found_in_time(world: World) -> None:
    embedder = world.sync.embedder(world.target())
    embedder.keep({"Title of d3\nbody 3": np.eye(32, dtype=np.float32)[0]})
    with world.together():
        for n in range(20):
            world.put(f"d{n}", 1, f"body {n}")
    world.fill()
    assert (whole_pass(world).found, whole_pass(world).found) == (1, 1)
    assert whole_pass(world, AuditConfig(slice=10, sample=0)).found == 1


def test_vectors_in_use_are_renewed(world: World) -> None:
    world.put("d", 1, "the words")
    world.fill()
    put_back_in_time(world)
    whole_pass(world)
    rows = world.warehouse.rows(
        "SELECT passage, dateDiff('day', used_at, now64(3)) AS days FROM embeddings FINAL WHERE tenant = {t:String}",
        t=world.tenant,
    )
    assert rows == [{"passage": passage_hash(world.tenant, "Title of d\nthe words"), "days": 0}]


def put_back_in_time(world: World) -> None:
    """Make the tenant's vectors as old as they may become before they are renewed."""
    old = world.warehouse.rows("SELECT * FROM embeddings FINAL WHERE tenant = {t:String}", t=world.tenant)
    world.warehouse.execute(
        f"ALTER TABLE embeddings DELETE WHERE tenant = '{world.tenant}' SETTINGS mutations_sync = 2"
    )
    ago = datetime.now(UTC) - timedelta(days=RENEWED_DAYS + 1)
    columns = {name: [row[name] for row in old] for name in old[0]}
    world.warehouse.insert("embeddings", columns | {"used_at": [ago] * len(old)})


@pytest.mark.thorough
def test_without_its_model_a_collection_is_left_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(world)
    at_work = auditor(world)
    at_work.look(world.target(), 60)
    spoil(world, "other text")
    asked = list[str]()

    def lost(*_: object) -> Path:
        asked.append("")
        raise Refused("no such model")

    world.clock.ahead += timedelta(hours=13)
    with monkeypatch.context() as patch:
        patch.setattr(world.encoders, "get", lost)
        assert [at_work.look(world.target(), 60) for _ in range(9)] == [0] * 9
    assert len(asked) == 1
    world.clock.ahead += timedelta(minutes=11)
    assert sum(at_work.look(world.target(), 60) for _ in range(9)) == 1


@pytest.mark.thorough
def test_upkeep_audits_live_and_standby_and_forgets_what_is_dropped(both: World) -> None:
    upkeep = Upkeep(both.serving, both.new_sync(), both.clock, RULES)
    record = both.serving.record(both.tenant)
    assert record is not None
    mark = both.documents.marks()[both.tenant]
    upkeep.keep_fresh(record, mark, 5)
    both.vectors.delete(both.target(both.next).collection, ["d3#0"])
    both.clock.ahead += timedelta(hours=13)
    for _ in range(4):
        upkeep.keep_fresh(record, mark, 5)
    audits = both.serving.audits.of(both.tenant)
    assert {name: audit.found for name, audit in audits.items()} == {
        both.target().collection: 0, both.target(both.next).collection: 1,
    }  # fmt: skip
    assert len(both.shown("d3", both.next)) == 1
    upkeep.clean_up(record.model_copy(update={"standby": None}), {both.target(both.next).collection: "retired"})
    assert both.serving.audits.of(both.tenant).keys() == {both.target().collection}


@pytest.mark.thorough
def test_what_is_being_filled_anew_is_not_audited(world: World) -> None:
    filled(world)
    live(world)
    at_work = auditor(world)
    at_work.look(world.target(), 60)
    spoil(world, "missing")
    world.serving.rebuilds.save(world.tenant, world.target().collection, Rebuild(reason="lost", at=world.clock()))
    world.clock.ahead += timedelta(hours=13)
    assert at_work.look(world.target(), 60) == 0
    world.serving.rebuilds.finish(world.tenant, world.target().collection)
    assert sum(at_work.look(world.target(), 60) for _ in range(9)) == 1
