"""Bodies: whole and unpacked, within their bounds, and bombs that do not go off."""

import asyncio
import gzip
import os
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import pytest

from gateway.answers import Answered
from gateway.bodies import Bodies, Held, Share, inflated
from gateway.config import BodyRules

MIB = 2**20


async def chunks(*given: bytes, slow: bool = False) -> AsyncIterator[bytes]:
    for chunk in given:
        if slow:
            await asyncio.sleep(30)
        yield chunk


def read(*given: bytes, encoding: str = "", slow: bool = False, **rules: float) -> bytes:
    bodies = Bodies(BodyRules.model_validate({"sent_mib": 1, "inflated_mib": 2, **rules}))

    async def whole() -> bytes:
        async with bodies.whole("k", chunks(*given, slow=slow), encoding) as found:
            assert bodies._held.bytes == len(found), "until it is answered"
            return found

    try:
        return asyncio.run(whole())
    finally:
        assert bodies._held.bytes == 0


def status(*given: bytes, encoding: str = "", slow: bool = False, **rules: float) -> int:
    with pytest.raises(Answered) as refused:
        read(*given, encoding=encoding, slow=slow, **rules)
    return refused.value.problem.status


def test_a_body_is_what_its_chunks_are() -> None:
    assert read(b"ab", b"", b"c") == b"abc"
    assert read() == b""


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip "])
def test_gzip_is_unpacked_in_one_member_or_several(encoding: str) -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two")
    assert read(packed[:7], packed[7:], encoding=encoding) == b"onetwo"


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    came = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal came
        while True:
            came += 1
            yield b"x" * 65_536

    async def whole() -> None:
        async with Bodies(BodyRules(sent_mib=1)).whole("k", endless(), ""):
            raise AssertionError

    with pytest.raises(Answered) as refused:
        asyncio.run(whole())
    assert (refused.value.problem.status, came) == (413, 17)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(200 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(Answered, match="once it is unpacked"):
            inflated(bomb, 2 * MIB)
        assert tracemalloc.get_traced_memory()[1] < 10 * MIB
    finally:
        tracemalloc.stop()


def test_many_small_members_are_one_large_body() -> None:
    assert status(gzip.compress(bytes(MIB)) * 3, encoding="gzip") == 413
    assert len(inflated(gzip.compress(bytes(MIB)) * 2, 2 * MIB)) == 2 * MIB


def test_a_bomb_within_a_bomb_is_unpacked_once() -> None:
    inner = gzip.compress(b"x" * 100)
    assert read(gzip.compress(inner), encoding="gzip") == inner


@pytest.mark.parametrize(
    "packed",
    [b"nonsense", gzip.compress(b"abc", mtime=0)[:-4], zlib.compress(b"abc"), b"\x1f\x8b"],
    ids=["nonsense", "cut", "zlib", "magic"],
)
def test_damaged_gzip_is_said_to_be(packed: bytes) -> None:
    assert status(packed, encoding="gzip") == 400


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "identity, gzip"])
def test_other_codings_are_not_read(encoding: str) -> None:
    assert status(b"", encoding=encoding) == 415


def test_a_slow_body_is_ended() -> None:
    assert status(b"x", slow=True, within_s=0.01) == 408


def test_bodies_of_all_requests_are_bounded_together() -> None:
    held = Held(10, 8)
    held.take("a", 8)
    with pytest.raises(Answered) as refused:
        held.take("b", 3)
    assert (refused.value.problem.status, refused.value.retry_after_s) == (503, 1)
    held.give("a", 8)
    held.take("b", 8)
    held.take("c", 2)


def test_one_key_takes_its_own_share_and_leaves_the_others_theirs() -> None:
    held = Held(10, 5)
    held.take("a", 5)
    with pytest.raises(Answered) as refused:
        held.take("a", 1)
    assert (refused.value.problem.status, refused.value.retry_after_s, refused.value.unread) == (429, 1, True)
    held.take("b", 5)
    held.give("a", 5)
    held.take("a", 5)
    for key in ("a", "b"):
        held.give(key, 5)
    assert (held.bytes, held._by_key) == (0, {}), "nothing is kept of keys that hold nothing"


