"""Decisions that nobody took, each with the reason why it must not pass."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from operations import operators
from schemas.learning import CutoverApproved, CutoverRefused, Decision, RolledBack
from schemas.packet import Packet
from schemas.signature import Signature, signed_bytes
from stores import keys
from stores.settings import Settings
from stores.signing import Signing
from tests.indexer.loop import approval
from tests.indexer.world import OPERATOR


class Forger(NamedTuple):
    """What an attacker has: our operators' registered names, an installation of their own, another operator's key."""

    where: Settings
    ours: Signing
    theirs: Signing

    def unsigned(self, event: Decision) -> Decision:
        return event

    def of_another_installation(self, event: Decision) -> Decision:
        if isinstance(event, CutoverApproved | CutoverRefused | RolledBack):
            return self.theirs.as_operator(event, OPERATOR)
        return self.theirs.as_installation(event)

    def by_another_operator(self, event: Decision) -> Decision:
        operators.ensure(self.where, "mallory", datetime.now(UTC))
        return self._by(event, "mallory", "mallory")

    def by_another_operator_in_the_right_name(self, event: Decision) -> Decision:
        operators.ensure(self.where, "mallory", datetime.now(UTC))
        return self._by(event, "mallory", OPERATOR)

    def by_a_revoked_key(self, event: Decision) -> Decision:
        operators.ensure(self.where, "eve", datetime.now(UTC))
        named = event.model_copy(update={"by": "eve"}) if hasattr(event, "by") else event
        signed = self._by(named, "eve", "eve")
        operators.revoke(self.where, "eve", datetime.now(UTC))
        return signed

    def with_the_signature_of_another_event(self, event: Decision) -> Decision:
        other = event.model_copy(update={"event_id": "another"})
        by_operator = isinstance(event, CutoverApproved | CutoverRefused | RolledBack)
        signed = self.ours.as_operator(other, OPERATOR) if by_operator else self.ours.as_installation(other)
        return event.model_copy(update={"signature": signed.signature})

    def _by(self, event: Decision, owner: str, signer: str) -> Decision:
        key = keys.read(keys.operator_file(self.where, owner))
        plain = type(event).model_validate_json(event.model_dump_json(exclude={"signature"}))
        value = base64.b64encode(key.sign(signed_bytes(plain, signer, key.id))).decode()
        return plain.model_copy(update={"signature": Signature(signer=signer, key_id=key.id, value=value)})


WAYS: tuple[Callable[[Forger, Decision], Decision], ...] = (
    Forger.unsigned,
    Forger.of_another_installation,
    Forger.by_another_operator,
    Forger.by_another_operator_in_the_right_name,
    Forger.by_a_revoked_key,
    Forger.with_the_signature_of_another_event,
)


def refusal_of(packet: Packet) -> CutoverRefused:
    right = approval(packet)
    return CutoverRefused(
        event_id="refusal",
        tenant=right.tenant,
        occurred_at=right.occurred_at,
        packet=right.packet,
        collection=right.collection,
        by=OPERATOR,
        reason="not this one",
    )


def rollback_of(packet: Packet, version: int = 9) -> RolledBack:
    return RolledBack(
        event_id=f"back-{version}",
        tenant=packet.tenant,
        occurred_at=packet.created_at,
        model=packet.model,
        collection=packet.collection,
        previous_model=packet.live.model,
        previous_collection=packet.live.collection,
        serving_version=version,
        by=OPERATOR,
        reason="it says so here",
    )
