"""The training data of a snapshot again, from its manifest and the real warehouse."""

from dataclasses import replace

import pytest

from stores.errors import Refused
from stores.warehouse import Warehouse
from tests.trainer.data.test_snapshot import CLEANING, PAGES, RULES, taken
from tests.trainer.world import Click, company, write_clicks, write_pages, write_pairs
from trainer.data import snapshot
from trainer.data.rebuild import rebuild


def test_a_snapshot_is_rebuilt_byte_for_byte_after_the_world_moved_on(warehouse: Warehouse, tenant: str) -> None:
    pages, clicks = company(20)
    write_pages(warehouse, tenant, pages)
    write_clicks(warehouse, tenant, clicks)
    found = taken(warehouse, tenant)
    examples = snapshot.examples_of(found, CLEANING)
    manifest = snapshot.manifest(found, examples, CLEANING)
    assert manifest == snapshot.manifest(found, examples, CLEANING)
    write_pages(warehouse, tenant, [replace(pages[0], title="Renamed", body="all of it is new", version=2)])
    write_pairs(warehouse, tenant, [clicks[5]], withdrawn=True)
    write_clicks(warehouse, tenant, [Click("later", "p1", at=0.5)])
    assert taken(warehouse, tenant) != found
    assert rebuild(warehouse, manifest.content, RULES) == snapshot.training_data(examples.kept)


def rename(warehouse: Warehouse, tenant: str, former: str, name: str) -> None:
    row = {"tenant": tenant, "document": former, "version": 9, "deleted": 1, "renamed_to": name}
    warehouse.insert("documents", {column: [value] for column, value in row.items()})


@pytest.mark.parametrize("before", [True, False])
def test_a_document_that_was_renamed_before_or_since_is_found(warehouse: Warehouse, tenant: str, before: bool) -> None:
    pages, clicks = company(20)
    former, name = clicks[0].document, f"{clicks[0].document}-moved"
    page = next(page for page in pages if page.id == former)
    write_pages(warehouse, tenant, [*pages, replace(page, id=name)])
    write_clicks(warehouse, tenant, clicks)
    if before:
        rename(warehouse, tenant, former, name)
    found = taken(warehouse, tenant)
    assert (name if before else former) in {row.document for row in found.rows if row.kind == "search_click"}
    examples = snapshot.examples_of(found, CLEANING)
    manifest = snapshot.manifest(found, examples, CLEANING)
    if not before:
        rename(warehouse, tenant, former, name)
    assert rebuild(warehouse, manifest.content, RULES) == snapshot.training_data(examples.kept)


def test_a_rebuild_says_what_is_gone_and_does_not_guess(warehouse: Warehouse, tenant: str) -> None:
    write_pages(warehouse, tenant, PAGES)
    write_clicks(warehouse, tenant, [Click("q", "p1")])
    found = taken(warehouse, tenant)
    manifest = snapshot.manifest(found, snapshot.examples_of(found, CLEANING), CLEANING).content
    with pytest.raises(Refused, match="signals are gone"):
        rebuild(warehouse, manifest.replace(found.rows[0].pair.encode(), b"0" * 32), RULES)
    with pytest.raises(Refused, match="document versions are gone"):
        rebuild(warehouse, manifest.replace(b'"p1":[1,', b'"p1":[3,'), RULES)
    with pytest.raises(Refused, match="other contents"):
        rebuild(warehouse, manifest.replace(b'"sha256":"', b'"sha256":"0'), RULES)
