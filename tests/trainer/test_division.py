"""A run's sides, its memory, and its look, on the real stores and without learning anything."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.learning import Comparison, ModelRefused
from stores.warehouse import Warehouse
from tests.trainer.build import START
from tests.trainer.test_service import QUICK, Make, answered, live_through, no_fit, request
from tests.trainer.world import NOW
from trainer import division
from trainer.context import RunContext
from trainer.data import snapshot
from trainer.data.memory import Remembered
from trainer.data.split import split
from trainer.division import Division, must_be_remembered, unended
from trainer.learning import fit
from trainer.publish import refused
from trainer.run_directory import RunDirectory

SEEN = Comparison(
    queries=60, ndcg_candidate=0.5, ndcg_live=0.5, ndcg_base=0.5, ndcg_bm25=0.5, difference=0.0, low=-0.1, high=0.1
)


def divided(context: RunContext, tenant: str, run: str) -> Division:
    taken = snapshot.take(context.warehouse, tenant, run, "base", context.clock(), QUICK.snapshot)
    examples = snapshot.examples_of(taken, QUICK.cleaning)
    return Division.of(context, taken, snapshot.manifest(taken, examples, QUICK.cleaning), examples.kept)


def end(context: RunContext, found: Division, offset: int, **more: Any) -> None:  # noqa: ANN401  # fields of the event
    """Store a run's signed end, as the streams would."""
    run = request(found.snapshot.tenant, found.snapshot.run)
    known = {"snapshot": found.manifest.id, "comparison": SEEN, **more}
    event = context.signing.as_installation(refused(run, "INCONCLUSIVE", ("r",), context.clock(), **known))
    row = {"topic": "learning", "topic_id": event.tenant, "partition": 0, "offset": offset, "event_id": event.event_id,
           "tenant": event.tenant, "type": "ModelRefused", "occurred_at": event.occurred_at,
           "payload": event.model_dump_json()}  # fmt: skip
    context.warehouse.insert("events", {name: [value] for name, value in row.items()})


def test_runs_one_after_another_share_sides_and_count_their_looks(
    make_context: Make, warehouse: Warehouse, tenant: str
) -> None:
    live_through(warehouse, tenant)
    context = make_context(QUICK)
    first = divided(context, tenant, "run-1")
    assert first.too_little() == ()
    assert first.look().number == 1
    assert first.look().level == pytest.approx(0.025)
    first.remember(RunDirectory(context.home, tenant, "run-1"))
    first.check(first.split.train, first.split.test)
    assert first.look().number == 1, "its own memory is no look before it"

    second = divided(context, tenant, "run-2")
    assert second.split.sides == first.split.sides
    assert second.look().number == 2, "a run without a known end may have looked"
    end(context, first, 0)
    second = divided(context, tenant, "run-2")
    assert second.look().number == 2
    assert second.look().level == pytest.approx(0.025 / 12)
    second.remember(RunDirectory(context.home, tenant, "run-2"))
    end(context, second, 1, comparison=None)
    assert divided(context, tenant, "run-3").look().number == 2, "a run that ended without comparing did not look"


def test_a_planted_leak_is_refused_before_anything_is_learned(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    context, right = make_context(QUICK), split
    monkeypatch.setattr(fit, "run", no_fit)

    def leaking(examples: Any, *more: Any) -> Any:  # noqa: ANN401  # hands on what it was given
        sides = right(examples, *more)
        judges = {query.text for query in sides.test[:3]}
        return replace(sides, train=(*sides.train, *(e for e in examples if e.anchor in judges)))

    monkeypatch.setattr(division, "split", leaking)
    (event,) = answered(context, request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "3 queries that test in this run, or nearly the same ones, would also teach in it" in event.reasons[0]


@pytest.mark.thorough
def test_a_lost_memory_refuses_the_run_and_does_not_begin_anew(
    make_context: Make, warehouse: Warehouse, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_through(warehouse, tenant)
    context = make_context(QUICK)
    first = divided(context, tenant, "run-1")
    end(context, first, 0)
    monkeypatch.setattr(fit, "run", no_fit)
    (event,) = answered(context, request(tenant, "run-2"))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "is lost for run-1" in event.reasons[0]
    given_up = QUICK.model_copy(update={"split": QUICK.split.model_copy(update={"given_up": ("run-1",)})})
    assert divided(replace(context, config=given_up), tenant, "run-2").split.test


def test_too_little_names_what_stood_in_the_way(make_context: Make, warehouse: Warehouse, tenant: str) -> None:
    live_through(warehouse, tenant, topics=30)
    much = QUICK.model_copy(update={"gate": QUICK.gate.model_copy(update={"min_queries": 1_000})})
    reasons = divided(make_context(much), tenant, "run-1").too_little()
    assert "are held out to judge by; the gate needs 1000, for which about 3,334 different queries" in reasons[0]
    assert (
        "examples are set aside, so that nothing is judged by what it learned from; why, and how many: " in reasons[1]
    )
    assert "leads to or from a held-out document (" in reasons[1]


def test_what_compared_and_what_made_a_model_must_be_remembered() -> None:
    def ended(n: int, seen: Comparison | None, at: str | None) -> ModelRefused:
        return ModelRefused(event_id=f"e{n}", tenant="acme", occurred_at=NOW, run=f"run-{n}", verdict="LOSS",
                            reasons=("r",), comparison=seen, snapshot=at)  # fmt: skip

    ends = [ended(1, SEEN, "s1"), ended(2, None, "s2"), ended(3, SEEN, "s3")]
    assert must_be_remembered(ends, (), ["run-3"]) == {"s1": "run-1"}


@pytest.mark.thorough
def test_a_remembered_run_without_an_end_may_have_looked() -> None:
    first, own = Remembered("s1", "run-1", 3, START), Remembered("s2", "run-2", 3, START)
    done = ModelRefused(event_id="e", tenant="acme", occurred_at=NOW, run="run-1", verdict="LOSS", reasons=("r",))
    assert unended([first, own], [done], "run-2") == [own], "another try of this very run"
    assert unended([first], [], "run-2") == [first]
    broken = done.model_copy(update={"verdict": "ERROR"})
    assert unended([first], [broken], "run-2") == [first], "it may have seen the test queries before it broke off"
    assert unended([first], [broken.model_copy(update={"comparison": SEEN})], "run-2") == [], "it counts as itself"
    stopped = done.model_copy(update={"verdict": "STOPPED"})
    assert unended([first], [stopped], "run-2") == [], "it was stopped before it looked"
    assert unended([first], [stopped.model_copy(update={"looked": True})], "run-2") == [first], "a try of it had looked"
    again = replace(first, snapshot="snapshot-2")
    assert unended([first, again], [done.model_copy(update={"snapshot": "snapshot-2"})], "run-9") == [first], (
        "another try of the run, with another snapshot, hides no look of the first"
    )
