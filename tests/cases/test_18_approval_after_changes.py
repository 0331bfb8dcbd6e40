"""Documents change between the review of a packet and its approval."""

import re
from pathlib import Path

import pytest

from console.packet_view import print_packet
from schemas.packet import Packet
from tests.cases.house import House
from tests.console.running import CommandLine
from tests.indexer.loop import Loop, approval, record, refused, start_with

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def waiting(house: House) -> tuple[Loop, Packet]:
    """A shadow of twelve documents whose packet waits for a decision."""
    house.emit("documents.jsonl")
    start_with(house.world, house.world.live)
    loop = Loop(house.world)
    loop.settle()
    return loop, loop.ready()


def test_the_packet_says_which_changes_it_tolerates(
    waiting: tuple[Loop, Packet], capsys: pytest.CaptureFixture[str]
) -> None:
    """the packet says which changes it tolerates, in the README's words"""
    _, packet = waiting
    quoted = " ".join(line.removeprefix("> ") for line in README.read_text().splitlines() if line.startswith("> "))
    assert packet.tolerates in quoted
    print_packet(packet)
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert packet.tolerates in shown


def test_a_tolerated_change_leaves_the_approval_valid(house: House, waiting: tuple[Loop, Packet]) -> None:
    """changes that it tolerates are indexed, and the approval holds"""
    loop, packet = waiting
    house.emit("few-changes.jsonl")
    loop.settle()
    loop.indexer.handle(approval(packet))
    assert record(house.world).model == house.world.next
    assert {version for version, *_ in house.world.shown("guide/onboarding", house.world.next)} == {2}


def test_a_change_beyond_it_makes_the_approval_void(house: House, waiting: tuple[Loop, Packet]) -> None:
    """a change that it does not tolerate makes the approval void, and the refusal says so"""
    loop, packet = waiting
    house.emit("many-changes.jsonl")
    result = refused(loop, approval(packet))
    assert "changed" in result
    assert record(house.world).model == house.world.live


def test_a_second_approval_is_no_error(tidewheel: CommandLine, house: House, waiting: tuple[Loop, Packet]) -> None:
    """a second approve of the same hash: 'already live since ...', exit 0, also by the hash's beginning"""
    loop, packet = waiting
    loop.indexer.handle(approval(packet))
    for digest in (packet.digest, packet.digest[:12]):
        ended = tidewheel("approve", "--tenant", house.world.tenant, "--packet", digest)
        assert (ended.code, ended.err) == (0, "")
        assert re.match(r"Already live since \d{4}-\d\d-\d\d .* UTC: ", ended.out)
    assert record(house.world).version == 2
