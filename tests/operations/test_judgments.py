from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.judgment_files import Judgment
from operations.judgments import export, read, store
from stores.columns import Same
from stores.errors import Refused
from stores.warehouse import Warehouse
from tests.indexer.world import World

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_judgments_go_in_once_and_out_with_what_every_system_answered(
    world: World, warehouse: Warehouse, tmp_path: Path
) -> None:
    world.put("d1", 1, "a document about leave")
    with pytest.raises(Refused, match="neither judgments nor a run"):
        export(warehouse, world.tenant, tmp_path / "none", None)
    first = [Judgment("leave", "d1", 1.0), Judgment("leave", "d1", 3.0), Judgment("car", "nowhere", 2.0)]
    done = store(warehouse, world.tenant, first, "case.csv", "op", NOW)
    assert (done.judgments, done.queries, done.unknown) == (2, 2, 1)
    store(warehouse, world.tenant, first, "case.csv", "op", NOW.replace(hour=1))
    world.event("TrainingRequested", "", payload='{"run": "run-9", "requested_by": "op", "reason": "x"}')
    columns: dict[str, list[Any]] = {
        "query": ["leave"] * 2, "system": ["candidate", "live dense"], "relevant": [["d1"]] * 2,
        "retrieved": [["d1", "d2"], ["d2"]], "score": [1.0, 0.0],
    }  # fmt: skip
    warehouse.insert("query_scores", {"tenant": Same(world.tenant), "run": Same("run-9"), **columns})
    files = export(warehouse, world.tenant, tmp_path / "out", "run-9")
    assert files == {
        "queries.tsv": 2, "qrels.people.txt": 2, "qrels.clicks.txt": 1, "run.candidate.txt": 2, "run.live-dense.txt": 1,
        "README.txt": 8,
    }  # fmt: skip
    warning = (tmp_path / "out" / "README.txt").read_text()
    assert "held-out queries of run run-9" in warning
    assert "do not learn or choose from them" in warning
    assert "tidewheel adopt" in warning
    people, queries = tmp_path / "out" / "qrels.people.txt", tmp_path / "out" / "queries.tsv"
    assert set(read(people, queries)) == set(first[1:])
    assert (tmp_path / "out" / "run.live-dense.txt").read_text() == "q2 Q0 d2 1 1.000000 live-dense\n"
    with pytest.raises(Refused, match="not empty"):
        export(warehouse, world.tenant, tmp_path / "out", None)


def test_a_file_that_cannot_be_read_and_an_empty_one_are_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"query,docid,rating\nl\xe4cheln,a,1\n")
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / "latin.csv", None)
    with pytest.raises(Refused, match="no judgment"):
        store(warehouse, "acme", [], "empty.csv", "op", NOW)
    with pytest.raises(Refused, match="characters"):
        store(warehouse, "acme", [Judgment("w " * 5_000, "a", 1.0)], "long.csv", "op", NOW)
