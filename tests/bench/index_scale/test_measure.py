from typing import Any

from bench.index_scale.measure import growth


def size(documents: int, cost: float) -> dict[str, Any]:
    return {"documents": documents} | {what: {"cpu_ms": cost} for what in ("change", "idle_minute", "slice")}


def test_growth_counts_from_ten_thousand_documents() -> None:
    sizes = [size(1_000_000, 30.0), size(1_000, 1.0), size(10_000, 20.0)]
    grown = {"change": 1.5, "idle_minute": 1.5, "slice": 1.5}
    assert growth(sizes) == {"from": 10_000, "to": 1_000_000, **grown}
    assert growth([size(1_000, 1.0), size(2_000, 2.0)]) == {"from": 1_000, "to": 2_000} | dict.fromkeys(grown, 2.0)