def test_a_key_that_sends_hundreds_of_small_packed_bodies_shuts_nobody_out() -> None:
    """Each of a kilobyte becomes one of a MiB: three hundred would fill all that is held."""
    bodies, packed = Bodies(BodyRules()), gzip.compress(bytes(MIB - 1))
    answered, release = list[int](), asyncio.Event()

    async def greedy() -> None:
        try:
            async with bodies.whole("greedy", chunks(packed), "gzip"):
                answered.append(202)
                await release.wait()
        except Answered as refused:
            answered.append(refused.problem.status)

    async def story() -> bytes:
        others = [asyncio.create_task(greedy()) for _ in range(300)]
        while len(answered) < 300:
            await asyncio.sleep(0.01)
        async with bodies.whole("another", chunks(gzip.compress(b"an event" * 100_000)), "gzip") as found:
            release.set()
        await asyncio.gather(*others)
        return found

    assert asyncio.run(story()) == b"an event" * 100_000
    assert {*answered} == {202, 429}
    assert 100 <= answered.count(202) <= 128, "half of 256 MiB"


def test_one_largest_body_is_taken_by_the_least_rules_that_are_allowed() -> None:
    text = os.urandom(600_000) + bytes(MIB - 600_000)
    assert read(gzip.compress(text), encoding="gzip", inflated_mib=1, held_mib=2, key_share=1.0) == text


def test_what_is_unpacked_counts_too_until_all_have_been_answered() -> None:
    """Small bodies that become large ones: forty of a kilobyte each would hold forty MiB."""
    bodies, packed = (
        Bodies(BodyRules(sent_mib=1, inflated_mib=1, held_mib=4, key_share=1.0)),
        gzip.compress(bytes(MIB - 1)),
    )
    answered, most = list[int](), 0

    async def one() -> None:
        nonlocal most
        try:
            async with bodies.whole("k", chunks(packed), "gzip"):
                most = max(most, bodies._held.bytes)
                await asyncio.sleep(0.05)
                answered.append(202)
        except Answered as refused:
            answered.append(refused.problem.status)

    async def all_at_once() -> None:
        await asyncio.gather(*(one() for _ in range(40)))

    asyncio.run(all_at_once())
    assert {*answered} == {202, 429}
    assert (answered.count(202) >= 3, most <= 4 * MIB, bodies._held.bytes) == (True, True, 0)


def test_a_thread_that_still_unpacks_what_was_given_up_holds_nothing() -> None:
    held = Held(10, 10)
    share = Share(held, "k")
    share.take(4)
    share.end()
    with pytest.raises(Answered, match="has ended"):
        share.take(4)
    assert held.bytes == 0


def test_what_would_become_a_hundred_times_as_large_is_no_body_of_events() -> None:
    assert status(gzip.compress(bytes(4 * MIB)), encoding="gzip", inflated_mib=32) == 413
    events = b"".join(b'{"event_id": "%d", "kind": "opened"}' % n for n in range(50_000))
    assert read(gzip.compress(events), encoding="gzip", inflated_mib=32) == events


def test_many_empty_members_are_refused_at_once() -> None:
    packed = gzip.compress(b"", mtime=0) * 50_000
    begun = time.process_time()
    with pytest.raises(Answered, match="members"):
        inflated(packed, 2 * MIB)
    assert time.process_time() - begun < 1.0
    assert inflated(gzip.compress(b"ab", mtime=0) * 900 + bytes(20_000), 2 * MIB) == b"ab" * 900


def test_a_member_may_end_anywhere() -> None:
    text = os.urandom(30_000)
    for more in range(40):
        packed = gzip.compress(text[: 8_000 + more], mtime=0) + bytes(more) + gzip.compress(text, mtime=0)
        assert inflated(packed, 2 * MIB) == text[: 8_000 + more] + text


def test_a_route_may_have_a_smaller_bound() -> None:
    bodies = Bodies(BodyRules(sent_mib=1, inflated_mib=2))

    def read_small(*given: bytes, encoding: str = "") -> bytes:
        async def whole() -> bytes:
            async with bodies.whole("k", chunks(*given), encoding, 100) as found:
                return found

        return asyncio.run(whole())

    assert read_small(b"x" * 100) == read_small(gzip.compress(b"x" * 100), encoding="gzip") == b"x" * 100
    for given, encoding in ((b"x" * 101, ""), (gzip.compress(b"x" * 101), "gzip"), (gzip.compress(os.urandom(99)), "")):
        with pytest.raises(Answered, match="100 bytes"):
            read_small(given, encoding=encoding)
