"""A Faust app set up for batches."""

from typing import Any

import faust
from faust.types import TopicT, TransportT
from mode.supervisors import CrashingSupervisor

from streams.transport.batch import BatchStream
from streams.transport.consumer import BatchTransport
from streams.transport.limits import Limits


class BatchApp(faust.App):
    """A Faust app whose topics arrive in batches and whose agents crash the worker when they raise."""

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:  # noqa: ANN401  # Faust's own signature
        self.limits = limits
        super().__init__(*args, **kwargs)

    def _new_transport(self) -> TransportT:
        return BatchTransport(self.conf.broker_consumer, self)

    def batched(self, *topics: str) -> TopicT:
        """Return the channel of one or more existing topics, for `app.agent(...)`."""
        return self.topic(*topics, key_serializer="raw", value_serializer="raw", internal=False)


def build_app(group: str, bootstrap: str, limits: Limits | None = None, **settings: Any) -> BatchApp:  # noqa: ANN401
    """Return an app of the consumer group `group`; `bootstrap` is `host:port[,host:port]`, with or without kafka://.

    `settings` are Faust's own and override what is chosen here. Several apps may live in one process.
    """
    limits = limits or Limits()
    brokers = [b if "://" in b else f"kafka://{b}" for b in bootstrap.split(",")]
    chosen: dict[str, Any] = {
        "broker": brokers,
        "Stream": BatchStream,
        "agent_supervisor": CrashingSupervisor,  # a restarted agent would go on behind the batch that failed
        "broker_commit_interval": limits.commit_interval_s,
        "broker_session_timeout": limits.session_timeout_s,
        "broker_heartbeat_interval": limits.session_timeout_s / 4,
        "broker_rebalance_timeout": limits.rebalance_timeout_s,
        "broker_request_timeout": limits.request_timeout_s,
        "consumer_auto_offset_reset": "earliest",
        "consumer_metadata_max_age_ms": int(limits.metadata_max_age_s * 1_000),
        "stream_wait_empty": False,  # waits without bound; `BatchConsumer.quiesce` does it with one
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,  # serves tables and pickles to anyone
        "store": "memory://",
        "datadir": "/nonexistent",  # nothing is ever stored there
    }
    return BatchApp(group, limits=limits, **(chosen | settings))
