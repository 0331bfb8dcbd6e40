"""Faults in what is sent: repeats, wrong clocks, poison, and decisions that nobody took."""

from datetime import UTC, datetime
from uuid import uuid4

from bench.documents.second_model import WON
from bench.faults.claims import FORGED
from bench.faults.kinds.scene import BURST, Scene
from schemas.codec import encode
from schemas.envelope import Event
from schemas.learning import CutoverApproved, ModelTrained, RolledBack
from schemas.topics import LEARNING, key_of
from stores.vector_rows import collection_name

HOUR = 7_200
"""Events of an hour of the flow's own time."""

HUGE = 2**53
"""The largest serving version that an event may carry."""


def repeat(scene: Scene, count: int, shuffled: bool) -> None:
    """Send part of the past again."""
    scene.flow.repeat(count, shuffled)
    scene.flow.burst(BURST)  # when these have arrived, the repeats before them have


def skewed_clocks(scene: Scene) -> None:
    """Some clocks are behind and ahead by less than the lateness, some far behind, some ahead of all time."""
    for skew_s in (-200.0, 200.0, -scene.rng.uniform(3_600, 6 * 3_600)):
        scene.flow.burst(60, skew_s)
    scene.flow.spoil(future_only=3)


def forged_event(scene: Scene) -> None:
    """Write unsigned decisions straight to Kafka: for the tenant that is searched, and for one that is new."""
    tenant, ghost = scene.readers.tenant, f"ghost-{uuid4().hex[:8]}"
    before = scene.claims.serving_now()
    scene.readers.deliver([(LEARNING.name, key_of(event), encode(event)) for event in _forged(tenant, ghost)])
    scene.live(2.0)
    scene.readers.introduce(ghost)  # its first document: whoever believes the forged version begins from there
    scene.live(3.0)
    scene.claims.obeyed(before)


def _forged(tenant: str, ghost: str) -> list[Event]:
    now, unique = datetime.now(UTC), uuid4().hex[:8]
    run, model = f"run-{FORGED}-{unique}", f"{FORGED}-{unique}"
    trained = ModelTrained(
        event_id=uuid4().hex, tenant=tenant, occurred_at=now, run=run, model=model, parent="base", snapshot="none",
        comparison=WON,
    )  # fmt: skip
    approved = CutoverApproved(
        event_id=uuid4().hex, tenant=tenant, occurred_at=now, packet="f" * 64, by="ceo",
        collection=collection_name(tenant, model),
    )  # fmt: skip
    back = [
        RolledBack(
            event_id=uuid4().hex, tenant=name, occurred_at=now, model="ghost", previous_model="base",
            collection=collection_name(name, "ghost"), previous_collection=collection_name(name, "base"),
            serving_version=HUGE, by="ceo", reason="forged",
        )
        for name in (tenant, ghost)
    ]  # fmt: skip
    return [trained, approved, *back]
