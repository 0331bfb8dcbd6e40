"""The app: which of Faust's settings it chooses, and which of them follow from the limits."""

from typing import Any

import pytest
from mode.supervisors import CrashingSupervisor
from yarl import URL

from streams.transport import BatchStream, Limits, build_app
from streams.transport.consumer import BatchConsumer, BatchTransport

pytestmark = pytest.mark.anyio
"""Faust asks for the running loop as soon as there is an app."""


@pytest.mark.parametrize(
    "bootstrap", ["one:9092,two:9093", "kafka://one:9092,kafka://two:9093", "kafka://one:9092,two:9093"]
)
async def test_brokers_are_named_with_or_without_their_scheme(bootstrap: str) -> None:
    assert build_app("g", bootstrap).conf.broker == [URL("kafka://one:9092"), URL("kafka://two:9093")]


async def test_the_broker_s_times_are_those_of_the_limits() -> None:
    limits = Limits(
        commit_interval_s=0.7,
        session_timeout_s=12.0,
        rebalance_timeout_s=45.0,
        request_timeout_s=9.0,
        metadata_max_age_s=2.5,
    )
    app = build_app("g", "b:1", limits)
    conf: Any = app.conf
    assert app.limits is limits
    assert conf.broker_commit_interval == 0.7
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (12.0, 3.0)
    assert (conf.broker_rebalance_timeout, conf.broker_request_timeout) == (45.0, 9.0)
    assert conf.consumer_metadata_max_age_ms == 2_500


async def test_an_agent_that_raises_ends_the_worker_and_nothing_is_served_or_stored() -> None:
    conf: Any = build_app("g", "b:1").conf
    assert conf.agent_supervisor is CrashingSupervisor
    assert conf.Stream is BatchStream
    assert (conf.web_enabled, conf.topic_allow_declare, conf.stream_wait_empty) == (False, False, False)
    assert conf.consumer_auto_offset_reset == "earliest"


async def test_the_caller_s_settings_come_before_what_is_chosen_here() -> None:
    conf: Any = build_app("g", "b:1", consumer_auto_offset_reset="latest", broker_max_poll_interval=1.0).conf
    assert (conf.consumer_auto_offset_reset, conf.broker_max_poll_interval) == ("latest", 1.0)


async def test_the_app_reads_by_batches_and_keys_and_values_stay_bytes() -> None:
    app = build_app("g", "b:1")
    assert isinstance(app.transport, BatchTransport)
    assert app.transport.Consumer is BatchConsumer
    topic: Any = app.batched("clicks", "searches")
    assert list(topic.topics) == ["clicks", "searches"]
    assert (topic.key_serializer, topic.value_serializer, topic.internal) == ("raw", "raw", False)
