"""What became of a run, read from the trail on a real warehouse: refused, waiting, live, or turned down."""

from datetime import timedelta
from typing import Any

from schemas.learning import (
    Comparison,
    CutoverDone,
    CutoverRefused,
    ModelRefused,
    ModelTrained,
    ShadowStarted,
    TrainingRequested,
)
from stores.warehouse import Warehouse
from streams.drift import history
from tests.streams.drift.days import DAY, NOW
from tests.streams.drift.history_rows import Log


def test_what_became_of_a_run_is_read_from_the_trail(warehouse: Warehouse, tenant: str) -> None:
    log = Log(warehouse, tenant)
    gain = Comparison(
        queries=9, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.2
    )
    names = ("running", "waiting", "live", "refused", "failed", "turned-down")
    for number, name in enumerate(names):
        at: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW - DAY + timedelta(minutes=number)}
        log.write([TrainingRequested(event_id=f"a{name}", run=name, requested_by="drift", reason="drift", **at)])
        if name in ("refused", "failed"):
            verdict: Any = "ERROR" if name == "failed" else "INCONCLUSIVE"
            log.write([ModelRefused(event_id=f"b{name}", run=name, verdict=verdict, reasons=("x",), **at)])
        elif name != "running":
            won = ModelTrained(
                event_id=f"c{name}", run=name, model=f"m-{name}", parent="base", snapshot="s", comparison=gain, **at
            )
            began = ShadowStarted(
                event_id=f"d{name}", run=name, model=f"m-{name}", collection=f"c_{number}", documents=1, **at
            )
            log.write([won, began])
        if name == "live":
            log.write([CutoverDone(
                event_id="e", model="m-live", collection="c_2", serving_version=2, by="ann", **at
            )])  # fmt: skip
        if name == "turned-down":
            log.write([CutoverRefused(event_id="f", packet="p", collection="c_5", by="ann", reason="no", **at)])
    found = {run.run: run.outcome for run in history.runs(warehouse, tenant)}
    assert found == {name: "refused" if name == "turned-down" else name for name in names}
