"""The client for asyncio: awaited reports, many at once, and an end that delivers."""

import asyncio
from pathlib import Path

import pytest

from tests.tidewheel_sdk.targets import QUICK, WAIT_S, Scripted, opened
from tidewheel_sdk.async_client import AsyncClient
from tidewheel_sdk.errors import Undelivered
from tidewheel_sdk.options import Options


def test_reports_are_awaited() -> None:
    target = Scripted()

    async def work() -> list[str]:
        async with AsyncClient(target, options=QUICK) as client:
            deliveries = [client.send(opened(str(number))) for number in range(20)]
            reports = await asyncio.gather(*deliveries, *client.send_all([opened("last")]))
            client.suppress("acme", "ben")
            refused = await client.send(opened("x", user="ben"))
            assert (refused.status, client.counts["suppressed"]) == ("refused", 1)
            return [report.status for report in reports]

    assert asyncio.run(work()) == ["accepted"] * 21
    assert target.ids == [*map(str, range(20)), "last"]


def test_the_loop_goes_on_while_the_target_is_away(tmp_path: Path) -> None:
    target = Scripted(up=False)

    async def work() -> None:
        async with AsyncClient(target, spill=tmp_path, options=QUICK) as client:
            report = await client.send(opened())
            assert (report.status, client.waiting, client.problem) == ("spilled", 1, "nobody is there")
            target.up = True
            assert await client.flush(WAIT_S)

    asyncio.run(work())
    assert target.ids == ["e1"]


def test_what_is_dropped_is_an_error_at_the_end() -> None:
    async def work() -> None:
        async with AsyncClient(Scripted(up=False), options=Options(close_within_s=0.0)) as client:
            client.send(opened())

    with pytest.raises(Undelivered):
        asyncio.run(work())
