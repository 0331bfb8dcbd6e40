"""What became of a run, read from the trail on a real warehouse: refused, waiting, live, or turned down."""

from datetime import timedelta
from typing import Any

from schemas.learning import (
    Comparison,
    CutoverDone,
    CutoverRefused,
    ModelRefused,
    ModelTrained,
    Proof,
    RungTried,
    ShadowReady,
    ShadowStarted,
    TrainingRequested,
    TrainingStopped,
)
from stores.warehouse import Warehouse
from streams.drift import history
from tests.streams.drift.days import DAY, NOW
from tests.streams.drift.history_rows import Log

PROOF = Proof(documents=1, passages=1, mismatches=0, repaired=0, parity_min_cosine=1.0, recall_at_10=1.0)


def tried(rung: str, seconds: float) -> RungTried:
    return RungTried(rung=rung, queries=9, gain=0.1, low=0, high=1, seconds=seconds, documents=1, passages=1)


def test_what_became_of_a_run_is_read_from_the_trail(warehouse: Warehouse, tenant: str) -> None:
    log = Log(warehouse, tenant)
    gain = Comparison(
        queries=9, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.2,
        rungs=(tried("query_map", 15.0), tried("full", 75.0)),
    )  # fmt: skip
    names = ("running", "waiting", "live", "refused", "failed", "turned-down", "stopped", "asked-to-stop")
    for number, name in enumerate(names):
        at: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW - DAY + timedelta(minutes=number)}
        log.write([TrainingRequested(event_id=f"a{name}", run=name, requested_by="drift", reason="drift", **at)])
        if "stop" in name:
            log.write([TrainingStopped(event_id=f"h{name}", run=name, by="ann", reason="no", **at)])
        if name in ("refused", "failed", "stopped"):
            verdict: Any = {"failed": "ERROR", "stopped": "STOPPED"}.get(name, "INCONCLUSIVE")
            log.write([ModelRefused(event_id=f"b{name}", run=name, verdict=verdict, reasons=("x",), **at)])
        elif name not in ("running", "asked-to-stop"):
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
    log.write([ShadowReady(
        event_id="g", tenant=tenant, run="live", model="m-live", collection="c_2", proof=PROOF, packet="p",
        occurred_at=NOW - DAY + timedelta(minutes=12),
    )])  # fmt: skip
    runs = {run.run: run for run in history.runs(warehouse, tenant)}
    found = {name: run.outcome for name, run in runs.items()}
    other = {"turned-down": "refused", "asked-to-stop": "running"}
    assert found == {name: other.get(name, name) for name in names}
    gains = {name: None if run.gain is None else round(run.gain, 3) for name, run in runs.items()}
    winners = dict.fromkeys(("waiting", "live", "turned-down"), 0.1)
    assert gains == {name: winners.get(name) for name in names}, "without a comparison nothing is known"
    worked = {name: run.work_s for name, run in runs.items() if run.work_s}
    assert worked == {"waiting": 90.0, "live": 690.0, "turned-down": 90.0}, "learning, and ten minutes of a shadow"
