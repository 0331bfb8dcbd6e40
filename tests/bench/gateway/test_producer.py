"""The program that the gateway's benchmark kills sends what the other clients send."""

import orjson

from bench.gateway.producer import TENANT, event
from bench.gateway.senders import click
from tidewheel_sdk.wire import item


def test_the_sdk_s_event_is_that_of_the_other_clients() -> None:
    sent = orjson.loads(item(event("r", 7)).body)
    assert {**sent, "occurred_at": ""} == {**click(TENANT, "r", 7), "occurred_at": "", "schema_version": 1}
