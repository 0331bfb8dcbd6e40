"""What an operator's commands do on a running stack. ClickHouse is away for all of them: they may not need it."""

import json
import time
from collections.abc import Callable

import pytest

from schemas.learning import CutoverApproved, CutoverDone, CutoverRefused, RolledBack, TrainingRequested
from schemas.packet import Packet
from stores.settings import Settings
from tests.console.running import CommandLine, indexing, sent
from tests.indexer.loop import Loop, first, of, record
from tests.indexer.world import World


@pytest.fixture(autouse=True)
def no_warehouse(tidewheel: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' ClickHouse is away; the indexer has its own connection."""
    monkeypatch.setenv("TIDEWHEEL_CLICKHOUSE_URL", "http://127.0.0.1:1/")


@pytest.fixture
def shadow(world: World) -> tuple[Loop, Packet]:
    """A tenant with a shadow that waits for a decision."""
    loop = first(world)
    loop.settle()
    return loop, loop.ready()


def test_a_packet_is_shown_approved_rolled_back_and_forward_again(
    tidewheel: CommandLine, stack: Settings, world: World, shadow: tuple[Loop, Packet]
) -> None:
    loop, packet = shadow
    who = ("--tenant", world.tenant)
    shown = tidewheel("packet", *who)
    assert (shown.code, shown.out.count(packet.digest), shown.out.count(packet.digest[:12])) == (0, 1, 3)
    said = " ".join(shown.out.split())
    for part in (
        "WIN on 50 held-out queries",
        f"{world.next} in {packet.collection}",
        "0 are not as they must be",
        "topic 1",
    ):
        assert part in said
    plain = json.loads(tidewheel("packet", *who, "--json").out)
    assert plain["packet"] == packet.digest
    assert Packet.model_validate(plain["content"]).digest == packet.digest

    wrong = tidewheel("approve", *who, "--packet", "0" * 64)
    assert (wrong.code, record(world).model) == (3, world.live)
    assert f"the packet that waits is {packet.digest}" in wrong.err

    nobody = tidewheel("approve", *who, "--packet", packet.digest, "--by", "ceo")
    assert (nobody.code, record(world).model) == (2, world.live)
    assert "the operator 'ceo' has no key in this home" in nobody.err

    lonely = tidewheel("approve", *who, "--packet", packet.digest, "--wait", "0.3")
    assert (lonely.code, record(world).model) == (4, world.live)
    assert "is approved but not live after 0 s; is the indexer up?" in lonely.err
    world.serving.record_outcome(world.tenant, sent(stack, world.tenant)[0].event_id, "nobody was there")

    with indexing(stack, loop):
        live = tidewheel("approve", *who, "--packet", packet.digest, "--by", "ana", "--wait", "120")
        assert (live.code, live.out) == (0, f"Live: {world.next} in {packet.collection} (version 2).\n")
        assert (record(world).collection, record(world).by, record(world).version) == (packet.collection, "ana", 2)
        again = tidewheel("approve", *who, "--packet", packet.digest)
        assert (again.code, again.out.startswith("Already live since ")) == (0, True)
    _, approval = sent(stack, world.tenant, least=2)
    assert isinstance(approval, CutoverApproved)
    assert (approval.packet, approval.collection, approval.by) == (packet.digest, packet.collection, "ana")

    back = tidewheel("rollback", *who, "--by", "ben", "--reason", "complaints")
    assert back.out.startswith(f"Live: {world.live} in {world.target().collection} (version 3), moved in 0.")
    assert (record(world).model, record(world).by) == (world.live, "ben")
    assert tidewheel("rollback", *who).out.startswith(f"Live: {world.next} in")
    assert record(world).version == 4
    moves = [type(event) for event in loop.settle()]
    assert moves == [RolledBack, RolledBack], "the indexer publishes both to the audit trail"
    assert len(of(CutoverDone, loop.sent)) == 1


@pytest.mark.thorough
def test_an_approval_that_the_indexer_refuses_ends_with_its_reason_and_a_refusal_drops_the_shadow(
    tidewheel: CommandLine, stack: Settings, world: World, shadow: tuple[Loop, Packet]
) -> None:
    loop, packet = shadow
    text = packet.canonical().replace('"run_verdict":"WIN"', '"run_verdict":"WON"')
    world.serving._client.hset(f"packets:{world.tenant}", packet.digest, text)
    assert tidewheel("packet", "--tenant", world.tenant).code == 3
    with indexing(stack, loop):
        began = time.monotonic()
        result = tidewheel("approve", "--tenant", world.tenant, "--packet", packet.digest, "--wait", "120")
        assert time.monotonic() - began < 120
    assert (result.code, record(world).model) == (3, world.live)
    assert "the cutover was refused: the kept packet" in result.err
    packet = loop.packet()
    assert packet.run_verdict == "WIN", "a new one is made by itself"

    arguments = ("refuse", "--tenant", world.tenant, "--by", "ana", "--reason", "loses the travel pages", "--packet")
    assert tidewheel(*arguments, "0" * 64).code == 3
    result = tidewheel(*arguments, packet.digest)
    assert (result.code, result.out) == (0, f"Refused. {packet.collection} will be dropped.\n")
    _, refusal = sent(stack, world.tenant, least=2)
    assert isinstance(refusal, CutoverRefused)
    assert (refusal.packet, refusal.by, refusal.reason) == (packet.digest, "ana", "loses the travel pages")
    loop.indexer.handle(refusal)
    loop.settle()
    assert (loop.state(world.next), world.vectors.exists(packet.collection)) == ("retired", False)
    assert tidewheel(*arguments, packet.digest).code == 3


@pytest.mark.parametrize("base", [False, True])
def test_retrain_asks_on_the_topic(tidewheel: CommandLine, stack: Settings, tenant: str, base: bool) -> None:
    result = tidewheel("retrain", "--tenant", tenant, "--by", "ana", "--reason", "names", *["--from-base"] * base)
    (request,) = sent(stack, tenant)
    assert isinstance(request, TrainingRequested)
    assert (request.requested_by, request.reason) == ("ana", "names")
    assert request.start_from == ("base" if base else "live")
    assert result.out.startswith(f"{request.run} requested;")


@pytest.mark.parametrize("command", ["packet", "approve", "refuse", "rollback"])
def test_where_nothing_waits_or_is_live_a_decision_is_refused(
    tidewheel: CommandLine, tenant: str, command: str
) -> None:
    needed: dict[str, Callable[[], list[str]]] = {
        "approve": lambda: ["--packet", "0" * 64],
        "refuse": lambda: ["--packet", "0" * 64, "--reason", "no"],
    }
    result = tidewheel(command, "--tenant", tenant, *needed.get(command, list)())
    assert result.code == 3
    assert "no packet of" in result.err or "nothing to roll back" in result.err
