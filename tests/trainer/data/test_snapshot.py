"""Snapshots on the real warehouse: caps, hubs, versions, tenants, and the same bytes again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from retrieval.authority import UsageStats, authority
from stores.warehouse import Warehouse
from tests.trainer.world import NOW, Click, Page, write_clicks, write_pages, write_pairs
from trainer.data import snapshot
from trainer.data.examples import CleaningRules
from trainer.data.snapshot import Snapshot, SnapshotRules

RULES, CLEANING = SnapshotRules(), CleaningRules()
PAGES = [Page(f"p{n}", f"Page {n}", f"body text of page number {n}") for n in range(6)]


def taken(warehouse: Warehouse, tenant: str, rules: SnapshotRules = RULES) -> Snapshot:
    return snapshot.take(warehouse, tenant, "run-1", "base", NOW, rules)


def clicked(found: Snapshot) -> set[tuple[str, str]]:
    return {(row.anchor, row.document) for row in found.rows if row.kind == "search_click"}


def test_one_person_has_one_voice_per_label_and_a_bound_on_all(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    loud = [Click("same", "p1", "loud", at=n + 1) for n in range(50)]
    many = [Click(f"query {n}", "p2", "busy", at=n + 1) for n in range(50)]
    write_clicks(warehouse, tenant, [*loud, *many, Click("same", "p1", "other")])
    found = taken(warehouse, tenant, SnapshotRules(per_user=10))
    assert sum(row.anchor == "same" for row in found.rows) == 2
    newest = {row.anchor for row in found.rows if row.anchor.startswith("query")}
    assert newest == {f"query {n}" for n in range(10)}


def test_who_left_a_document_at_once_was_not_satisfied(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    dwells = {"p0": 0.0, "p1": 29.0, "p2": 30.0, "p3": 900.0, "p4": -1.0}
    write_clicks(warehouse, tenant, [Click("query", name, dwell_s=dwell) for name, dwell in dwells.items()])
    write_clicks(warehouse, f"{tenant}-other", [Click("query", "p3", dwell_s=0.0)])
    found = {row.document: row.satisfied for row in taken(warehouse, tenant).rows if row.kind == "search_click"}
    assert found == {"p0": False, "p1": False, "p2": True, "p3": True, "p4": True}, "an unknown dwell counts as one"


def test_documents_have_the_authority_that_the_index_ranks_them_with(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, [*PAGES, Page("linking", "Links", "text of links", links=("p1",))])
    write_clicks(warehouse, tenant, [Click("q", "p2", f"u{n}", at=n + 1) for n in range(10)])
    write_clicks(warehouse, tenant, [Click("q", "p3", f"u{n}", at=200 * 24 * 60) for n in range(10)])
    found = taken(warehouse, tenant).documents
    used = {"p0": UsageStats(), "p1": UsageStats(1, 0), "p2": UsageStats(0, 10), "p3": UsageStats()}
    for name, usage in used.items():
        assert found[name].authority == authority(usage, found[name].updated_at, NOW)


def test_hubs_among_co_accessed_documents_are_discounted(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    together = [Click("", f"p{n}", f"u{n}", kind="co_access", anchor_document="p0") for n in range(1, 6)]
    write_pairs_of_sessions(warehouse, tenant, together)
    weights = {row.document: row.weight for row in taken(warehouse, tenant).rows if row.kind == "co_access"}
    assert len(weights) == 5
    assert all(weight == pytest.approx(1 / (2.584962500721156**0.5), abs=1e-5) for weight in weights.values())


def write_pairs_of_sessions(warehouse: Warehouse, tenant: str, clicks: list[Click]) -> None:
    """Co-access pairs hold while their session stands: write the sessions too."""
    warehouse.insert(
        "sessions",
        {
            "tenant": [tenant] * len(clicks),
            "user": [click.user for click in clicks],
            "session": [click.id for click in clicks],
            "started_at": [NOW] * len(clicks),
            "ended_at": [NOW] * len(clicks),
            "accesses": [2] * len(clicks),
            "documents": [[click.anchor_document, click.document] for click in clicks],
            "event_ids": [[click.id, click.id] for click in clicks],
            "revision": [7] * len(clicks),
        },
    )
    write_pairs(warehouse, tenant, clicks, sessions=7)


def test_nothing_after_the_date_is_in_it(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    write_clicks(warehouse, tenant, [Click("before", "p1", at=1), Click("after", "p1", at=-1)])
    assert clicked(taken(warehouse, tenant)) == {("before", "p1")}


def test_a_new_version_or_a_withdrawal_takes_old_signals_out(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    gone = Click("withdrawn", "p2")
    write_clicks(warehouse, tenant, [Click("kept", "p1"), gone])
    write_pairs(warehouse, tenant, [gone], withdrawn=True)
    write_pages(warehouse, tenant, [replace(PAGES[0], title="Page anew", version=2)])
    found = taken(warehouse, tenant)
    assert clicked(found) == {("kept", "p1")}
    assert found.documents["p0"].title == "Page anew"
    assert sum(row.document == "p0" and row.kind == "title_body" for row in found.rows) == 1


def test_messages_are_known_only_when_people_reacted_to_them(warehouse: Warehouse, tenant: str) -> None:
    chat = [Page(f"m{n}", "", f"message {n} with words", kind="message") for n in range(2)]
    write_pages(warehouse, tenant, [*PAGES, *chat])
    write_pairs(warehouse, tenant, [Click("what to do", "m1", kind="reaction")])
    found = taken(warehouse, tenant)
    assert "m0" not in found.documents
    assert not found.documents["m1"].searchable
    assert found.documents["p1"].searchable


def test_what_somebody_opened_around_a_click_is_known(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    first, soon, late = Click("a", "p1", "u", 100), Click("b", "p2", "u", 90), Click("c", "p3", "u", 10)
    other = Click("d", "p4", "somebody else", 95)
    write_clicks(warehouse, tenant, [first, soon, late, other])
    nearby = taken(warehouse, tenant).nearby
    assert nearby[first.id] == ("p1", "p2")
    assert late.id not in nearby


def test_tenants_never_mix_even_with_equal_names(warehouse: Warehouse, tenant: str) -> None:
    """The attacker uses the victim's document ids, user names, pair ids and event ids."""
    attacker = f"{tenant}-x"
    write_pages(warehouse, tenant, PAGES)
    write_clicks(warehouse, tenant, [Click("honest", "p1")])
    before = taken(warehouse, tenant)
    write_pages(warehouse, attacker, [replace(page, title="stolen", body="lies " * 20, version=9) for page in PAGES])
    write_clicks(warehouse, attacker, [Click("honest", "p1"), Click("poison", "p1"), Click("honest", "p2", at=61)])
    write_pairs(warehouse, attacker, [Click("honest", "p1")], withdrawn=True)
    assert taken(warehouse, tenant) == before
    stolen = taken(warehouse, attacker)
    assert ("honest", "p1") not in clicked(stolen)
    assert {document.title for document in stolen.documents.values()} == {"stolen"}


def test_the_manifest_names_hashes_and_no_text(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    write_clicks(warehouse, tenant, [Click("a secret question", "p1")])
    found = taken(warehouse, tenant)
    manifest = snapshot.manifest(found, snapshot.examples_of(found, CLEANING), CLEANING)
    assert b"secret question" not in manifest.content
    assert b"body text" not in manifest.content
    later = replace(found, as_of=NOW + timedelta(seconds=1))
    assert snapshot.manifest(later, snapshot.examples_of(later, CLEANING), CLEANING).id != manifest.id


def test_a_saved_snapshot_is_the_same_snapshot(warehouse: Warehouse, tenant: str, tmp_path: Path) -> None:
    write_pages(warehouse, tenant, PAGES)
    write_clicks(warehouse, tenant, [Click("q", "p1"), Click("r", "p2")])
    found = taken(warehouse, tenant)
    found.save(tmp_path / "snapshot.json")
    assert Snapshot.load(tmp_path / "snapshot.json") == found
