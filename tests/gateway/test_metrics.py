"""What Prometheus reads: counts that add up, buckets that hold those below, and no label of anybody's."""

from gateway.metrics import BUCKETS_S, Metrics


def test_counts_add_up() -> None:
    metrics = Metrics()
    metrics.count("events", "accepted", by=3)
    metrics.count("events", "accepted")
    metrics.count("ubi", "events", "ignored")
    text = metrics.text(7)
    assert 'tidewheel_gateway_events_total{verdict="accepted"} 4\n' in text
    assert 'tidewheel_gateway_ubi_total{kind="events",verdict="ignored"} 1\n' in text
    assert "tidewheel_gateway_waiting 7\n" in text
    assert text.count("# TYPE tidewheel_gateway_events_total counter") == 1


def test_a_bucket_holds_what_is_below_it() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.02, 99.0):
        metrics.took("/v1/events", 202, seconds)
    text = metrics.text(0)
    assert f'_bucket{{path="/v1/events",le="{BUCKETS_S[0]:g}"}} 1\n' in text
    assert '_bucket{path="/v1/events",le="10"} 2\n' in text
    assert '_bucket{path="/v1/events",le="+Inf"} 3\n' in text
    assert 'tidewheel_gateway_seconds_count{path="/v1/events"} 3\n' in text
    assert 'tidewheel_gateway_seconds_sum{path="/v1/events"} 99.021000\n' in text
    assert 'tidewheel_gateway_requests_total{path="/v1/events",status="202"} 3\n' in text
