"""Tell Tidewheel what happens: documents that change, searches, clicks, citations, reactions.

`Client` (or `AsyncClient`) sends events to the gateway, or to Kafka with `KafkaTarget`. The standard library alone.
"""

from tidewheel_sdk.async_client import AsyncClient
from tidewheel_sdk.client import Client
from tidewheel_sdk.errors import Away, Closed, Full, Invalid, SdkError, Undelivered
from tidewheel_sdk.events import (
    EVENTS,
    CitationOpened,
    DocumentDeleted,
    DocumentOpened,
    DocumentRenamed,
    DocumentUpserted,
    Event,
    FromSearch,
    Impression,
    Link,
    OnAnswer,
    OnMessage,
    Reacted,
    Result,
    ResultsShown,
    SearchServed,
)
from tidewheel_sdk.http_target import HttpTarget
from tidewheel_sdk.kafka_target import KafkaTarget
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery, Report
from tidewheel_sdk.targets import Target, Verdict

__all__ = [
    "EVENTS",
    "AsyncClient",
    "Away",
    "CitationOpened",
    "Client",
    "Closed",
    "Delivery",
    "DocumentDeleted",
    "DocumentOpened",
    "DocumentRenamed",
    "DocumentUpserted",
    "Event",
    "FromSearch",
    "Full",
    "HttpTarget",
    "Impression",
    "Invalid",
    "KafkaTarget",
    "Link",
    "OnAnswer",
    "OnMessage",
    "Options",
    "Reacted",
    "Report",
    "Result",
    "ResultsShown",
    "SdkError",
    "SearchServed",
    "Target",
    "Undelivered",
    "Verdict",
]
