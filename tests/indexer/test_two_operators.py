"""Where the rules ask for two operators: whose approvals count together, and that the trail alone says so."""

from datetime import timedelta

import pytest

from schemas.learning import CutoverApproved, CutoverRefused
from stores import keys
from stores.approvals import WAITS, approved_by
from stores.errors import Retryable
from tests.indexer.loop import Loop, approval, first, of, record
from tests.indexer.world import NOW, World

KEYS = dict[str, keys.Key]()


def told(world: World, event: CutoverApproved, name: str) -> CutoverApproved:
    """The approval, signed by an operator of the tenant's own, as the topic and the audit trail have it."""
    who = f"{name}-{world.tenant}"
    if who not in KEYS:
        KEYS[who] = keys.generate()
        world.signing.registry.add(who, KEYS[who].public, NOW)
    signed = world.signing.with_key(event.model_copy(update={"by": who}), who, KEYS[who])
    world.event("CutoverApproved", "", payload=signed.model_dump_json())
    return signed


def test_two_operators_have_to_approve_the_same_packet_where_the_rules_say_so(world: World) -> None:
    first(world)
    loop = Loop(world, approvals=2)
    loop.settle()
    packet, before = loop.ready(), record(world)
    loop.indexer.handle(told(world, approval(packet, "one"), "ana"))
    loop.indexer.handle(told(world, approval(packet, "again"), "ana"))
    assert record(world) == before, "one operator, however often"
    assert of(CutoverRefused, loop.sent) == [], "it is no refusal: the approval counts"
    assert loop.state(world.next) == "ready"
    assert world.serving.outcome(world.tenant, "one") == f"{WAITS}{packet.digest}:ana-{world.tenant}"
    assert approved_by(world.serving.outcomes(world.tenant), packet.digest) == [f"ana-{world.tenant}"]
    loop.indexer.handle(told(world, approval(packet, "two"), "ben"))
    assert (record(world).model, record(world).by) == (world.next, f"ben-{world.tenant}")


def test_an_approval_of_another_packet_or_by_a_key_that_is_revoked_does_not_count_as_the_other(world: World) -> None:
    first(world)
    loop = Loop(world, approvals=2)
    loop.settle()
    packet, before = loop.ready(), record(world)
    told(world, approval(packet, "other", packet="0" * 64), "ana")
    told(world, approval(packet, "revoked"), "eve")
    world.signing.registry.revoke(f"eve-{world.tenant}", NOW)
    forged = approval(packet, "forged", by="kim")
    world.event("CutoverApproved", "", payload=forged.model_dump_json())
    world.serving.record_outcome(world.tenant, "redis", f"{WAITS}{packet.digest}:lee")
    world.clock.ahead = timedelta(minutes=2)
    loop.indexer.handle(told(world, approval(packet, "ben"), "ben"))
    assert record(world) == before
    assert str(world.serving.outcome(world.tenant, "ben")).startswith(WAITS)


def test_an_approval_that_the_trail_is_still_to_show_is_waited_for(world: World) -> None:
    first(world)
    loop = Loop(world, approvals=2)
    loop.settle()
    packet = loop.ready()
    world.serving.record_outcome(world.tenant, "on-its-way", f"{WAITS}{packet.digest}:ana-{world.tenant}")
    second = told(world, approval(packet, "ben"), "ben")
    with pytest.raises(Retryable, match="the approval by ana"):
        loop.indexer.handle(second)
    told(world, approval(packet, "on-its-way"), "ana")
    loop.indexer.handle(second)
    assert record(world).model == world.next


def test_two_approvals_that_the_trail_shows_too_late_for_both_are_enough_in_the_end(world: World) -> None:
    first(world)
    loop = Loop(world, approvals=2)
    loop.settle()
    packet, before = loop.ready(), record(world)
    world.clock.ahead += timedelta(minutes=2)
    signed = list[CutoverApproved]()
    for name in ("ana", "ben"):
        who = f"{name}-{world.tenant}"
        KEYS[who] = keys.generate()
        world.signing.registry.add(who, KEYS[who].public, NOW)
        signed.append(world.signing.with_key(approval(packet, name).model_copy(update={"by": who}), who, KEYS[who]))
        loop.indexer.handle(signed[-1])
        loop.settle()
    assert record(world) == before
    assert len(approved_by(world.serving.outcomes(world.tenant), packet.digest)) == 2
    for event in signed:
        world.event("CutoverApproved", "", payload=event.model_dump_json())
    loop.settle()
    assert record(world).model == world.next
    assert approved_by(world.serving.outcomes(world.tenant), packet.digest) != []
    loop.settle()
    assert record(world).version == before.version + 1
