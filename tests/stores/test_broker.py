"""What a broker's error asks of the caller, and what the table of topics asks of the broker."""

import pytest
from confluent_kafka import KafkaError

from schemas.topics import CLICKS, DOCUMENTS, MAX_EVENT_BYTES
from stores.broker import MAX_MESSAGE_BYTES, quiet, topic_settings, translated
from stores.errors import Misconfigured, Poison, Retryable, TidewheelError


@pytest.mark.parametrize(
    ("code", "kind", "next_step"),
    [
        (KafkaError.MSG_SIZE_TOO_LARGE, Poison, "takes no event this large"),
        (KafkaError.RECORD_LIST_TOO_LARGE, Poison, "takes no event this large"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, Misconfigured, "`tidewheel up` creates"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, Misconfigured, "check the kafka settings"),
        (KafkaError.SASL_AUTHENTICATION_FAILED, Misconfigured, "check the kafka settings"),
        (KafkaError.ILLEGAL_GENERATION, Retryable, "comes again"),
        (KafkaError.REBALANCE_IN_PROGRESS, Retryable, "comes again"),
        (KafkaError._TRANSPORT, Retryable, "`tidewheel up` starts it"),
        (KafkaError.BROKER_NOT_AVAILABLE, Retryable, "`tidewheel up` starts it"),
    ],
)
def test_an_error_is_sorted_by_what_the_caller_should_do(code: int, kind: type[TidewheelError], next_step: str) -> None:
    error = translated(KafkaError(code), "host:1")
    assert type(error) is kind
    assert next_step in str(error)


def test_a_topic_is_kept_by_key_or_by_age_and_takes_more_than_an_event_may_have() -> None:
    assert topic_settings(DOCUMENTS)["cleanup.policy"] == "compact"
    assert "retention.ms" not in topic_settings(DOCUMENTS)
    assert topic_settings(CLICKS)["retention.ms"] == str(CLICKS.retention_ms)
    assert "cleanup.policy" not in topic_settings(CLICKS)
    assert MAX_EVENT_BYTES < MAX_MESSAGE_BYTES == int(topic_settings(CLICKS)["max.message.bytes"])


def test_a_client_is_quiet_and_takes_settings_of_its_own() -> None:
    settings = quiet("host:1", **{"group.id": "g"})
    assert (settings["bootstrap.servers"], settings["log_level"], settings["group.id"]) == ("host:1", 0, "g")
