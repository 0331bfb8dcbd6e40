"""What is removed and what is not, as a table of cases; and a wrong rule, which would remove the standby."""

from datetime import UTC, datetime, timedelta

import pytest

from stores.collection_states import State
from stores.retention import InUse, RetentionConfig, applied_over, failed_over, models_over, packets_over, runs_over
from stores.serving import Collection, ServingRecord, Standby
from stores.shelf import BASE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=400)
STRICT = RetentionConfig(failed_days=7, applied_days=30, packets=0, models=0, model_days=30, runs=1)
"""Keeps nothing for its number."""

RECORD = ServingRecord(
    tenant="acme", model="live", collection="C_live", version=3, packet="p-live", moved_at=OLD,
    standby=Standby(model="standby", collection="C_standby", until=NOW + timedelta(days=1)),
)  # fmt: skip
STATES = {
    "C_live": State.LIVE, "C_standby": State.STANDBY, "C_ready": State.READY, "C_building": State.BUILDING,
    "C_failed": State.FAILED, "C_gone": State.RETIRED,
}  # fmt: skip


def about(name: str, at: datetime = OLD) -> Collection:
    return Collection(tenant="acme", model=name, collection=f"C_{name}", created_at=at, packet=f"p-{name}")


ABOUT = {f"C_{name}": about(name) for name in ("live", "standby", "ready", "building", "failed", "gone")}
USE = InUse(RECORD, STATES, ABOUT)
UNKNOWN = InUse(None, STATES, ABOUT)
MODELS = dict.fromkeys((*(each.model for each in ABOUT.values()), BASE, "announced"), OLD)


def test_what_serves_or_may_come_to_serve_is_kept_whatever_its_age() -> None:
    assert USE.kept() == {"C_live", "C_standby", "C_ready", "C_building"}
    assert models_over(MODELS, USE, NOW, STRICT) == ["failed", "gone"]
    packets = dict.fromkeys((each.packet or "" for each in ABOUT.values()), OLD)
    assert packets_over(packets, USE, STRICT) == ["p-failed", "p-gone"]
    written = dict.fromkeys((*ABOUT, "C_unknown", "C_there"), OLD)
    present = [*ABOUT, "C_there"]
    assert applied_over(written, present, USE, NOW, STRICT) == ["C_gone", "C_unknown"]


def test_what_the_record_names_is_kept_when_the_states_say_otherwise() -> None:
    wrong = USE._replace(states=dict.fromkeys(STATES, State.RETIRED))
    assert wrong.kept() == {"C_live", "C_standby"}
    assert {"live", "standby"}.isdisjoint(models_over(MODELS, wrong, NOW, STRICT))
    assert {"C_live", "C_standby"}.isdisjoint(applied_over(dict.fromkeys(ABOUT, OLD), [], wrong, NOW, STRICT))
    assert "p-live" not in packets_over({"p-live": OLD}, wrong, STRICT)


def test_nothing_is_removed_while_the_serving_record_is_gone() -> None:
    assert models_over(MODELS, UNKNOWN, NOW, STRICT) == []
    assert packets_over({"p-gone": OLD}, UNKNOWN, STRICT) == []
    assert applied_over(dict.fromkeys(ABOUT, OLD), [], UNKNOWN, NOW, STRICT) == []
    assert failed_over(UNKNOWN, NOW, STRICT) == []


@pytest.mark.parametrize(("days", "goes"), [(6.9, False), (7.1, True)])
def test_a_failed_shadow_stays_for_who_looks_why(days: float, goes: bool) -> None:
    use = USE._replace(collections={**ABOUT, "C_failed": about("failed", NOW - timedelta(days=days))})
    assert failed_over(use, NOW, STRICT) == (["C_failed"] if goes else [])


@pytest.mark.parametrize(("days", "goes"), [(29, False), (31, True)])
def test_what_is_young_stays(days: float, goes: bool) -> None:
    at = NOW - timedelta(days=days)
    assert models_over({"gone": at}, USE, NOW, STRICT) == (["gone"] if goes else [])
    assert applied_over({"C_gone": at}, [], USE, NOW, STRICT) == (["C_gone"] if goes else [])


def test_the_newest_stay_and_what_is_in_use_does_not_count_among_them() -> None:
    made = {f"p-{number}": OLD + timedelta(days=number) for number in range(5)} | {"p-live": NOW}
    assert packets_over(made, USE, STRICT.model_copy(update={"packets": 2})) == ["p-0", "p-1", "p-2"]
    assert runs_over({f"run-{n}": OLD + timedelta(days=n) for n in (2, 0, 1)}, STRICT) == ["run-0", "run-1"]
    assert models_over({"gone": OLD, "failed": NOW}, USE, NOW, STRICT.model_copy(update={"models": 1})) == ["gone"]
