"""An operator's decisions by what Redis says; the topic is a list."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations import decisions
from operations.decisions import Waiting
from schemas.envelope import Event
from schemas.learning import CutoverApproved
from schemas.packet import Packet
from stores.approvals import WAITS, approved_by
from stores.errors import Misconfigured, Refused, Retryable
from stores.serving import DONE, Collection, Serving, ServingRecord
from stores.settings import Settings
from tests.schemas.packets import NOW, packet
from tests.stores.keyed import installation, unsigned


@pytest.fixture
def serving(stack: Settings) -> Iterator[Serving]:
    connected = Serving.connect(stack)
    yield connected
    connected.close()


def ready(serving: Serving, tenant: str, model: str = "m", state: str = "ready") -> Packet:
    """A shadow in this state, with its packet."""
    made = packet(tenant=tenant, model=model, collection=f"C_{model}")
    serving.save_packet(made)
    about = Collection(tenant=tenant, model=model, collection=made.collection, created_at=NOW, packet=made.digest)
    serving.register(about, state)
    return made


def approved(serving: Serving, made: Packet) -> CutoverApproved:
    return decisions.approve(serving, lambda event: None, unsigned, made.tenant, made.digest, "op", NOW)


def live(serving: Serving, made: Packet, digest: str | None) -> ServingRecord:
    """Make the packet's model live, as the indexer does."""
    record = ServingRecord(
        tenant=made.tenant, model=made.model, collection=made.collection, version=1, packet=digest, moved_at=NOW
    )
    serving.move(record, {})
    return record


def test_what_waits_is_the_ready_shadow_and_its_packet(serving: Serving, tenant: str) -> None:
    ready(serving, tenant, "old", "retired")
    ready(serving, tenant, "next", "building")
    with pytest.raises(Refused, match=r"waits for a decision \(C_next is building\); `tidewheel runs`"):
        decisions.waiting(serving, tenant)
    made = ready(serving, tenant)
    assert decisions.waiting(serving, tenant) == Waiting("C_m", made.digest)
    assert decisions.waiting_packet(serving, tenant).digest == made.digest


def test_only_the_packet_that_waits_can_be_decided_on(serving: Serving, tenant: str) -> None:
    made, sent = ready(serving, tenant), list[Event]()
    for digest in ("0" * 64, ready(serving, tenant, "old", "verifying").digest):
        with pytest.raises(Refused, match=f"the packet that waits is {made.digest}"):
            decisions.approve(serving, sent.append, unsigned, tenant, digest, "op", NOW)
        with pytest.raises(Refused, match=f"the packet that waits is {made.digest}"):
            decisions.refuse(serving, sent.append, unsigned, tenant, digest, "op", "no", NOW)
    assert sent == []
    approval = decisions.approve(serving, sent.append, unsigned, tenant, made.digest, "op", NOW)
    refusal = decisions.refuse(serving, sent.append, unsigned, tenant, made.digest, "op", "no", NOW)
    assert sent == [approval, refusal]
    assert (approval.packet, approval.collection, approval.by) == (made.digest, "C_m", "op")
    assert (refusal.packet, refusal.collection, refusal.reason) == (made.digest, "C_m", "no")
    assert approval.event_id != approved(serving, made).event_id


def test_a_decision_that_the_broker_did_not_take_is_an_error(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)

    def away(event: Event) -> None:
        raise Retryable("no broker")

    with pytest.raises(Retryable, match="no broker"):
        decisions.approve(serving, away, unsigned, tenant, made.digest, "op", NOW)


