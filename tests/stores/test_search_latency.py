from stores import redis_client
from stores.search_latency import LASTS_S, Latency, SearchLatency
from stores.settings import Settings


def test_a_reading_holds_for_some_seconds(stack: Settings) -> None:
    client, latency = redis_client.connect(stack), SearchLatency.connect(stack)
    client.delete("search:latency")
    assert latency.get() is None
    latency.put(Latency(p95_ms=31.5, idle_ms=20))
    assert latency.get() == Latency(p95_ms=31.5, idle_ms=20)
    assert 0 < int(str(client.ttl("search:latency"))) <= LASTS_S
    client.delete("search:latency")
