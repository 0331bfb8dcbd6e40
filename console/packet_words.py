"""What a packet found, in sentences for whoever is in charge of a search. Pure.

The page Cutover and `tidewheel packet` say it alike.
"""

from schemas.learning import Proof
from schemas.packet import Latency, ShadowTest


def proof(found: Proof) -> str:
    """Return what reading the new index back has shown."""
    sampled = "A sample of them" if found.sampled is None else f"{found.sampled:,} of them, drawn by {found.seed},"
    return (
        f"{found.documents:,} documents in {found.passages:,} passages were read back one by one: "
        f"{found.mismatches:,} are not as they must be, {found.repaired:,} were mended before. {sampled} came out at "
        f"least {found.parity_min_cosine:.4f} alike when made anew (1 is the same). A search finds "
        f"{_share(found.recall_at_10)} of the ten nearest passages."
    )


def real_queries(test: ShadowTest) -> str:
    """Return what people's newest queries have shown."""
    if not test.queries:
        return "Nobody has searched yet: none were compared."
    said = (
        f"{test.queries:,} of people's newest were put to both: {_share(test.overlap_at_10)} of the first ten results "
        "are the same on the average."
    )
    if not test.judged:
        return f"{said} Nobody opened a result after any of them, so which side is better they do not tell."
    return (
        f"{said} On the {test.judged:,} after which somebody opened a result, the gain (nDCG@10) is "
        f"{_number(test.ndcg_live)} live, {_number(test.ndcg_shadow)} new."
    )


def speed(test: ShadowTest) -> str:
    """Return how long searches took on both sides."""
    return f"live: {_latency(test.latency_live)}; new: {_latency(test.latency_shadow)}"


def _latency(found: Latency | None) -> str:
    return "not measured" if found is None else f"half within {found.p50_ms:.0f} ms, 95 % within {found.p95_ms:.0f} ms"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
