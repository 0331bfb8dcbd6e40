"""A delivery has one first report, which threads and coroutines can wait for."""

import asyncio

import pytest

from tidewheel_sdk.reports import Delivery, Report

ACCEPTED, SPILLED = Report("e", "accepted"), Report("e", "spilled")


def test_the_first_report_counts() -> None:
    delivery = Delivery()
    assert not delivery.done
    with pytest.raises(TimeoutError):
        delivery.result(0.001)
    delivery.tell(SPILLED)
    delivery.tell(ACCEPTED)
    assert (delivery.done, delivery.result()) == (True, SPILLED)


def test_whoever_stops_waiting_takes_nothing_back() -> None:
    delivery = Delivery()

    async def impatient() -> Report:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(_of(delivery), 0.001)
        delivery.tell(ACCEPTED)
        return await delivery

    assert asyncio.run(impatient()) == ACCEPTED


async def _of(delivery: Delivery) -> Report:
    return await delivery