def test_a_cutover_is_seen_while_it_is_waited_for(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    approval = approved(serving, made)
    threading.Timer(0.3, lambda: live(serving, made, made.digest)).start()
    record = decisions.wait_for_cutover(serving, approval, 10.0)
    assert (record.model, record.packet) == ("m", made.digest)


def test_a_cutover_that_was_rolled_back_at_once_is_still_told_as_done(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    approval = approved(serving, made)
    record = live(serving, made, None)
    serving.record_outcome(tenant, approval.event_id, DONE)
    assert decisions.wait_for_cutover(serving, approval, 0.0) == record


def test_a_refused_cutover_ends_the_wait_with_the_reason(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    live(serving, packet(tenant=tenant, model="old", collection="C_old"), "another")
    first, second = approved(serving, made), approved(serving, made)
    serving.record_outcome(tenant, first.event_id, "the proof grew old")
    began = time.monotonic()
    with pytest.raises(Refused, match="the cutover was refused: the proof grew old"):
        decisions.wait_for_cutover(serving, first, 60.0)
    assert time.monotonic() - began < 30
    with pytest.raises(Retryable, match="not live after 0 s; is the indexer up"):
        decisions.wait_for_cutover(serving, second, 0.0)


def test_an_approval_that_waits_for_another_says_so_and_is_not_refused(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    live(serving, packet(tenant=tenant, model="old", collection="C_old"), "another")
    approval = approved(serving, made)
    serving.record_outcome(tenant, approval.event_id, f"{WAITS}{made.digest}:op")
    with pytest.raises(Retryable, match="your approval counts and nothing has moved"):
        decisions.wait_for_cutover(serving, approval, 60.0)
    assert approved_by(serving.outcomes(tenant), made.digest) == ["op"]
    assert approved_by(serving.outcomes(tenant), "0" * 64) == []


def test_a_training_has_a_name_of_its_own(tenant: str) -> None:
    sent, now = list[Event](), datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
    first, second = (
        decisions.request_training(sent.append, unsigned, tenant, "op", "why", "base", now) for _ in range(2)
    )
    assert sent == [first, second]
    assert first.run.startswith("run-20260501093000-")
    assert first.run != second.run
    assert (first.requested_by, first.reason, first.start_from) == ("op", "why", "base")


def test_a_decision_is_signed_by_the_operator_who_takes_it(serving: Serving, tenant: str, tmp_path: Path) -> None:
    made, sent, keys = ready(serving, tenant), list[Event](), installation(tmp_path, "op", "kim")
    decisions.approve(serving, sent.append, keys.as_operator, tenant, made.digest, "op", NOW)
    decisions.refuse(serving, sent.append, keys.as_operator, tenant, made.digest, "kim", "no", NOW)
    decisions.request_training(sent.append, keys.as_operator, tenant, "kim", "why", "base", NOW)
    assert [keys.objection(event) for event in sent] == [None] * 3
    with pytest.raises(Misconfigured, match="'eve' has no key"):
        decisions.approve(serving, sent.append, keys.as_operator, tenant, made.digest, "eve", NOW)
    assert len(sent) == 3


def test_the_beginning_of_a_hash_is_enough_where_it_is_one_packets(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    ready(serving, tenant, "old", "retired")
    assert decisions.whole_digest(serving, tenant, made.digest[:6]) == made.digest
    assert decisions.whole_digest(serving, tenant, made.digest) == made.digest
    assert decisions.whole_digest(serving, tenant, "0" * 6) == "0" * 6
    other = made.digest[:6] + "f" * 58
    live(serving, packet(tenant=tenant, model="m2", collection="C_m2"), other)
    assert decisions.whole_digest(serving, tenant, other[:12]) == other
    with pytest.raises(Refused, match=f"begins the hash of 2 packets: .*{made.digest}.*; give more of it"):
        decisions.whole_digest(serving, tenant, made.digest[:6])


def test_a_packet_that_went_live_is_told_from_others(serving: Serving, tenant: str) -> None:
    made = ready(serving, tenant)
    assert decisions.already_live(serving, tenant, made.digest) is None
    record = live(serving, made, made.digest)
    assert decisions.already_live(serving, tenant, made.digest) == record
    assert decisions.already_live(serving, tenant, "0" * 64) is None
