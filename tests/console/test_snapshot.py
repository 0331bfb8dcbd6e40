"""`tidewheel snapshot rebuild`: the same bytes, or what is missing."""

import json
from pathlib import Path

import pytest

from stores.settings import Settings
from stores.shelf import Shelf
from tests.console.running import CommandLine
from tests.indexer.world import World
from tests.trainer.data.test_snapshot import CLEANING, taken
from tests.trainer.world import NOW, company, write_clicks, write_pages
from trainer.data import snapshot


@pytest.mark.thorough
def test_what_a_run_learned_from_is_there_again_or_refused(
    tidewheel: CommandLine, stack: Settings, world: World, tmp_path: Path
) -> None:
    world.put("d1", 1, "a document")
    pages, clicks = company(6)
    write_pages(world.warehouse, world.tenant, pages)
    write_clicks(world.warehouse, world.tenant, clicks)
    found = taken(world.warehouse, world.tenant)
    examples = snapshot.examples_of(found, CLEANING)
    manifest = snapshot.manifest(found, examples, CLEANING)
    (tmp_path / "manifest").mkdir()
    (tmp_path / "manifest" / "manifest.json").write_bytes(manifest.content)
    Shelf.snapshots(stack).put(world.tenant, manifest.id, tmp_path / "manifest", {}, NOW)
    assert found.rows

    told = tidewheel("snapshot", "rebuild", manifest.id, "--tenant", world.tenant)
    assert (told.code, told.out.encode()) == (0, snapshot.training_data(examples.kept)), told.err
    output = tmp_path / "taught.jsonl"
    written = tidewheel("snapshot", "rebuild", manifest.id, "--tenant", world.tenant, "--output", str(output))
    assert written.code == 0, written.err
    assert [json.loads(line)[0] for line in output.read_text().splitlines()] == [e.anchor for e in examples.kept]
    none = tidewheel("snapshot", "rebuild", f"snapshot-{'0' * 24}", "--tenant", world.tenant)
    assert (none.code, "has no snapshot" in none.err) == (3, True)
    wrong = tidewheel("snapshot", "rebuild", "../../etc", "--tenant", world.tenant)
    assert (wrong.code, "is no snapshot's id" in wrong.err) == (2, True)
